package dev.holdfast.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class TopicCommandsTest {
  private static final String PRICES =
      "{\"name\":\"prices\",\"kind\":\"topic\",\"subscriptions\":2,\"messages\":12,"
          + "\"bytes\":4096,\"published\":40}";
  private static final String BILLING =
      "{\"address\":\"prices::billing\",\"source\":\"prices\",\"name\":\"billing\","
          + "\"kind\":\"subscription\",\"messages\":3,\"bytes\":5,\"unsettled\":1,\"consumers\":0}";

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
  void topicsAreMadeListedAndDeleted() {
    broker
        .answer(201, PRICES)
        .answer(200, "{\"topics\":[" + PRICES + "]}")
        .answer(200, PRICES)
        .answer(200, "{\"deleted\":\"prices\",\"subscriptions\":2}");
    assertThat(Cli.run(broker, "topic", "create", "prices", "--retention", "7d").out())
        .isEqualTo("topic prices created\n");
    assertThat(Cli.run(broker, "topic", "list").out())
        .isEqualTo(
            """
            NAME    SUBSCRIPTIONS  MESSAGES  PUBLISHED    BYTES
            prices              2        12         40  4.0 KiB
            """);
    assertThat(Cli.run(broker, "topic", "delete", "prices", "--dry-run").out())
        .isEqualTo("would delete prices with 2 subscriptions\n");
    assertThat(Cli.run(broker, "topic", "delete", "prices").exit()).isEqualTo(2);
    assertThat(Cli.run(broker, "topic", "delete", "prices", "--yes").out())
        .isEqualTo("topic prices deleted with 2 subscriptions\n");
    assertThat(broker.requests())
        .containsExactly(
            "POST /api/v1/topics {\"name\":\"prices\",\"retentionMs\":604800000}",
            "GET /api/v1/topics",
            "GET /api/v1/topics/prices",
            "DELETE /api/v1/topics/prices");
  }

  @Test
  void settingsAreChangedAfterwards() {
    broker
        .answer(200, PRICES)
        .answer(200, BILLING)
        .answer(200, PRICES.replace("{", "{\"retentionMs\":5,"));
    assertThat(Cli.run(broker, "topic", "edit", "prices", "--retention", "2d").out())
        .isEqualTo("topic prices changed\n");
    assertThat(Cli.run(broker, "sub", "edit", "prices::billing", "--where", "a = 1").out())
        .isEqualTo("subscription prices::billing changed\n");
    assertThat(Cli.run(broker, "topic", "edit", "prices", "--retention", "1s", "--dry-run").out())
        .isEqualTo("would change retentionMs from 5 to 1000\n");
    assertThat(Cli.run(broker, "topic", "edit", "prices").exit()).isEqualTo(2);
    assertThat(Cli.run(broker, "sub", "edit", "prices::billing").exit()).isEqualTo(2);
    assertThat(broker.requests())
        .containsExactly(
            "PATCH /api/v1/topics/prices {\"retentionMs\":172800000}",
            "PATCH /api/v1/subscriptions/prices%3A%3Abilling {\"where\":\"a = 1\"}",
            "GET /api/v1/topics/prices");
  }

  @Test
  void subscriptionsAreMadeListedMovedAndDeleted() {
    broker
        .answer(201, BILLING)
        .answer(200, "{\"subscriptions\":[" + BILLING + "]}")
        .answer(200, BILLING)
        .answer(200, BILLING)
        .answer(200, "{\"deleted\":\"prices::billing\",\"messages\":3}");
    assertThat(Cli.run(broker, "sub", "create", "prices::billing", "--from", "42").out())
        .isEqualTo("subscription prices::billing created\n");
    assertThat(Cli.run(broker, "sub", "create", "prices").exit()).isEqualTo(2);
    assertThat(Cli.run(broker, "sub", "list", "prices").out())
        .isEqualTo(
            """
            ADDRESS          MESSAGES  UNSETTLED  CONSUMERS  DEAD  BYTES
            prices::billing         3          1          0     0    5 B
            """);
    assertThat(Cli.run(broker, "sub", "info", "prices::billing").out())
        .startsWith("subscription  prices::billing\n");
    assertThat(Cli.run(broker, "sub", "seek", "prices::billing", "earliest", "--yes").out())
        .isEqualTo("prices::billing moved, 3 messages wait\n");
    assertThat(Cli.run(broker, "sub", "delete", "prices::billing", "--yes").out())
        .isEqualTo("subscription prices::billing deleted with 3 messages\n");
    assertThat(broker.requests())
        .containsExactly(
            "POST /api/v1/subscriptions"
                + " {\"source\":\"prices\",\"name\":\"billing\",\"start\":42}",
            "GET /api/v1/subscriptions?source=prices",
            "GET /api/v1/subscriptions/prices%3A%3Abilling",
            "POST /api/v1/subscriptions/prices%3A%3Abilling/seek {\"start\":\"earliest\"}",
            "DELETE /api/v1/subscriptions/prices%3A%3Abilling");
  }
}
