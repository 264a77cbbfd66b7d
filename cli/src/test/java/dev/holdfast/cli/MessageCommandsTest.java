package dev.holdfast.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MessageCommandsTest {
  private static final String NONE = "{\"messages\":[]}";

  private FakeBroker broker;

  @BeforeEach
  void start() throws IOException {
    broker = FakeBroker.start();
  }

  @AfterEach
  void stop() throws IOException {
    broker.close();
  }

  private static String message(int sequence, String body) {
    return "{\"sequence\":"
        + sequence
        + ",\"durable\":true,\"priority\":4,\"enqueued\":\"2026-11-21T02:00:00Z\",\"expires\":null,"
        + "\"failures\":1,\"unsettled\":false,\"bytes\":7,"
        + "\"properties\":{\"messageId\":\"m-1\"},"
        + "\"applicationProperties\":{\"type\":\"a\\nb\",\"n\":7},\"body\":"
        + body
        + "}";
  }

  private static String text(String escaped) {
    return "{\"type\":\"value\",\"text\":\"" + escaped + "\"}";
  }

  private static String list(String... messages) {
    return "{\"messages\":[" + String.join(",", messages) + "]}";
  }

  @Test
  void sendsTextWithPropertiesAndOptions() {
    broker.answer(201, "{\"sequence\":42}");
    Cli cli =
        Cli.run(
            broker,
            "msg",
            "send",
            "orders",
            "hëllo",
            "-H",
            "type=greeting",
            "-H",
            "a=b=c",
            "--id",
            "m-1",
            "--content-type",
            "text/plain",
            "--property",
            "subject=s",
            "--ttl",
            "5m",
            "--priority",
            "9",
            "--no-durable");
    assertThat(cli.out()).isEqualTo("sent to orders, sequence 42\n");
    assertThat(broker.requests())
        .containsExactly(
            "POST /api/v1/queues/orders/messages {\"body\":{\"text\":\"hëllo\"},\"durable\":false,"
                + "\"priority\":9,\"ttlMs\":300000,\"properties\":{\"subject\":\"s\","
                + "\"messageId\":\"m-1\",\"contentType\":\"text/plain\"},"
                + "\"applicationProperties\":{\"type\":\"greeting\",\"a\":\"b=c\"}}");
  }

  @Test
  void sendsStandardInputAndFilesAsBytes(@TempDir Path directory) throws IOException {
    Path file = Files.write(directory.resolve("f"), new byte[] {0, (byte) 0xff, 10});
    broker.answer(201, "{\"sequence\":1}").answer(201, "{\"sequence\":2}");
    assertThat(Cli.runWithInput(broker, "in\n", "msg", "send", "q", "-", "-o", "ndjson").out())
        .isEqualTo("{\"sequence\":1}\n");
    assertThat(Cli.run(broker, "msg", "send", "q", "--file", file.toString()).exit()).isZero();
    assertThat(broker.requests())
        .containsExactly(
            "POST /api/v1/queues/q/messages {\"body\":{\"base64\":\"aW4K\"}}",
            "POST /api/v1/queues/q/messages {\"body\":{\"base64\":\"AP8K\"}}");
  }

  @Test
  void refusesWhatCannotBeSent() {
    assertThat(Cli.run(broker, "msg", "send", "q").err()).contains("a body is missing");
    assertThat(Cli.run(broker, "msg", "send", "q", "b", "--file", "f").err()).contains("not both");
    assertThat(Cli.run(broker, "msg", "send", "q", "--file", "/nonexistent").err())
        .contains("there is no file /nonexistent");
    assertThat(Cli.run(broker, "msg", "send", "q", "b", "--ttl", "soon").err()).contains("'soon'");
    assertThat(Cli.run(broker, "msg", "send", "q", "b", "--priority", "10").err())
        .contains("0 to 9");
    assertThat(Cli.run(broker, "msg", "send", "q", "b", "--property", "x=y").err())
        .contains("messageId");
    assertThat(broker.requests()).isEmpty();
  }

  @Test
  void peeksInOneLineEach() {
    broker.answer(
        200,
        list(
            message(7, text("one\\u001b[31m\\ntwo")),
            message(8, "{\"type\":\"data\",\"base64\":\"AP8K\"}"),
            message(9, "{\"type\":\"value\",\"value\":{\"a\":[1,null]}}"),
            message(10, "{\"type\":\"empty\"}"),
            message(11, text("x".repeat(80)))));
    Cli cli = Cli.run(broker, "msg", "peek", "q", "--limit", "5", "--from", "7");
    assertThat(cli.out())
        .isEqualTo(
            """
            SEQ  ENQUEUED              FAILURES  OUT  BYTES  ID   BODY
              7  2026-11-21T02:00:00Z         1  -        7  m-1  one\\u{1b}[31m\\ntwo
              8  2026-11-21T02:00:00Z         1  -        7  m-1  (3 bytes) 00 ff 0a
              9  2026-11-21T02:00:00Z         1  -        7  m-1  {"a":[1,null]}
             10  2026-11-21T02:00:00Z         1  -        7  m-1
             11  2026-11-21T02:00:00Z         1  -        7  m-1  %s...
            """
                .formatted("x".repeat(57)));
    assertThat(broker.requests()).containsExactly("GET /api/v1/queues/q/messages?limit=5&from=7");
  }

  @Test
  void receivesOneByOneSoThatNothingTakenIsLost() {
    broker
        .answer(200, list(message(1, text("a"))))
        .answer(200, list(message(2, text("b"))))
        .answer(200, NONE);
    Cli cli = Cli.run(broker, "msg", "recv", "q", "--limit", "10", "--body-only");
    assertThat(cli.out()).isEqualTo("a\nb\n");
    assertThat(cli.exit()).isZero();
    assertThat(broker.requests())
        .hasSize(3)
        .containsOnly("POST /api/v1/queues/q/receive?limit=1&ack=true");
  }

  @Test
  void printsAReceivedMessageInFull() {
    broker.answer(200, list(message(1, text("line 1\\nline 2\\u0007"))));
    assertThat(Cli.run(broker, "msg", "recv", "q").out())
        .isEqualTo(
            """
            sequence: 1
            enqueued: 2026-11-21T02:00:00Z
            failures: 1
            priority: 4
            messageId: m-1
            type: a\\nb
            n: 7

            line 1
            line 2\\u{7}
            """);
  }

  @Test
  void printsOneBodyByteForByte() {
    broker.answer(200, list(message(1, "{\"type\":\"data\",\"base64\":\"aQBqCg==\"}")));
    assertThat(Cli.run(broker, "msg", "recv", "q", "--body-only").out()).isEqualTo("i\0j\n");
  }

  @Test
  void looksWithoutAcknowledgingInOneRequest() {
    broker.answer(200, list(message(1, text("a")), message(2, text("b"))));
    Cli cli = Cli.run(broker, "msg", "recv", "q", "--limit", "5", "--no-ack", "-o", "ndjson");
    assertThat(cli.out().lines()).hasSize(2);
    assertThat(broker.requests())
        .containsExactly("POST /api/v1/queues/q/receive?limit=5&ack=false");
  }

  @Test
  void saysWhenThereIsNothing() {
    broker.answer(200, NONE).answer(200, NONE);
    Cli cli = Cli.run(broker, "msg", "recv", "q");
    assertThat(cli.exit()).isZero();
    assertThat(cli.out()).isEmpty();
    assertThat(cli.err()).isEqualTo("queue q: no message is available\n");
    assertThat(Cli.run(broker, "msg", "recv", "q", "-o", "json").out())
        .isEqualTo("{\n  \"messages\" : [ ]\n}\n");
  }

  @Test
  void reportsHowFarItCameWhenItStopsHalfway() {
    broker
        .answer(200, list(message(1, text("a"))))
        .answer(500, "{\"error\":{\"code\":\"internal\",\"message\":\"broken\"}}");
    Cli cli = Cli.run(broker, "msg", "recv", "q", "--limit", "3", "-o", "json");
    assertThat(cli.exit()).isEqualTo(7);
    assertThat(cli.out()).contains("\"sequence\" : 1");
    assertThat(cli.err()).contains("stopped after 1 messages: broken").contains("\"internal\"");
  }
}
