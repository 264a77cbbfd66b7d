package dev.holdfast.broker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.broker.config.BrokerConfig;
import dev.holdfast.broker.config.ConfigLoader;
import dev.holdfast.broker.config.Surroundings;
import dev.holdfast.broker.management.Finding;
import dev.holdfast.broker.management.Finding.Severity;
import dev.holdfast.broker.tls.ServerTls;
import dev.holdfast.broker.tls.TestCa;
import dev.holdfast.broker.tls.TlsFiles;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Each thing that can be wrong around a broker is found, told apart and gets a remedy. */
class CheckupTest {
  @TempDir Path directory;
  private Path data;
  private Path sockets;
  private Path key;

  @BeforeEach
  void asABrokerLeavesIt() throws Exception {
    data = make("data", "rwx------");
    sockets = make("run", "rwxr-x---");
    key = write(make("keys", "rwx------").resolve("kek"), "rw-------");
    write(sockets.resolve("amqp.sock"), "rw-rw----");
    write(sockets.resolve("admin.sock"), "rw-rw----");
  }

  private Path make(String name, String mode) throws Exception {
    Path made = Files.createDirectory(directory.resolve(name));
    return mode(made, mode);
  }

  private static Path write(Path file, String mode) throws Exception {
    return mode(Files.writeString(file, "x"), mode);
  }

  private static Path mode(Path path, String mode) throws Exception {
    return Files.setPosixFilePermissions(path, PosixFilePermissions.fromString(mode));
  }

  private BrokerConfig config(String... more) throws Exception {
    List<String> settings =
        new java.util.ArrayList<>(
            List.of("data-dir=" + data, "socket-dir=" + sockets, "store.key-file=" + key));
    settings.addAll(Arrays.asList(more));
    List<ConfigLoader.Flag> flags =
        settings.stream()
            .map(setting -> setting.split("=", 2))
            .map(parts -> new ConfigLoader.Flag(parts[0], parts[1], "--set"))
            .toList();
    return new ConfigLoader(new Surroundings(Map.of(), directory, directory, 1000))
        .load(null, flags);
  }

  private static List<Finding> examine(BrokerConfig config, Clock clock) {
    return new Checkup(config, Optional.empty(), clock).examine();
  }

  private List<Finding> of(String check, String... settings) throws Exception {
    return examine(config(settings), Clock.systemUTC()).stream()
        .filter(finding -> finding.check().equals(check))
        .toList();
  }

  private static void assertOne(
      List<Finding> findings, Severity severity, String message, String remedy) {
    assertThat(findings)
        .singleElement()
        .satisfies(
            finding -> {
              assertThat(finding.severity()).isEqualTo(severity);
              assertThat(finding.message()).contains(message);
              assertThat(finding.remedy()).contains(remedy);
            });
  }

  @Test
  void nothingIsWrongWhereNothingIs() throws Exception {
    assertThat(examine(config(), Clock.systemUTC()))
        // Where the tests run, there may be few files allowed, and a slow disk.
        .filteredOn(f -> !f.check().equals("open-files") && !f.check().equals("sync"))
        .extracting(Finding::severity)
        .containsOnly(Severity.OK);
    assertThat(of("sync")).singleElement().extracting(Finding::message).asString().contains("ms");
    try (var left = Files.list(data)) {
      assertThat(left).as("the file that was synced").isEmpty();
    }
  }

  @Test
  void whatOthersMayReadIsNamed() throws Exception {
    mode(data, "rwxr-x---");
    assertOne(of("permissions"), Severity.FAIL, "" + data, "chmod 700 " + data);
    mode(data, "rwx------");
    mode(sockets, "rwxr-xrwx");
    assertOne(of("permissions"), Severity.FAIL, "" + sockets, "chmod o-w");
    mode(sockets, "rwxr-x---");
    mode(sockets.resolve("admin.sock"), "rw-rw-rw-");
    assertOne(of("permissions"), Severity.FAIL, "admin.sock", "chmod 660");
    mode(sockets.resolve("admin.sock"), "rw-rw----");
    mode(key, "rw-r-----");
    assertOne(of("permissions"), Severity.FAIL, "" + key, "chmod 600 " + key);
  }

  @Test
  void aKeyThatAnOrchestratorHandsOverIsNoFault() throws Exception {
    mode(key, "r--r-----");
    boolean ofRoot = Integer.valueOf(0).equals(Files.getAttribute(key, "unix:uid"));
    assertThat(of("permissions"))
        .singleElement()
        .extracting(Finding::severity)
        .isEqualTo(ofRoot ? Severity.OK : Severity.FAIL);
  }

  @Test
  void whatIsMissingIsNamed() throws Exception {
    Files.delete(sockets.resolve("amqp.sock"));
    assertOne(of("permissions"), Severity.FAIL, "amqp.sock cannot be examined", "disk");
  }

  @Test
  void aClockThatCannotBeRightIsTold() throws Exception {
    List<Finding> ancient =
        examine(config(), Clock.fixed(Instant.parse("1999-01-01T00:00:00Z"), ZoneOffset.UTC));
    assertThat(ancient.get(0).check()).isEqualTo("clock");
    assertThat(ancient.get(0).severity()).isEqualTo(Severity.FAIL);
    Instant written = Files.getLastModifiedTime(data).toInstant();
    Clock behind = Clock.fixed(written.minus(Duration.ofMinutes(6)), ZoneOffset.UTC);
    assertThat(examine(config(), behind).get(0).severity()).isEqualTo(Severity.WARN);
  }

  @Test
  void insecureSettingsAreTold() throws Exception {
    assertOne(
        of("settings", "amqp.listen=0.0.0.0:5672", "amqp.i-understand-insecure-listener=true"),
        Severity.WARN,
        "amqp.listen is 0.0.0.0:5672",
        "tls.listen");
    key = write(data.resolve("kek"), "rw-------");
    assertOne(of("settings"), Severity.WARN, "lies in the data directory", "store.key-file");
  }

  @Test
  void certificatesThatEndAreTold() throws Exception {
    Instant now = Instant.now();
    TestCa ca = TestCa.create("ca");
    Path certificate = directory.resolve("tls.crt");
    Path tlsKey = directory.resolve("tls.key");
    ca.request("broker")
        .valid(now.minus(Duration.ofHours(1)), now.plus(Duration.ofDays(40)))
        .issue()
        .write(certificate, tlsKey);
    TlsFiles files = new TlsFiles(certificate, tlsKey, Optional.empty(), Optional.empty());
    Optional<ServerTls> tls = Optional.of(ServerTls.open(files, Clock.systemUTC()));
    assertThat(severity(tls, now)).isEqualTo(Severity.OK);
    assertThat(severity(tls, now.plus(Duration.ofDays(11)))).isEqualTo(Severity.WARN);
    assertThat(severity(tls, now.plus(Duration.ofDays(41)))).isEqualTo(Severity.FAIL);
  }

  private Severity severity(Optional<ServerTls> tls, Instant at) throws Exception {
    List<Finding> findings = new Checkup(config(), tls, Clock.fixed(at, ZoneOffset.UTC)).examine();
    return findings.get(findings.size() - 1).severity();
  }
}
