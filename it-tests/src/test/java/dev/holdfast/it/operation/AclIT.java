package dev.holdfast.it.operation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.holdfast.it.harness.BrokerOptions;
import dev.holdfast.it.harness.BrokerProcess;
import dev.holdfast.it.harness.Command;
import dev.holdfast.it.harness.Scratch;
import dev.holdfast.it.harness.TestUser;
import dev.holdfast.it.wire.AmqpClient;
import dev.holdfast.it.wire.AmqpReceiver;
import dev.holdfast.it.wire.AmqpSender;
import dev.holdfast.it.wire.Login;
import dev.holdfast.it.wire.Messages;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import org.apache.qpid.proton.amqp.Binary;
import org.apache.qpid.proton.amqp.messaging.Accepted;
import org.apache.qpid.proton.amqp.messaging.Data;
import org.apache.qpid.proton.amqp.messaging.Rejected;
import org.apache.qpid.proton.message.Message;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Access rules against a running broker, by clients that are no administrators. */
class AclIT {
  private final Scratch scratch = Scratch.create();
  private BrokerProcess broker;
  private TestUser alice;

  @BeforeEach
  void start() {
    broker = BrokerProcess.start(BrokerOptions.in(scratch));
    alice = TestUser.chosen(broker.cli(), "alice", "correct horse");
    broker.api().createQueue("orders.eu");
    broker.api().createQueue("private");
  }

  @AfterEach
  void stop() {
    broker.close();
    scratch.close();
  }

  private AmqpClient login() throws IOException {
    return AmqpClient.connect(
        broker.ready().tcp(), new Login.Plain(alice.name(), alice.password()));
  }

  private static void assertRefused(AmqpClient client, AmqpSender sender) throws IOException {
    client.until("a refusal", () -> sender.error().getCondition() != null);
    assertThat(sender.error().getCondition().toString()).isEqualTo("amqp:unauthorized-access");
  }

  private static void assertRefused(AmqpClient client, AmqpReceiver receiver) throws IOException {
    client.until("a refusal", () -> receiver.error().getCondition() != null);
    assertThat(receiver.error().getCondition().toString()).isEqualTo("amqp:unauthorized-access");
  }

  private void rules(String... lines) throws IOException {
    Path fresh = scratch.data().resolve("acl.conf.fresh");
    Files.writeString(fresh, "acl 1\n" + String.join("\n", lines) + "\n");
    Files.move(
        fresh, scratch.data().resolve("acl.conf"), java.nio.file.StandardCopyOption.ATOMIC_MOVE);
    broker.cli().ok("acl", "reload");
  }

  @Test
  void whatIsGrantedWorksUntilItIsRevoked() throws IOException {
    try (AmqpClient client = login()) {
      assertRefused(client, client.sender("orders.eu"));
      broker.cli().ok("acl", "grant", "user:alice", "send", "queue:orders.#");
      AmqpSender sender = client.sender("orders.eu");
      assertThat(sender.sendAndWait(Messages.text("hello"))).isInstanceOf(Accepted.class);
      assertRefused(client, client.receiver("orders.eu"));
      assertRefused(client, client.sender("private"));
      AmqpSender absent = client.sender("nowhere");
      assertRefused(client, absent);
      broker.cli().ok("acl", "revoke", "user:alice", "send", "queue:orders.#");
      assertRefused(client, sender);
      assertThat(sender.error().getDescription()).contains("HF-ACL-REVOKED");
    }
    assertThat(Files.readString(scratch.data().resolve("acl.conf"))).isEqualTo("acl 1\n");
    broker.cli().awaitMessages("orders.eu", 1);
  }

  @Test
  void aDenialIsFoundByItsNumber() throws IOException {
    String description;
    try (AmqpClient client = login()) {
      AmqpSender sender = client.sender("orders.eu");
      assertRefused(client, sender);
      description = sender.error().getDescription();
    }
    String number = description.substring(description.indexOf("D-"));
    await()
        .until(
            () ->
                broker
                    .cli()
                    .ok("-o", "json", "audit", "query", "--event", "access")
                    .contains(number));
    assertThat(broker.cli().ok("audit", "query", "--event", "access")).contains("orders.eu");
  }

