package dev.holdfast.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class QueueCommandsTest {
  private static final String ORDERS =
      "{\"name\":\"orders\",\"kind\":\"queue\",\"messages\":12,\"bytes\":4096,\"unsettled\":3,"
          + "\"consumers\":2,\"deadLetters\":1,\"oldest\":null}";

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
  void listsQueuesInColumns() {
    broker.answer(
        200,
        "{\"queues\":["
            + ORDERS
            + ","
            + ORDERS.replace("orders", "a\\u001b[2Jb").replace("12", "1")
            + "]}");
    Cli cli = Cli.run(broker, "queue", "list");
    assertThat(cli.exit()).isZero();
    assertThat(cli.out())
        .isEqualTo(
            """
            NAME         MESSAGES  UNSETTLED  CONSUMERS  DEAD    BYTES
            orders             12          3          2     1  4.0 KiB
            a\\u{1b}[2Jb         1          3          2     1  4.0 KiB
            """);
    assertThat(broker.requests()).containsExactly("GET /api/v1/queues");
  }

  @Test
  void listsQueuesAsJsonAndAsLines() {
    broker
        .answer(200, "{\"queues\":[" + ORDERS + "]}")
        .answer(200, "{\"queues\":[" + ORDERS + "]}");
    assertThat(Cli.run(broker, "-o", "ndjson", "queue", "list").out()).isEqualTo(ORDERS + "\n");
    assertThat(Cli.run(broker, "queue", "list", "-o", "json").out())
        .startsWith("{\n  \"queues\" : [\n")
        .contains("\"messages\" : 12");
  }

  @Test
  void informsAboutOneQueue() {
    broker.answer(200, ORDERS).answer(200, ORDERS);
    assertThat(Cli.run(broker, "queue", "info", "orders").out())
        .isEqualTo(
            """
            queue        orders
            messages     12
            bytes        4096
            unsettled    3
            consumers    2
            deadLetters  1
            oldest       -
            """);
    assertThat(Cli.run(broker, "queue", "info", "orders", "-o", "ndjson").out())
        .isEqualTo(ORDERS + "\n");
  }

  @Test
  void encodesNamesIntoThePath() {
    broker.answer(200, ORDERS);
    Cli.run(broker, "queue", "info", "a b/$dead-letter?#%ü..");
    assertThat(broker.requests())
        .containsExactly("GET /api/v1/queues/a%20b%2F%24dead-letter%3F%23%25%C3%BC%2E%2E");
  }

  @Test
  void createsAQueueWithItsLimits() {
    broker.answer(201, ORDERS);
    Cli cli = Cli.run(broker, "queue", "create", "orders", "--max-deliveries", "5");
    assertThat(cli.out()).isEqualTo("queue orders created\n");
    assertThat(broker.requests())
        .containsExactly("POST /api/v1/queues {\"name\":\"orders\",\"maxDeliveries\":5}");
  }

  @Test
  void removesNothingWithoutConsent() {
    for (String command : new String[] {"delete", "purge"}) {
      Cli cli = Cli.run(broker, "queue", command, "orders");
      assertThat(cli.exit()).isEqualTo(2);
      assertThat(cli.err()).contains("--yes").contains("--dry-run");
    }
    assertThat(broker.requests()).isEmpty();
  }

  @Test
  void showsInADryRunWhatWouldGo() {
    broker.answer(200, ORDERS).answer(200, ORDERS);
    assertThat(Cli.run(broker, "queue", "delete", "orders", "--dry-run", "--yes").out())
        .isEqualTo(
            "would delete orders: 12 messages, 3 of them out at consumers, 1 dead letters\n");
    assertThat(Cli.run(broker, "queue", "purge", "orders", "--dry-run", "-o", "ndjson").out())
        .isEqualTo(
            "{\"dryRun\":true,\"action\":\"purge\",\"name\":\"orders\",\"messages\":12,"
                + "\"unsettled\":3,\"deadLetters\":1}\n");
    assertThat(broker.requests()).allMatch(request -> request.startsWith("GET "));
  }

  @Test
  void purgesAndDeletesWithConsent() {
    broker.answer(200, "{\"purged\":9}").answer(200, "{\"deleted\":\"orders\",\"messages\":1}");
    assertThat(Cli.run(broker, "queue", "purge", "orders", "--yes").out())
        .isEqualTo("queue orders: 9 messages removed\n");
    assertThat(Cli.run(broker, "queue", "delete", "orders", "--yes").out())
        .isEqualTo("queue orders deleted with 1 message\n");
    assertThat(broker.requests())
        .containsExactly("POST /api/v1/queues/orders/purge", "DELETE /api/v1/queues/orders");
  }

  @Test
  void sendsEverySettingThatIsGivenAndNoOther() {
    broker.answer(201, ORDERS).answer(200, ORDERS);
    Cli.run(
        broker,
        "queue create orders --max-deliveries 3 --retry-initial 1s --retry-multiplier 2"
            .concat(
                " --retry-max 5m --retry-jitter 0.1 --lock-timeout 30s --dead-letter-to parking")
            .concat(" --ttl 1h --max-ttl 1d --drop-expired --auto-delete 7d --max-messages 10")
            .concat(" --max-bytes 1000 --overflow drop-oldest --idempotency-window 1m")
            .concat(" --idempotency-by-message-id --max-message-bytes 99")
            .split(" "));
    assertThat(Cli.run(broker, "queue", "edit", "orders", "--ttl", "0s").out())
        .isEqualTo("queue orders changed\n");
    assertThat(broker.requests())
        .containsExactly(
            "POST /api/v1/queues {\"name\":\"orders\",\"maxMessageBytes\":99,\"maxDeliveries\":3,"
                + "\"retryInitialMs\":1000,\"retryMultiplier\":2.0,\"retryMaxMs\":300000,"
                + "\"retryJitter\":0.1,\"lockTimeoutMs\":30000,\"deadLetterTo\":\"parking\","
                + "\"ttlMs\":3600000,\"maxTtlMs\":86400000,\"dropExpired\":true,"
                + "\"autoDeleteMs\":604800000,\"maxMessages\":10,\"maxBytes\":1000,"
                + "\"overflow\":\"drop-oldest\",\"idempotencyWindowMs\":60000,"
                + "\"idempotencyByMessageId\":true}",
            "PATCH /api/v1/queues/orders {\"ttlMs\":0}");
  }

  @Test
  void showsWhatAnEditWouldChangeAndWantsSomethingToChange() {
    broker.answer(200, ORDERS.replace("\"oldest\"", "\"ttlMs\":0,\"oldest\""));
    assertThat(Cli.run(broker, "queue", "edit", "orders", "--ttl", "1s", "--dry-run").out())
        .isEqualTo("would change ttlMs from 0 to 1000\n");
    assertThat(Cli.run(broker, "queue", "edit", "orders").exit()).isEqualTo(2);
    assertThat(broker.requests()).containsExactly("GET /api/v1/queues/orders");
  }
}
