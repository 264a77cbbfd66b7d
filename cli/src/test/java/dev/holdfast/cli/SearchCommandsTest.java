package dev.holdfast.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Finding, moving, exporting. */
class SearchCommandsTest {
  private static final String MESSAGE =
      "{\"sequence\":%d,\"durable\":true,\"priority\":4,\"enqueued\":\"T1\",\"failures\":0,"
          + "\"unsettled\":false,\"bytes\":9,\"properties\":{\"messageId\":\"m-%1$d\"},"
          + "\"sections\":\"AFN3\",\"body\":{\"type\":\"value\",\"text\":\"hello %1$d\"}}";
  private static final String FOUND =
      "{\"messages\":[%s],\"next\":%s,\"matched\":%d,\"looked\":%d,\"lookedBytes\":%d,"
          + "\"unsearched\":0,\"seen\":%d}";
  private static final String LOOK = "&lookMessages=10000&lookBytes=67108864";
  private static final String TASK =
      "{\"id\":3,\"action\":\"%s\",\"node\":\"orders\",\"state\":\"done\",\"done\":2,"
          + "\"waiting\":5,\"by\":\"uid:0\",\"started\":\"T3\",\"skipped\":{%s}}";

  private FakeBroker broker;

  @BeforeEach
  void start() throws IOException {
    broker = FakeBroker.start();
  }

  @AfterEach
  void stop() throws IOException {
    broker.close();
  }

  private static String message(int sequence) {
    return MESSAGE.formatted(sequence);
  }

  private static String found(String messages, String next, int matched, int looked, int seen) {
    return FOUND.formatted(messages, next, matched, looked, looked * 10, seen);
  }

  @Test
  void grepLooksOnUntilItHasEnough() {
    broker
        .answer(200, found(message(7), "100", 1, 100, 99))
        .answer(200, found(message(107), "null", 1, 30, 130));
    Cli cli =
        Cli.run(broker, "msg", "grep", "orders", "a b", "-i", "--where", "n > 1", "--limit", "5");
    assertThat(cli.exit()).isZero();
    assertThat(cli.err()).isEmpty();
    assertThat(cli.out())
        .isEqualTo(
            """
            SEQ  ENQUEUED  FAILURES  OUT  BYTES  ID     BODY
              7  T1               0  -        9  m-7    hello 7
            107  T1               0  -        9  m-107  hello 107
            """);
    String filter = "&where=n%20%3E%201&text=a%20b&ignoreCase=true";
    assertThat(broker.requests())
        .containsExactly(
            "GET /api/v1/queues/orders/messages?limit=5&from=0" + LOOK + filter,
            "GET /api/v1/queues/orders/messages?limit=4&from=100&lookMessages=10000"
                + "&lookBytes=67108864"
                + filter);
  }

  @Test
  void saysWhenTheBudgetIsSpentBeforeTheEnd() {
    String some = found(message(7), "25", 1, 25, 24);
    broker.answer(200, some).answer(200, some).answer(200, some);
    Cli table = Cli.run(broker, "msg", "grep", "orders", "x", "--look", "25");
    assertThat(table.exit()).isEqualTo(7);
    assertThat(table.err()).startsWith("looked at 25 messages (250 B) and stopped before the end;");
    Cli json =
        Cli.run(broker, "msg", "peek", "orders", "--text", "x", "--look", "25", "-o", "json");
    assertThat(json.exit()).isEqualTo(7);
    assertThat(json.out()).contains("\"complete\" : false").contains("\"next\" : 25");
    Cli count = Cli.run(broker, "msg", "count", "orders", "--look", "25", "-o", "ndjson");
    assertThat(count.exit()).isEqualTo(7);
    assertThat(count.out())
        .isEqualTo(
            "{\"node\":\"orders\",\"matched\":1,\"looked\":25,\"lookedBytes\":250,"
                + "\"unsearched\":0,\"complete\":false,\"next\":25}\n");
    assertThat(Cli.run(broker, "msg", "count", "orders", "--look", "0").exit()).isEqualTo(2);
  }

  @Test
  void counts() {
    broker
        .answer(200, found("", "10000", 10_000, 10_000, 9_999))
        .answer(200, found("", "null", 5, 5, 10_004));
    assertThat(Cli.run(broker, "msg", "count", "orders").out()).isEqualTo("10005\n");
    assertThat(broker.requests())
        .containsExactly(
            "GET /api/v1/queues/orders/messages?limit=1&from=0" + LOOK + "&count=true",
            "GET /api/v1/queues/orders/messages?limit=1&from=10000" + LOOK + "&count=true");
  }

