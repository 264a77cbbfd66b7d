package dev.holdfast.broker.tls;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

/** What becomes of changed files, and what the log says. */
class ServerTlsTest {

  private static final TestCa CA = TestCa.create("ca");
  private final SetClock clock = new SetClock();
  private final ListAppender<ILoggingEvent> log = new ListAppender<>();
  private final Logger logger =
      (Logger) LoggerFactory.getLogger(ServerTlsTest.class.getPackageName());
  @TempDir Path temp;
  private Path certificate;
  private Path key;
  private Path serials;
  private ServerTls tls;
  private TestCa.Issued client;

  private static final class SetClock extends Clock {
    private Instant now = Instant.now();

    @Override
    public ZoneId getZone() {
      return ZoneOffset.UTC;
    }

    @Override
    public Clock withZone(ZoneId zone) {
      return this;
    }

    @Override
    public Instant instant() {
      return now;
    }
  }

  @BeforeEach
  void open() throws Exception {
    log.start();
    logger.addAppender(log);
    logger.setLevel(Level.INFO);
    certificate = temp.resolve("tls.crt");
    key = temp.resolve("tls.key");
    serials = Files.writeString(temp.resolve("serials"), "");
    Path ca = Files.writeString(temp.resolve("ca.crt"), CA.pem());
    client = CA.request("client").uri("spiffe://local/c").issue();
    renewed(60);
    tls =
        ServerTls.open(
            new TlsFiles(
                certificate,
                key,
                Optional.empty(),
                Optional.of(
                    new TlsFiles.Clients(false, ca, Optional.empty(), Optional.of(serials)))),
            clock);
  }

  @AfterEach
  void quiet() {
    logger.detachAppender(log);
    logger.setLevel(null);
  }

  private TestCa.Issued renewed(int days) throws Exception {
    return CA.request("broker")
        .valid(clock.now.minus(Duration.ofHours(1)), clock.now.plus(Duration.ofDays(days)))
        .issue()
        .write(certificate, key);
  }

  private List<String> said() {
    List<String> words = log.list.stream().map(ILoggingEvent::getFormattedMessage).toList();
    log.list.clear();
    return words;
  }

  private boolean isRevoked() {
    List<X509Certificate> chain = List.of(client.certificate());
    return tls.isRevoked(chain);
  }

  @Test
  void aChangeIsTakenWhenItHasSettled() throws Exception {
    assertThat(tls.poll()).isFalse();
    TestCa.Issued fresh = renewed(90);
    assertThat(tls.poll()).isFalse();
    Files.writeString(serials, client.serial());
    assertThat(tls.poll()).isFalse();
    assertThat(isRevoked()).isFalse();
    assertThat(tls.poll()).isTrue();
    assertThat(isRevoked()).isTrue();
    assertThat(said()).singleElement().asString().contains("read again", fresh.serial());
    assertThat(tls.poll()).isFalse();
  }

  @Test
  void whatCannotBeUsedChangesNothingAndIsSaidOnce() throws Exception {
    Files.writeString(serials, client.serial());
    Files.writeString(certificate, "garbage");
    for (int i = 0; i < 200; i++) {
      assertThat(tls.poll()).isFalse();
    }
    assertThat(isRevoked()).isFalse();
    assertThat(said())
        .singleElement()
        .asString()
        .contains("those from before stay", certificate.toString(), "no certificate");
    renewed(90);
    tls.poll();
    assertThat(tls.poll()).isTrue();
    assertThat(isRevoked()).isTrue();
  }

  @Test
  void aFileThatIsGoneIsNoEmptyFile() throws Exception {
    Files.writeString(serials, client.serial());
    tls.poll();
    assertThat(tls.poll()).isTrue();
    Files.delete(serials);
    tls.poll();
    assertThat(tls.poll()).isFalse();
    assertThat(isRevoked()).isTrue();
    assertThat(said()).last().asString().contains(serials.toString(), "does not exist");
  }

  @Test
  void whatIsNotValidYetIsTriedAgain() throws Exception {
    Instant soon = clock.now.plus(Duration.ofMinutes(5));
    CA.request("broker")
        .valid(soon, soon.plus(Duration.ofDays(90)))
        .issue()
        .write(certificate, key);
    tls.poll();
    assertThat(tls.poll()).isFalse();
    assertThat(said()).singleElement().asString().contains("not valid before");
    clock.now = soon;
    boolean taken = false;
    for (int i = 0; i < 61 && !taken; i++) {
      taken = tls.poll();
    }
    assertThat(taken).isTrue();
  }

  @Test
  void linksThatAreTurnedCount() throws Exception {
    Path other = Files.createDirectory(temp.resolve("other"));
    TestCa.Issued fresh =
        CA.request("broker").issue().write(other.resolve("tls.crt"), other.resolve("tls.key"));
    for (String name : List.of("tls.crt", "tls.key")) {
      Path link = Files.createSymbolicLink(temp.resolve("link"), other.resolve(name));
      Files.move(link, temp.resolve(name), StandardCopyOption.REPLACE_EXISTING);
    }
    tls.poll();
    assertThat(tls.poll()).isTrue();
    assertThat(said()).anySatisfy(line -> assertThat(line).contains(fresh.serial()));
  }

  @Test
  void expiryIsAnnounced() throws Exception {
    Instant start = clock.now;
    StringBuilder told = new StringBuilder();
    for (int day = 0; day <= 60; day++) {
      clock.now = start.plus(Duration.ofDays(day)).plusSeconds(1);
      for (int i = 0; i < 3; i++) {
        tls.poll();
      }
      for (String line : said()) {
        told.append(day).append(line.replaceAll("^.*(expires in \\d+ day|has expired).*$", ":$1;"));
      }
    }
    assertThat(told)
        .hasToString(
            "30:expires in 30 day;46:expires in 14 day;53:expires in 7 day;"
                + "59:expires in 1 day;60:has expired;");
  }
}
