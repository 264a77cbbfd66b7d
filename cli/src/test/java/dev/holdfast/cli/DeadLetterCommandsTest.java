package dev.holdfast.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DeadLetterCommandsTest {
  private static final String LETTER =
      "{\"sequence\":7,\"durable\":true,\"priority\":4,\"enqueued\":\"T1\",\"failures\":0,"
          + "\"unsettled\":false,\"bytes\":9,\"death\":{\"reason\":\"rejected\","
          + "\"description\":\"no\",\"origin\":\"orders\",\"failures\":1,\"hops\":2,"
          + "\"time\":\"T2\"},\"properties\":{\"messageId\":\"m-1\"},"
          + "\"body\":{\"type\":\"value\",\"text\":\"hello\"}}";
  private static final String PAGE = "{\"messages\":[" + LETTER + "],\"next\":%s}";
  private static final String TASK =
      "{\"id\":3,\"action\":\"redrive\",\"node\":\"orders\",\"state\":\"%s\",\"done\":%d,"
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

  @Test
  void summarises() {
    broker.answer(
        200,
        "{\"node\":\"t::s\",\"messages\":3,\"bytes\":9,\"groups\":[{\"reason\":\"expired\","
            + "\"source\":\"t::s\",\"messages\":3,\"bytes\":9,\"ages\":["
            + "{\"from\":\"H1\",\"messages\":1},{\"from\":\"H2\",\"messages\":2}]}]}");
    assertThat(Cli.run(broker, "dlq", "summary", "t::s").out())
        .isEqualTo(
            """
            REASON   SOURCE  MESSAGES  BYTES  OLDEST HOUR  NEWEST HOUR
            expired  t::s           3    9 B  H1           H2
            """);
    assertThat(broker.requests()).containsExactly("GET /api/v1/dead-letters/t%3A%3As/summary");
  }

  @Test
  void listsPageAfterPageUpToTheLimit() {
    broker.answer(200, PAGE.formatted("8")).answer(200, PAGE.formatted("9"));
    Cli cli =
        Cli.run(
            broker,
            "dlq",
            "list",
            "orders",
            "--limit",
            "2",
            "--reason",
            "rejected",
            "--where",
            "type = 'a b'",
            "--older-than",
            "1h");
    assertThat(cli.out())
        .isEqualTo(
            """
            SEQ  DIED  REASON    SOURCE  FAILURES  HOPS  ID   BODY
              7  T2    rejected  orders         1     2  m-1  hello
              7  T2    rejected  orders         1     2  m-1  hello
            """);
    assertThat(cli.err()).isEqualTo("there may be more: --from 9\n");
    String filter = "&reason=rejected&where=type%20%3D%20%27a%20b%27&olderThanMs=3600000";
    assertThat(broker.requests())
        .containsExactly(
            "GET /api/v1/dead-letters/orders/messages?limit=2&from=0&sections=false" + filter,
            "GET /api/v1/dead-letters/orders/messages?limit=1&from=8&sections=false" + filter);
  }

  @Test
  void showsTheStoryOfOne() {
    broker
        .answer(200, LETTER)
        .answer(404, "{\"error\":{\"code\":\"not-found\",\"message\":\"x\"}}");
    assertThat(Cli.run(broker, "dlq", "show", "orders", "7").out())
        .startsWith("death.reason: rejected\ndeath.description: no\n")
        .endsWith("\nhello\n");
    assertThat(Cli.run(broker, "dlq", "show", "orders", "8").exit()).isEqualTo(3);
  }

  @Test
  void exportsEveryLineAndSendTakesThemBack() {
    String line = LETTER.replace("\"body\"", "\"sections\":\"AFN3\",\"body\"");
    broker
        .answer(200, "{\"messages\":[" + line + "],\"next\":8}")
        .answer(200, "{\"messages\":[" + line + "],\"next\":null}")
        .answer(201, "{\"sequence\":1,\"duplicate\":false}")
        .answer(201, "{\"sequence\":1,\"duplicate\":true}");
    Cli export = Cli.run(broker, "dlq", "export", "orders");
    assertThat(export.out().lines()).hasSize(2);
    Cli send = Cli.runWithInput(broker, export.out(), "msg", "send", "spare", "--ndjson");
    assertThat(send.out()).isEqualTo("1 messages sent to spare, 1 were there already\n");
    assertThat(broker.requests().subList(2, 4))
        .containsOnly(
            "POST /api/v1/queues/spare/messages"
                + " {\"durable\":true,\"priority\":4,\"sections\":\"AFN3\"}");
  }

  @Test
  void linesThatArePeekedAreSentByTheirParts() {
    broker.answer(201, "{\"sequence\":1}").answer(201, "{\"sequence\":2}");
    String number =
        LETTER.replace("\"type\":\"value\",\"text\":\"hello\"", "\"type\":\"value\",\"value\":5");
    Cli cli =
        Cli.runWithInput(
            broker, LETTER + "\n\n" + number + "\n", "msg", "send", "spare", "--ndjson", "-");
    assertThat(cli.exit()).isEqualTo(7);
    assertThat(cli.err()).contains("line 3, after 1 messages").contains("sections");
    assertThat(broker.requests())
        .containsExactly(
            "POST /api/v1/queues/spare/messages {\"durable\":true,\"priority\":4,"
                + "\"body\":{\"text\":\"hello\"},\"properties\":{\"messageId\":\"m-1\"}}");
    assertThat(Cli.runWithInput(broker, "[]\n", "msg", "send", "spare", "--ndjson").exit())
        .isEqualTo(2);
    assertThat(Cli.run(broker, "msg", "send", "spare", "--ndjson", "--ttl", "1s").exit())
        .isEqualTo(2);
  }

  @Test
  void redrivesAndWaitsForTheEnd() {
    broker
        .answer(201, TASK.formatted("running", 0, ""))
        .answer(200, TASK.formatted("running", 2, ""))
        .answer(200, TASK.formatted("done", 5, ""));
    Cli cli =
        Cli.run(
            broker,
            "dlq",
            "redrive",
            "orders",
            "--rate",
            "50/s",
            "--to",
            "spare",
            "--max-hops",
            "3",
            "--yes");
    assertThat(cli.exit()).isZero();
    assertThat(cli.out()).isEqualTo("task 3 is done: 5 dead letters of orders redriven\n");
    assertThat(broker.requests())
        .containsExactly(
            "POST /api/v1/dead-letters/orders/tasks {\"action\":\"redrive\",\"to\":\"spare\","
                + "\"maxHops\":3,\"perSecond\":50}",
            "GET /api/v1/dead-letter-tasks/3",
            "GET /api/v1/dead-letter-tasks/3");
  }

  @Test
  void saysWhatStaysAndWhatHappened() {
    broker
        .answer(201, TASK.formatted("done", 4, "\"hop-limit\":1"))
        .answer(201, TASK.formatted("running", 0, ""))
        .answer(201, TASK.formatted("failed", 0, "").replace("}}", "},\"error\":\"gone\"}"))
        .answer(200, "{\"messages\":4,\"bytes\":2048,\"skipped\":{\"hop-limit\":1}}");
    Cli partial = Cli.run(broker, "dlq", "redrive", "orders", "--yes");
    assertThat(partial.exit()).isEqualTo(7);
    assertThat(partial.out()).endsWith("redriven, skipped: hop-limit 1\n");
    assertThat(Cli.run(broker, "dlq", "drop", "orders", "--yes", "--no-wait").exit()).isZero();
    assertThat(Cli.run(broker, "dlq", "drop", "orders", "--yes").exit()).isEqualTo(1);
    assertThat(Cli.run(broker, "dlq", "drop", "orders").exit()).isEqualTo(2);
    assertThat(Cli.run(broker, "dlq", "redrive", "orders", "--rate", "no", "--yes").exit())
        .isEqualTo(2);
    assertThat(Cli.run(broker, "dlq", "drop", "orders", "--dry-run").out())
        .isEqualTo("would drop 4 dead letters of orders (2.0 KiB), skipped: hop-limit 1\n");
  }

  @Test
  void tasksAreListedPausedResumedAndCancelled() {
    broker
        .answer(200, "{\"tasks\":[" + TASK.formatted("running", 2, "\"unsettled\":1") + "]}")
        .answer(200, "{\"tasks\":[" + TASK.formatted("running", 2, "") + "]}")
        .answer(200, TASK.formatted("paused", 2, ""))
        .answer(200, TASK.formatted("running", 2, ""))
        .answer(409, "{\"error\":{\"code\":\"conflict\",\"message\":\"over\"}}");
    assertThat(Cli.run(broker, "dlq", "tasks").out())
        .isEqualTo(
            """
            ID  ACTION   QUEUE   STATE    DONE  OF  BY     STARTED  SKIPPED
             3  redrive  orders  running     2   5  uid:0  T3       unsettled 1
            """);
    assertThat(Cli.run(broker, "dlq", "tasks", "other", "-o", "ndjson").out()).isEmpty();
    assertThat(Cli.run(broker, "dlq", "pause", "3").out())
        .isEqualTo("task 3 is paused, 2 messages done\n");
    assertThat(Cli.run(broker, "dlq", "resume", "3").exit()).isZero();
    assertThat(Cli.run(broker, "dlq", "cancel", "3").exit()).isEqualTo(6);
  }

  @Test
  void oneIsEditedAndSentBack() {
    broker
        .answer(200, "{\"redriven\":7,\"to\":\"orders\"}")
        .answer(200, "{\"redriven\":7,\"to\":\"x\"}")
        .answer(200, LETTER);
    assertThat(Cli.run(broker, "dlq", "resend", "orders", "7").out())
        .isEqualTo("dead letter 7 of orders sent to orders\n");
    Cli.run(
        broker,
        "dlq",
        "resend",
        "orders",
        "7",
        "--body",
        "b",
        "-H",
        "k=v",
        "--property",
        "subject=s",
        "--to",
        "x");
    assertThat(Cli.run(broker, "dlq", "resend", "orders", "7", "--body", "b", "--dry-run").out())
        .isEqualTo("would send dead letter 7 of orders to orders, edited\n");
    assertThat(broker.requests())
        .containsExactly(
            "POST /api/v1/dead-letters/orders/messages/7/redrive {}",
            "POST /api/v1/dead-letters/orders/messages/7/redrive {\"to\":\"x\",\"message\":"
                + "{\"body\":{\"text\":\"b\"},\"applicationProperties\":{\"k\":\"v\"},"
                + "\"properties\":{\"subject\":\"s\"}}}",
            "GET /api/v1/dead-letters/orders/messages/7");
  }

  @Test
  void delayedMessagesAreListedAndCancelled() {
    String waiting = LETTER.replace("\"bytes\"", "\"due\":\"T9\",\"bytes\"");
    broker
        .answer(200, "{\"messages\":[" + waiting + "]}")
        .answer(200, "{\"messages\":[" + waiting + "]}")
        .answer(200, "{\"cancelled\":7}")
        .answer(404, "{\"error\":{\"code\":\"not-found\",\"message\":\"no\"}}");
    assertThat(Cli.run(broker, "sched", "list", "orders").out())
        .isEqualTo(
            """
            SEQ  DUE  SENT  BYTES  ID   BODY
              7  T9   T1        9  m-1  hello
            """);
    assertThat(Cli.run(broker, "sched", "cancel", "orders", "7", "--dry-run").out())
        .isEqualTo("would cancel 1 delayed messages of orders\n");
    Cli cli = Cli.run(broker, "sched", "cancel", "orders", "7", "8");
    assertThat(cli.exit()).isEqualTo(7);
    assertThat(broker.requests().get(2)).isEqualTo("DELETE /api/v1/scheduled/orders/7");
  }

  @ParameterizedTest
  @ValueSource(strings = {"dlq", "sched"})
  void aGroupAloneSaysWhatItTakes(String group) {
    Cli cli = Cli.run(broker, group);
    assertThat(cli.exit()).isEqualTo(2);
    assertThat(cli.err()).contains(group + " needs one of: ");
    String words = cli.err().replaceAll("(?s).*needs one of: ([a-z, ]+).*", "$1").strip();
    for (String word : words.split(", ")) {
      String help = Cli.run(broker, group, word, "--help").out();
      assertThat(help).as(word).startsWith("Usage: holdfast " + group + " " + word + " ");
      assertThat(Cli.run(broker, "help", group, word).out()).isEqualTo(help);
    }
  }
}