  @Test
  void rulesAreTakenFromTheFileAndReachWhoIsConnected() throws IOException {
    try (AmqpClient client = login()) {
      rules("allow user:alice any queue:#", "deny * send queue:private");
      assertRefused(client, client.sender("private"));
      AmqpReceiver receiver = client.receiver("orders.eu");
      AmqpSender sender = client.sender("orders.eu");
      assertThat(sender.sendAndWait(Messages.text("1"))).isInstanceOf(Accepted.class);
      // By hand this time: nobody says that it has changed.
      Files.writeString(
          scratch.data().resolve("acl.conf"), "acl 1\nallow user:alice send queue:orders.eu\n");
      assertRefused(client, receiver);
      assertThat(sender.sendAndWait(Messages.text("2"))).isInstanceOf(Accepted.class);
    }
  }

  /** The published vector with the first of its kind, longer than it was made. */
  private static byte[] sealed(int more) throws IOException {
    JsonNode vectors =
        new ObjectMapper().readTree(Path.of("..", "docs", "vectors", "seal1.json").toFile());
    byte[] envelope = HexFormat.of().parseHex(vectors.get(0).get("envelope").asText());
    return typed(Arrays.copyOf(envelope, envelope.length + more));
  }

  private static byte[] typed(byte[] body) {
    Message message = Message.Factory.create();
    message.setContentType("application/vnd.hf.seal1");
    message.setBody(new Data(new Binary(body)));
    return Messages.encode(message);
  }

  @Test
  void aQueueMayBeForSealedMessagesOnly() throws IOException {
    rules("allow user:alice send queue:private if sealed");
    int large = 1 << 20;
    try (AmqpClient client = login()) {
      AmqpSender sender = client.sender("private");
      for (byte[] open :
          List.of(Messages.text("open"), typed(new byte[40]), typed(new byte[large]))) {
        assertThat(sender.sendAndWait(open))
            .isInstanceOfSatisfying(
                Rejected.class,
                rejected -> {
                  assertThat(rejected.getError().getCondition().toString())
                      .isEqualTo("amqp:unauthorized-access");
                  assertThat(rejected.getError().getDescription()).startsWith("HF-SEAL-REQUIRED");
                });
      }
      assertThat(sender.sendAndWait(sealed(0))).isInstanceOf(Accepted.class);
      assertThat(sender.sendAndWait(sealed(large))).isInstanceOf(Accepted.class);
    }
    broker.cli().awaitMessages("private", 2);
    String[] asks = {
      "acl", "explain", "--as", "user:alice", "--permission", "send", "--node", "private"
    };
    String[] sealed = Arrays.copyOf(asks, asks.length + 1);
    sealed[asks.length] = "--sealed";
    assertThat(broker.cli().ok(sealed)).startsWith("allow");
    String[] plain = Arrays.copyOf(asks, asks.length + 2);
    plain[asks.length] = "--size";
    plain[asks.length + 1] = "1";
    assertThat(broker.cli().run(plain).all()).contains("deny", "'sealed' does not hold");
  }

  @Test
  void aBrokenFileChangesNothing() throws IOException {
    rules("allow user:alice send queue:orders.eu");
    Random random = new Random(7);
    String good = "allow user:alice send queue:orders.eu if via loopback id a";
    Path file = scratch.data().resolve("acl.conf");
    try (AmqpClient client = login()) {
      AmqpSender sender = client.sender("orders.eu");
      for (int i = 0; i < 20; i++) {
        int at = random.nextInt(good.indexOf(" queue"));
        Files.writeString(
            file, "acl 1\n" + good.substring(0, at) + ";" + good.substring(at) + "\ndeny * any\n");
        Command.Result result = broker.cli().run("acl", "reload");
        assertThat(result.exitCode()).isEqualTo(2);
        assertThat(result.all()).contains("line 3");
        assertThat(sender.sendAndWait(Messages.text("x"))).isInstanceOf(Accepted.class);
      }
      assertThat(broker.cli().ok("acl", "list")).contains("not in force: line 3");
      Files.delete(file);
      assertRefused(client, sender);
    }
  }

