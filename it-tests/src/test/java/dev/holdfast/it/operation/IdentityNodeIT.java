package dev.holdfast.it.operation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.it.harness.BrokerOptions;
import dev.holdfast.it.harness.BrokerProcess;
import dev.holdfast.it.harness.Scratch;
import dev.holdfast.it.harness.TestUser;
import dev.holdfast.it.wire.AmqpClient;
import dev.holdfast.it.wire.AmqpReceiver;
import dev.holdfast.it.wire.AmqpSender;
import dev.holdfast.it.wire.ControlLinks;
import dev.holdfast.it.wire.Login;
import dev.holdfast.it.wire.Messages;
import java.io.EOFException;
import java.io.IOException;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.util.Map;
import org.apache.qpid.proton.amqp.messaging.AmqpValue;
import org.apache.qpid.proton.message.Message;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Tokens with which somebody is the same and may do less. */
class IdentityNodeIT {
  private static final Scratch SCRATCH = Scratch.create();
  private static BrokerProcess broker;

  @BeforeAll
  static void start() {
    broker = BrokerProcess.start(BrokerOptions.in(SCRATCH));
    broker.api().createQueue("mine");
    broker.api().createQueue("other");
    broker.cli().ok("msg", "send", "mine", "hello");
  }

  @AfterAll
  static void stop() {
    broker.close();
    SCRATCH.close();
  }

  private static SocketAddress socket() {
    return UnixDomainSocketAddress.of(broker.ready().socket());
  }

  private static ControlLinks identity(AmqpClient client) throws IOException {
    return new ControlLinks(client, "$identity");
  }

  private static Message ask(ControlLinks node, String scope, long seconds) throws IOException {
    return node.ask(Map.of("operation", "issue-token", "scope", scope, "ttl", seconds), "");
  }

  private static String token(Message reply) {
    assertThat(ControlLinks.status(reply)).isEqualTo(201);
    return String.valueOf(((Map<?, ?>) ((AmqpValue) reply.getBody()).getValue()).get("token"));
  }

  private static void assertOnlyReceives(AmqpClient client) throws IOException {
    AmqpSender sender = client.sender("mine");
    AmqpReceiver other = client.receiver("other");
    AmqpReceiver mine = client.receiver("mine");
    client.until("refusals", () -> sender.error().getCondition() != null);
    client.until("refusals", () -> other.error().getCondition() != null);
    assertThat(mine.open()).isTrue();
    AmqpReceiver.Received message = mine.receive(30_000).orElseThrow();
    assertThat(Messages.textOf(message.bytes())).isEqualTo("hello");
  }

  @Test
  void theCallerOfTheSocketGetsOneThatWorksThereOnly() throws IOException {
    String token;
    try (AmqpClient client = AmqpClient.local(broker)) {
      ControlLinks node = identity(client);
      token = token(ask(node, "receive:queue:mine", 60));
      assertThat(ControlLinks.status(ask(node, "receive:queue:mine", 901))).isEqualTo(400);
      assertThat(ControlLinks.status(ask(node, "receive", 60))).isEqualTo(400);
      assertThat(ControlLinks.status(ask(node, "", 60))).isEqualTo(400);
    }
    try (AmqpClient client = AmqpClient.connect(socket(), new Login.Plain("token", token))) {
      assertOnlyReceives(client);
      assertThat(ControlLinks.status(ask(identity(client), "any:queue:#", 60))).isEqualTo(400);
    }
    assertThatThrownBy(
            () -> AmqpClient.connect(broker.ready().tcp(), new Login.Plain("token", token)))
        .isInstanceOf(IOException.class);
    assertThat(broker.cli().ok("-o", "json", "audit", "query", "--event", "token.issue"))
        .contains("receive:queue:mine")
        .doesNotContain(token);
  }

  @Test
  void theCommandLineGetsOneToo() throws IOException {
    String token =
        broker
            .cli()
            .json("token", "issue", "--self", "--scope", "receive:queue:mine")
            .get("token")
            .asText();
    try (AmqpClient client = AmqpClient.connect(socket(), new Login.XOAuth2(token))) {
      assertOnlyReceives(client);
    }
    assertThat(
            broker.cli().run("token", "issue", "--self", "x", "--scope", "any:broker").exitCode())
        .isEqualTo(2);
  }

  @Test
  void aUsersTokenEndsWithTheUser() throws IOException {
    TestUser user = TestUser.generated(broker.cli(), "alice");
    String token;
    try (AmqpClient client =
        AmqpClient.connect(broker.ready().tcp(), new Login.Plain(user.name(), user.password()))) {
      token = token(ask(identity(client), "receive:queue:mine", 60));
    }
    try (AmqpClient client = AmqpClient.connect(broker.ready().tcp(), new Login.XOAuth2(token))) {
      assertOnlyReceives(client);
      broker.cli().ok("user", "disable", "alice");
      assertThatThrownBy(() -> client.until("the end", () -> false))
          .isInstanceOf(EOFException.class);
    }
    assertThatThrownBy(() -> AmqpClient.connect(broker.ready().tcp(), new Login.XOAuth2(token)))
        .isInstanceOf(IOException.class);
  }
}