  @Test
  void getShowsOneInEveryForm() {
    String binary =
        message(7)
            .replace(
                "\"type\":\"value\",\"text\":\"hello 7\"",
                "\"type\":\"data\",\"base64\":\"AGhvbGRmYXN0IGhleCBkdW1w\"");
    String decoded =
        message(7)
            .replace(
                "\"sections\"",
                "\"decoded\":[{\"section\":\"AmqpValue\",\"type\":\"string\",\"value\":\"a\\nb\"}],"
                    + "\"sections\"");
    broker
        .answer(200, binary)
        .answer(200, decoded)
        .answer(200, binary)
        .answer(404, "{\"error\":{\"code\":\"not-found\",\"message\":\"no\"}}");
    assertThat(Cli.run(broker, "msg", "get", "orders", "7").out())
        .isEqualTo(
            """
            sequence: 7
            enqueued: T1
            failures: 0
            priority: 4
            messageId: m-7

            00000000  00 68 6f 6c 64 66 61 73  74 20 68 65 78 20 64 75  |.holdfast hex du|
            00000010  6d 70                                             |mp|
            """);
    assertThat(Cli.run(broker, "msg", "get", "orders", "7", "--decode").out())
        .isEqualTo("AmqpValue (string): \"a\\nb\"\n");
    assertThat(Cli.run(broker, "msg", "get", "orders", "7", "--hex").out()).contains("00 53 77");
    assertThat(Cli.run(broker, "msg", "get", "orders", "8").exit()).isEqualTo(3);
    assertThat(broker.requests())
        .startsWith(
            "GET /api/v1/queues/orders/messages/7",
            "GET /api/v1/queues/orders/messages/7?decoded=true");
  }

  @Test
  void tailBeginsNearTheEndAndFollows() {
    broker
        .answer(200, "{\"nextSequence\":100}")
        .answer(200, "{\"nextSequence\":100}")
        .answer(200, found(message(99), "null", 1, 1, 99))
        .answer(200, "{\"nextSequence\":100}")
        .answer(200, "{\"nextSequence\":101}")
        .answer(200, found(message(100), "null", 1, 1, 100))
        .answer(404, "{\"error\":{\"code\":\"not-found\",\"message\":\"deleted\"}}")
        .answer(404, "{\"error\":{\"code\":\"not-found\",\"message\":\"deleted\"}}");
    Cli cli = Cli.run(broker, "msg", "tail", "orders", "-n", "2", "-f", "--interval", "10ms");
    assertThat(cli.out()).isEqualTo("99  T1  m-99  hello 99\n100  T1  m-100  hello 100\n");
    assertThat(cli.exit()).isEqualTo(3);
    assertThat(broker.requests())
        .containsExactly(
            "GET /api/v1/queues/orders",
            "GET /api/v1/queues/orders",
            "GET /api/v1/queues/orders/messages?limit=1000&from=98" + LOOK,
            "GET /api/v1/queues/orders",
            "GET /api/v1/queues/orders",
            "GET /api/v1/queues/orders/messages?limit=1000&from=100" + LOOK,
            "GET /api/v1/queues/orders",
            "GET /api/v1/topics/orders");
    assertThat(Cli.run(broker, "msg", "tail", "orders", "-f", "-o", "json").exit()).isEqualTo(2);
  }

