package dev.holdfast.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.cli.TopState.Order;
import dev.holdfast.cli.TopState.Row;
import dev.holdfast.cli.text.JsonObject;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class TopCommandTest {
  private static final Instant NOW = Instant.parse("2026-01-01T01:00:00Z");
  private static final String QUEUES =
      "{\"queues\":[{\"name\":\"a\",\"messages\":2,\"bytes\":2048,\"unsettled\":1,"
          + "\"oldest\":\"2026-01-01T00:00:00Z\",\"published\":%d,\"acknowledged\":%d,"
          + "\"deadLetters\":0,\"consumers\":3},"
          + "{\"name\":\"b\\u001b[2J\",\"messages\":9,\"bytes\":5,\"unsettled\":0,"
          + "\"oldest\":null,\"published\":0,\"acknowledged\":0,\"deadLetters\":4,"
          + "\"consumers\":0}]}";

  private FakeBroker broker;

  @BeforeEach
  void start() throws IOException {
    broker = FakeBroker.start();
  }

  @AfterEach
  void stop() throws IOException {
    broker.close();
  }

  private static List<JsonObject> queues(int published, int acknowledged) throws IOException {
    String json = QUEUES.formatted(published, acknowledged);
    return JsonObject.parse(json.getBytes(StandardCharsets.UTF_8)).objects("queues");
  }

  private static List<String> names(TopState state, String filter, Order order) {
    return state.rows(filter, order).stream().map(row -> row.name().substring(0, 1)).toList();
  }

  @Test
  void ratesAreDifferencesBetweenTwoLooks() throws IOException {
    TopState state = new TopState();
    state.update(queues(100, 50), NOW, 1_000_000_000);
    assertThat(state.rows("", Order.NAME).get(0).in()).isZero();
    state.update(queues(150, 51), NOW, 3_000_000_000L);
    Row row = state.rows("", Order.NAME).get(0);
    assertThat(row.in()).isEqualTo(25);
    assertThat(row.out()).isEqualTo(0.5);
    assertThat(row.oldestSeconds()).isEqualTo(3_600);
    state.update(queues(0, 0), NOW, 4_000_000_000L);
    assertThat(state.rows("", Order.NAME).get(0).in()).as("the broker was restarted").isZero();
  }

  @Test
  void sortsAndFilters() throws IOException {
    TopState state = new TopState();
    state.update(queues(1, 1), NOW, 1);
    assertThat(names(state, "", Order.BACKLOG)).containsExactly("b", "a");
    assertThat(names(state, "", Order.AGE)).containsExactly("a", "b");
    assertThat(names(state, "", Order.DEAD)).containsExactly("b", "a");
    assertThat(names(state, "", Order.CONSUMERS)).containsExactly("a", "b");
    assertThat(names(state, "a", Order.NAME)).containsExactly("a");
  }

  @Test
  void printsATablePerLookWithoutATerminal() {
    String none = QUEUES.formatted(1, 1).replace("\"2026-01-01T00:00:00Z\"", "null");
    String subscriptions =
        "{\"subscriptions\":[{\"source\":\"t\",\"name\":\"s\",\"messages\":4,\"bytes\":5,"
            + "\"unsettled\":0,\"acknowledged\":1,\"deadLetters\":0,\"consumers\":1,\"where\":null}]}";
    broker
        .answer(200, none)
        .answer(200, subscriptions)
        .answer(200, none)
        .answer(200, subscriptions);
    Cli cli = Cli.run(broker, "top", "--plain", "--count", "2", "--interval", "1ms");
    String table =
        """
        QUEUE       BACKLOG    BYTES  OUT  OLDEST  IN/s  DONE/s  DEAD  CONSUMERS
        b\\u{1b}[2J        9      5 B    0  -          0       0     4          0
        t::s              4      5 B    0  -          0       0     0          1
        a                 2  2.0 KiB    1  -          0       0     0          3
        """;
    assertThat(cli.out().replaceAll(" +", " "))
        .isEqualTo((table + '\n' + table).replaceAll(" +", " "));
    broker.answer(200, none).answer(200, "{\"subscriptions\":[]}");
    assertThat(Cli.run(broker, "top", "--count", "1", "-o", "ndjson", "--filter", "a").out())
        .isEqualTo(
            "{\"queues\":[{\"name\":\"a\",\"messages\":2,\"bytes\":2048,\"unsettled\":1,"
                + "\"oldestSeconds\":null,\"inPerSecond\":0.0,\"donePerSecond\":0.0,"
                + "\"deadLetters\":0,\"consumers\":3}]}\n");
    assertThat(Cli.run(broker, "top", "--sort", "colour").exit()).isEqualTo(2);
    assertThat(Cli.run(broker, "top", "--help").out()).startsWith("Usage: holdfast top ");
  }
}
