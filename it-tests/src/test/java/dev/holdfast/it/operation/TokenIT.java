package dev.holdfast.it.operation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.holdfast.it.harness.BrokerOptions;
import dev.holdfast.it.harness.BrokerProcess;
import dev.holdfast.it.harness.Scratch;
import dev.holdfast.it.harness.TestUser;
import dev.holdfast.it.wire.AmqpClient;
import dev.holdfast.it.wire.AmqpReceiver;
import dev.holdfast.it.wire.AmqpSender;
import dev.holdfast.it.wire.Login;
import dev.holdfast.it.wire.Messages;
import java.io.EOFException;
import java.io.IOException;
import org.apache.qpid.proton.amqp.messaging.Accepted;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Tokens against a running broker: narrow, revocable, recorded. */
class TokenIT {
  private static final Scratch SCRATCH = Scratch.create();
  private static BrokerProcess broker;

  @BeforeAll
  static void start() {
    broker =
        BrokerProcess.start(BrokerOptions.in(SCRATCH).with("--set", "identity.token-grace=1s"));
    broker.api().createQueue("orders.eu");
    broker.api().createQueue("private");
  }

  @AfterAll
  static void stop() {
    broker.close();
    SCRATCH.close();
  }

  private static AmqpClient login(String user, String secret) throws IOException {
    return AmqpClient.connect(broker.ready().tcp(), new Login.Plain(user, secret));
  }

  @Test
  void aTokenDoesWhatItIsForUntilItIsRevoked() throws IOException {
    JsonNode token =
        broker
            .cli()
            .json("token", "issue", "billing", "--role", "admin", "--scope", "send:queue:orders.#");
    String secret = token.get("token").asText();
    try (AmqpClient client = login("token", secret)) {
      AmqpSender allowed = client.sender("orders.eu");
      assertThat(allowed.sendAndWait(Messages.text("hello"))).isInstanceOf(Accepted.class);
      AmqpSender refused = client.sender("private");
      AmqpReceiver reader = client.receiver("orders.eu");
      client.until("a refusal", () -> refused.error().getCondition() != null);
      client.until("a refusal", () -> reader.error().getCondition() != null);
      assertThat(refused.error().getCondition().toString()).isEqualTo("amqp:unauthorized-access");
      broker.cli().ok("token", "revoke", token.get("id").asText());
      assertClosed(client);
    }
    assertThatThrownBy(() -> login("token", secret)).isInstanceOf(IOException.class);
    assertThat(broker.cli().ok("token", "list")).contains("revoked").doesNotContain(secret);
    await()
        .until(
            () ->
                broker
                    .cli()
                    .ok("-o", "json", "audit", "query", "--event", "auth")
                    .contains(token.get("id").asText()));
    assertThat(broker.logText()).doesNotContain(secret);
  }

  @Test
  void anExpiredTokenAndADisabledUserLoseTheirConnections() throws IOException {
    JsonNode token =
        broker.cli().json("token", "issue", "short", "--scope", "send:queue:a", "--ttl", "2s");
    try (AmqpClient client = login("token", token.get("token").asText())) {
      assertClosed(client);
    }
    TestUser user = TestUser.chosen(broker.cli(), "leaving", "correct horse", "--role", "admin");
    try (AmqpClient client = login(user.name(), user.password())) {
      broker.cli().ok("user", "disable", "leaving");
      assertClosed(client);
    }
    assertThatThrownBy(() -> login(user.name(), user.password())).isInstanceOf(IOException.class);
    broker.cli().ok("user", "enable", "leaving");
    login(user.name(), user.password()).close();
  }

  private static void assertClosed(AmqpClient client) {
    // The socket may close in the same read that brings the close.
    assertThatThrownBy(() -> client.until("the end", () -> false)).isInstanceOf(EOFException.class);
    assertThat(client.error().getCondition().toString()).isEqualTo("amqp:unauthorized-access");
  }
}
