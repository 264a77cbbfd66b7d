package dev.holdfast.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** {@code holdfast dedup}, and sending and receiving that goes with it. */
class IdempotencyCommandsTest {
  private static final String KNOWN =
      "{\"node\":\"orders\",\"key\":\"a/b\",\"sequence\":17,\"stored\":\"T1\",\"until\":\"T2\"}";

  private FakeBroker broker;

  @BeforeEach
  void start() throws IOException {
    broker = FakeBroker.start();
  }

  @AfterEach
  void stop() throws IOException {
    broker.close();
  }

  @Test
  void saysHowManyThereAre() {
    broker.answer(200, "{\"keys\":1000,\"bytes\":65536,\"maxBytes\":1048576}");
    assertThat(Cli.run(broker, "dedup", "status").out())
        .isEqualTo("1000 keys, 64.0 KiB of 1.0 MiB\n");
    assertThat(broker.requests()).containsExactly("GET /api/v1/idempotency");
  }

  @Test
  void showsAndForgetsOne() {
    broker.answer(200, KNOWN).answer(200, KNOWN).answer(200, KNOWN);
    assertThat(Cli.run(broker, "dedup", "show", "orders", "a/b").out())
        .isEqualTo("stored T1 as sequence 17, known until T2\n");
    assertThat(Cli.run(broker, "dedup", "forget", "orders", "a/b", "--dry-run").out())
        .isEqualTo("would forget: stored T1 as sequence 17, known until T2\n");
    assertThat(Cli.run(broker, "dedup", "forget", "orders", "a/b", "-o", "ndjson").out())
        .isEqualTo(KNOWN + "\n");
    assertThat(broker.requests())
        .containsExactly(
            "GET /api/v1/idempotency/orders/a%2Fb",
            "GET /api/v1/idempotency/orders/a%2Fb", "DELETE /api/v1/idempotency/orders/a%2Fb");
  }

  @Test
  void oneThatIsNotKnownIsNotFound() {
    broker.answer(404, "{\"error\":{\"code\":\"not-found\",\"message\":\"no\"}}");
    assertThat(Cli.run(broker, "dedup", "show", "orders", "k").exit()).isEqualTo(3);
  }

  @Test
  void eachLineIsAMessageOfItsOwn() {
    broker.answer(201, "{\"sequence\":1}").answer(201, "{\"sequence\":2}");
    Cli cli =
        Cli.runWithInput(
            broker, "one\ntwo\n", "msg", "send", "orders", "--lines", "-H", "a=b", "--ttl", "5s");
    assertThat(cli.out()).isEqualTo("2 messages sent to orders\n");
    assertThat(broker.requests().get(1))
        .isEqualTo(
            "POST /api/v1/queues/orders/messages {\"body\":{\"text\":\"two\"},\"ttlMs\":5000,"
                + "\"applicationProperties\":{\"a\":\"b\"}}");
    assertThat(
            Cli.runWithInput(broker, "x\n", "msg", "send", "orders", "--lines", "--key", "k")
                .exit())
        .isEqualTo(2);
  }

  @Test
  void receivingWaitsForTheFirstMessage() {
    broker
        .answer(200, "{\"messages\":1,\"unsettled\":1}")
        .answer(200, "{\"messages\":2,\"unsettled\":1}")
        .answer(200, "{\"messages\":[]}");
    Cli.run(broker, "msg", "recv", "orders", "--wait", "1h");
    assertThat(broker.requests())
        .containsExactly(
            "GET /api/v1/queues/orders",
            "GET /api/v1/queues/orders",
            "POST /api/v1/queues/orders/receive?limit=1&ack=true");
  }
}
