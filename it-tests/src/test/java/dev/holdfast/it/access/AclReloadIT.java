package dev.holdfast.it.access;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.it.harness.BrokerOptions;
import dev.holdfast.it.harness.BrokerProcess;
import dev.holdfast.it.harness.Scratch;
import dev.holdfast.it.harness.TestUser;
import dev.holdfast.it.wire.AmqpClient;
import dev.holdfast.it.wire.AmqpSender;
import dev.holdfast.it.wire.Login;
import dev.holdfast.it.wire.Messages;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.qpid.proton.amqp.messaging.Accepted;
import org.apache.qpid.proton.engine.Session;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Rules that change a thousand times under traffic. */
class AclReloadIT {
  private static final int RELOADS = 1_000;

  /** Each so many files cannot be used. */
  private static final int BROKEN = 5;

  private static final int IN_FLIGHT = 50;
  private static final String STEADY = "allow user:steady send queue:traffic\n";
  private final Scratch scratch = Scratch.create();
  private final Path rules = scratch.path("acl.conf");

  @AfterEach
  void clean() {
    scratch.close();
  }

  @Test
  void theOldOrTheNewRulesHoldAndTrafficGoesOn() throws IOException {
    replace("acl 1\n" + STEADY);
    BrokerOptions options = BrokerOptions.in(scratch).with("--set", "acl.file=" + rules);
    try (BrokerProcess broker = BrokerProcess.start(options)) {
      broker.api().createQueue("traffic");
      broker.api().createQueue("gate");
      AmqpClient steady = login(broker, "steady");
      AtomicBoolean over = new AtomicBoolean();
      CompletableFuture<Long> traffic = CompletableFuture.supplyAsync(() -> send(steady, over));
      try (AmqpClient probe = login(broker, "probe")) {
        boolean allowed = false;
        AmqpSender link = null;
        Session itsSession = null;
        for (int i = 1; i <= RELOADS; i++) {
          boolean broken = i % BROKEN == 0;
          boolean next = broken ? allowed : !allowed;
          replace(
              "acl 1\n"
                  + STEADY
                  + (broken ? "allow user:probe sned queue:gate\n" : "")
                  + (next ? "allow user:probe send queue:gate\n" : ""));
          assertThat(reload(broker)).isEqualTo(broken ? 400 : 200);
          if (link != null && itsSession != null && !next) {
            AmqpSender lost = link;
            probe.until("the end of the link", () -> !lost.open());
            assertThat(lost.error().getDescription()).contains("HF-ACL-REVOKED");
            itsSession.close();
            link = null;
          }
          // The answer to the reload has come: from now on only the new rules count.
          Session session = probe.begin();
          AmqpSender fresh = probe.sender(session, "gate");
          assertThat(fresh.open()).as("reload %s", i).isEqualTo(next);
          allowed = next;
          if (next && link == null) {
            link = fresh;
            itsSession = session;
          } else {
            session.close();
          }
        }
      } finally {
        over.set(true);
      }
      long accepted = traffic.join();
      assertThat(accepted).isGreaterThan(RELOADS);
      broker.cli().awaitMessages("traffic", accepted);
    }
  }

  private static AmqpClient login(BrokerProcess broker, String name) throws IOException {
    TestUser user = TestUser.chosen(broker.cli(), name, "correct horse");
    return AmqpClient.connect(broker.ready().tcp(), new Login.Plain(name, user.password()));
  }

  private static int reload(BrokerProcess broker) {
    return broker.api().status("POST", "/acl/reload", "");
  }

  private void replace(String text) throws IOException {
    Path fresh = scratch.path("acl.conf.fresh");
    Files.writeString(fresh, text);
    Files.move(fresh, rules, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
  }

  /** Sends until it is over; each message has to be accepted. */
  private static long send(AmqpClient client, AtomicBoolean over) {
    long[] sent = new long[2];
    try (client) {
      AmqpSender sender = client.sender("traffic");
      sender.onAnswer(
          (token, state) -> {
            assertThat(state).isInstanceOf(Accepted.class);
            sent[1]++;
          });
      byte[] message = Messages.text("on and on");
      while (!over.get()) {
        while (sender.credit() > 0 && sent[0] - sent[1] < IN_FLIGHT) {
          sender.send(sent[0]++, message);
        }
        client.pump(20);
        assertThat(sender.open()).isTrue();
      }
      client.until("the last answers", () -> sent[1] == sent[0]);
      return sent[1];
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }
}