  @Test
  void messagesAreMovedCopiedAndDeleted() {
    broker
        .answer(201, TASK.formatted("move", ""))
        .answer(200, "{\"messages\":0,\"bytes\":0,\"skipped\":{\"unsettled\":1}}")
        .answer(201, TASK.formatted("delete", "\"unsettled\":1"))
        .answer(200, "{\"messages\":4,\"bytes\":2048,\"skipped\":{}}");
    Cli move = Cli.run(broker, "msg", "move", "orders", "4..9", "--to", "spare", "--yes");
    assertThat(move.out()).isEqualTo("task 3 is done: 2 messages of orders moved\n");
    Cli delete = Cli.run(broker, "msg", "delete", "orders", "7", "--rate", "5/s", "--yes");
    assertThat(delete.exit()).isEqualTo(7);
    assertThat(delete.out()).endsWith("2 messages of orders deleted, skipped: unsettled 1\n");
    Cli copy = Cli.run(broker, "msg", "copy", "orders", "--to", "x", "--where", "a", "--dry-run");
    assertThat(copy.out()).isEqualTo("would copy 4 messages of orders (2.0 KiB)\n");
    assertThat(broker.requests())
        .containsExactly(
            "POST /api/v1/queues/orders/tasks {\"action\":\"move\",\"fromSequence\":4,"
                + "\"toSequence\":9,\"to\":\"spare\"}",
            "POST /api/v1/queues/orders/count {\"action\":\"delete\",\"fromSequence\":7,"
                + "\"toSequence\":7}",
            "POST /api/v1/queues/orders/tasks {\"action\":\"delete\",\"fromSequence\":7,"
                + "\"toSequence\":7,\"perSecond\":5}",
            "POST /api/v1/queues/orders/count {\"action\":\"copy\",\"where\":\"a\",\"to\":\"x\"}");
    broker.answer(200, "{\"messages\":0,\"bytes\":0,\"skipped\":{}}");
    assertThat(Cli.run(broker, "msg", "delete", "orders", "8", "--yes").exit()).isEqualTo(3);
    assertThat(Cli.run(broker, "msg", "delete", "orders").err()).contains("--dry-run");
    assertThat(Cli.run(broker, "msg", "delete", "orders", "x", "--yes").exit()).isEqualTo(2);
    assertThat(Cli.run(broker, "msg", "move", "orders", "--yes").err()).contains("--to");
  }

  @Test
  void exportAndImportAreEachOthersOpposite(@TempDir Path directory) throws IOException {
    Path file = directory.resolve("q.ndjson");
    broker
        .answer(200, found(message(1), "2", 1, 1, 1))
        .answer(200, found(message(2), "null", 1, 1, 2))
        .answer(201, "{\"sequence\":1}")
        .answer(201, "{\"sequence\":2}");
    Cli export = Cli.run(broker, "msg", "export", "orders", "--file", file.toString());
    assertThat(export.out()).isEqualTo("2 messages of orders exported to " + file + '\n');
    assertThat(Files.list(directory)).containsExactly(file);
    Cli check = Cli.run(broker, "msg", "import", "x", "--file", file.toString(), "--dry-run");
    assertThat(check.out()).isEqualTo("would send 2 messages to x\n");
    Cli back = Cli.runWithInput(broker, Files.readString(file), "msg", "import", "x", "-");
    assertThat(back.out()).isEqualTo("2 messages sent to x\n");
    assertThat(broker.requests().get(0)).endsWith("limit=200&from=0" + LOOK + "&sections=true");
    assertThat(broker.requests().subList(2, 4))
        .containsOnly(
            "POST /api/v1/queues/x/messages"
                + " {\"durable\":true,\"priority\":4,\"sections\":\"AFN3\"}");
    Cli bad = Cli.runWithInput(broker, "{}\n", "msg", "import", "x", "--dry-run");
    assertThat(bad.exit()).isEqualTo(2);
    assertThat(bad.err()).contains("line 1");
  }

  @Test
  void anExportThatFailsLeavesNoFile(@TempDir Path directory) {
    Path file = directory.resolve("q.ndjson");
    broker
        .answer(200, found(message(1), "2", 1, 1, 1))
        .answer(500, "{\"error\":{\"code\":\"internal\",\"message\":\"broken\"}}");
    assertThat(Cli.run(broker, "msg", "export", "q", "--file", file.toString()).exit())
        .isEqualTo(1);
    assertThat(file).doesNotExist();
    broker
        .answer(200, found(message(1), "2", 1, 1, 1))
        .answer(500, "{\"error\":{\"code\":\"internal\",\"message\":\"broken\"}}");
    Cli partial = Cli.run(broker, "msg", "export", "q");
    assertThat(partial.exit()).isEqualTo(7);
    assertThat(partial.out().lines()).hasSize(1);
  }

  @ParameterizedTest
  @ValueSource(strings = {"get", "grep", "count", "tail", "move", "copy", "delete", "import"})
  void helpSaysWhatEachTakes(String word) {
    String help = Cli.run(broker, "msg", word, "--help").out();
    assertThat(help).startsWith("Usage: holdfast msg " + word).contains("Example");
    assertThat(Cli.run(broker, "help", "msg", word).out()).isEqualTo(help);
  }
}