  @Test
  void conditionsHold() throws IOException {
    rules(
        "allow user:alice send queue:orders.eu if via loopback and size <= 1KiB",
        "allow user:alice send queue:private if via unix",
        "deny * send queue:# if signal:incident");
    try (AmqpClient client = login()) {
      AmqpSender sender = client.sender("orders.eu");
      assertThat(sender.sendAndWait(Messages.text("small"))).isInstanceOf(Accepted.class);
      assertThat(sender.sendAndWait(Messages.text("x".repeat(2_000))))
          .isInstanceOfSatisfying(
              Rejected.class,
              rejected ->
                  assertThat(rejected.getError().getCondition().toString())
                      .isEqualTo("amqp:unauthorized-access"));
      assertRefused(client, client.sender("private"));
      broker.cli().ok("signal", "set", "incident", "true");
      assertRefused(client, sender);
      assertThat(broker.cli().ok("signal", "list")).contains("incident");
      broker.cli().ok("signal", "set", "incident", "false");
      assertThat(client.sender("orders.eu").sendAndWait(Messages.text("again")))
          .isInstanceOf(Accepted.class);
    }
  }

  @Test
  void deadLettersNeedAGrantOfTheirOwn() throws IOException {
    rules("allow user:alice send,receive,browse queue:orders.#");
    try (AmqpClient client = login()) {
      assertThat(client.sender("orders.eu").sendAndWait(Messages.text("poison")))
          .isInstanceOf(Accepted.class);
      assertRefused(client, client.receiver("orders.eu/$dead-letter"));
      broker.cli().ok("acl", "grant", "user:alice", "receive", "dlq:orders.eu");
      AmqpReceiver letters = client.receiver("orders.eu/$dead-letter");
      // A refusal would have come before the answer to this.
      assertThat(client.sender("orders.eu").sendAndWait(Messages.text("more")))
          .isInstanceOf(Accepted.class);
      assertThat((Object) letters.error().getCondition()).isNull();
    }
  }

  @Test
  void whyIsToldBeforeAndAfter() throws IOException {
    rules("allow uid:1002 send queue:orders.# if via unix  # the shop", "deny * any queue:secret");
    Command.Result allowed =
        broker
            .cli()
            .run(
                "acl",
                "explain",
                "--as",
                "uid:1002",
                "--permission",
                "send",
                "--node",
                "orders.eu",
                "--via",
                "unix");
    assertThat(allowed.exitCode()).isZero();
    assertThat(allowed.out()).startsWith("allow\n").contains("line 2");
    Command.Result denied =
        broker
            .cli()
            .run(
                "acl",
                "explain",
                "--as",
                "uid:1002",
                "--permission",
                "send",
                "--node",
                "queue:orders.eu",
                "--via",
                "tls");
    assertThat(denied.exitCode()).isEqualTo(4);
    assertThat(denied.out()).startsWith("deny\n").contains("'via unix' does not hold");
  }

  @Test
  void aFileIsCheckedBeforeItIsUsed() throws IOException {
    rules("allow uid:1002 send queue:orders.# if via unix  # the shop", "deny * any queue:secret");
    Path fresh = scratch.data().resolve("fresh.conf");
    Files.writeString(fresh, "acl 1\nallow uid:1002,uid:3 send queue:orders.#\n");
    assertThat(broker.cli().ok("acl", "check", fresh.toString())).contains("1 rules");
    assertThat(broker.cli().ok("acl", "diff", fresh.toString()).lines())
        .containsExactly(
            "- allow uid:1002 send queue:orders.# if via unix",
            "- deny * any queue:secret".replace("any", "browse"),
            "- deny * configure queue:secret",
            "- deny * create queue:secret",
            "- deny * delete queue:secret",
            "- deny * inspect queue:secret",
            "- deny * manage queue:secret",
            "- deny * move queue:secret",
            "- deny * purge queue:secret",
            "- deny * receive queue:secret",
            "- deny * send queue:secret",
            "+ allow uid:1002 send queue:orders.#",
            "+ allow uid:3 send queue:orders.#");
    Path expected = scratch.data().resolve("expected.txt");
    Files.writeString(
        expected, "allow uid:1002 send queue:orders.eu\ndeny uid:3 send queue:orders.eu\n");
    Command.Result unmet =
        broker.cli().run("acl", "test", expected.toString(), "--rules", fresh.toString());
    assertThat(unmet.exitCode()).isEqualTo(1);
    assertThat(unmet.out()).contains("line 2").contains("1 of 2 expectations met");
    Files.writeString(fresh, "acl 1\nallow uid:1002 sned queue:orders.#\n");
    Command.Result wrong = broker.cli().run("acl", "check", fresh.toString());
    assertThat(wrong.exitCode()).isEqualTo(2);
    assertThat(wrong.out()).contains("line 2, column 16");
    JsonNode list = broker.cli().json("acl", "list");
    assertThat(list.toString()).contains("allow uid:1002 send queue:orders.# if via unix");
  }
}
