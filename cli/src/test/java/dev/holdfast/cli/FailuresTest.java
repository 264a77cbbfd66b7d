package dev.holdfast.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class FailuresTest {
  private FakeBroker broker;

  @BeforeEach
  void start() throws IOException {
    broker = FakeBroker.start();
  }

  @AfterEach
  void stop() throws IOException {
    broker.close();
  }

  @ParameterizedTest
  @CsvSource({
    "400, invalid, 2",
    "401, unauthenticated, 4",
    "403, unauthorized, 4",
    "404, not-found, 3",
    "409, conflict, 6",
    "413, too-large, 1",
    "500, internal, 1",
    "503, unavailable, 8",
    "507, resource-limit-exceeded, 1"
  })
  void endsWithTheCodeOfTheAnswer(int status, String code, int exit) {
    String body = "{\"error\":{\"code\":\"" + code + "\",\"message\":\"why \\u001b[0m so\"}}";
    broker.answer(status, body).answer(status, body);
    Cli table = Cli.run(broker, "queue", "info", "x");
    assertThat(table.exit()).isEqualTo(exit);
    assertThat(table.out()).isEmpty();
    assertThat(table.err()).isEqualTo("holdfast: why \\u{1b}[0m so [" + code + "]\n");
    Cli json = Cli.run(broker, "queue", "info", "x", "-o", "json");
    assertThat(json.exit()).isEqualTo(exit);
    assertThat(json.err())
        .isEqualTo(
            "{\"error\":{\"code\":\""
                + code
                + "\",\"message\":\"why \\u001B[0m so\",\"exit\":"
                + exit
                + "}}\n");
  }

  @Test
  void reportsAStatusWithoutAReason() {
    broker.answer(404, "<html>");
    Cli cli = Cli.run(broker, "status");
    assertThat(cli.exit()).isEqualTo(3);
    assertThat(cli.err()).contains("HTTP status 404").contains("[http-404]");
  }

  @Test
  void reportsThatNobodyListens() {
    Cli cli = Cli.run(Map.of(), "", "--url", "unix:///nonexistent/admin.sock", "status");
    assertThat(cli.exit()).isEqualTo(5);
    assertThat(cli.err())
        .isEqualTo(
            "holdfast: no broker listens at /nonexistent/admin.sock; start one with: holdfast up"
                + " [unreachable]\n");
  }

  @Test
  void reportsASocketPathThatCannotExist() {
    String url = "unix:///tmp/" + "x".repeat(120) + "/admin.sock";
    Cli cli = Cli.run(Map.of("HOLDFAST_URL", url), "", "status");
    assertThat(cli.exit()).isEqualTo(5);
    assertThat(cli.err()).contains("103 bytes");
  }

  @Test
  void givesUpAfterTheTimeout() {
    broker.silence();
    Cli cli = Cli.run(broker, "queue", "list", "--timeout", "1");
    assertThat(cli.exit()).isEqualTo(5);
    assertThat(cli.err()).contains("no answer within 1 s").contains("[timeout]");
  }

  @Test
  void reportsAConnectionClosedUnanswered() {
    broker.raw("");
    Cli cli = Cli.run(broker, "status");
    assertThat(cli.exit()).isEqualTo(5);
    assertThat(cli.err()).contains("closed the connection unanswered");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "SSH-2.0-OpenSSH\r\n",
        "HTTP/1.1 abc\r\n\r\n",
        "HTTP/1.1 200 OK\r\nnonsense\r\n\r\n",
        "HTTP/1.1 200 OK\r\ncontent-length: -5\r\n\r\n",
        "HTTP/1.1 200 OK\r\ncontent-length: 99999999999\r\n\r\n",
        "HTTP/1.1 200 OK\r\ncontent-length: 9223372036854775808\r\n\r\n",
        "HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\n{}",
        "HTTP/1.1 200 OK\r\ntransfer-encoding: gzip\r\n\r\n{}",
        "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n7fffffff\r\n{}",
        "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n1\r\n{}\r\n0\r\n\r\n",
        "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n[]",
        "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{]",
        "HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n",
        "HTTP/1.1 200 OK\r\n\r\n{\"queues\":7}",
        "HTTP/1.1 200 OK\r\n\r\n{\"queues\":[{\"name\":7}]}",
        "HTTP/1.1 200 OK\r\n\r\n{\"queues\":[]} {}",
      })
  void refusesAnswersThatMakeNoSense(String answer) {
    broker.raw(answer);
    Cli cli = Cli.run(broker, "queue", "list");
    assertThat(cli.exit()).isEqualTo(1);
    assertThat(cli.out()).isEmpty();
    assertThat(cli.err()).startsWith("holdfast: the broker's answer makes no sense: ");
    assertThat(cli.err().lines()).hasSize(1);
  }

  @Test
  void refusesEndlessHeaders() {
    broker.raw("HTTP/1.1 200 OK\r\n" + "a: b\r\n".repeat(70) + "\r\n{}");
    assertThat(Cli.run(broker, "queue", "list").err()).contains("64 header lines");
    broker.raw("HTTP/1.1 200 OK\r\na: " + "b".repeat(9000) + "\r\n\r\n{}");
    assertThat(Cli.run(broker, "queue", "list").err()).contains("8192 bytes");
  }

  @Test
  void readsChunkedAnswersAndSkipsInterimOnes() {
    broker.raw(
        "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
            + "a;x=y\r\n{\"queues\":\r\n3\r\n[]}\r\n0\r\ntrailer: x\r\n\r\n");
    Cli cli = Cli.run(broker, "queue", "list", "-o", "ndjson");
    assertThat(cli.err()).isEmpty();
    assertThat(cli.exit()).isZero();
  }

  @ParameterizedTest
  @ValueSource(strings = {"http://localhost", "unix://host/x", "unix:x", "/run/x", "unix:///a b|"})
  void refusesOtherUrls(String url) {
    Cli cli = Cli.run(Map.of(), "", "--url", url, "status");
    assertThat(cli.exit()).isEqualTo(2);
    assertThat(cli.err()).contains(url);
  }

  @ParameterizedTest
  @CsvSource({
    "nonsense, nonsense",
    "queue nonsense, nonsense",
    "queue info, NAME",
    "status --nonsense, --nonsense",
    "-o xml status, xml",
    "msg send, QUEUE",
    "msg peek q --limit 0, --limit",
    "--timeout 0 status, --timeout",
    "queue, create",
    "up --data x -o table y, up",
  })
  void reportsMisuseInOneLine(String line, String culprit) {
    Cli cli = Cli.run(broker, line.split(" "));
    assertThat(cli.exit()).isEqualTo(2);
    assertThat(cli.out()).isEmpty();
    assertThat(cli.err().lines()).hasSize(1);
    assertThat(cli.err()).contains(culprit).contains("[usage]");
    assertThat(broker.requests()).isEmpty();
  }

  @Test
  void reportsMisuseWithoutAnyCommand() {
    Cli cli = Cli.run(broker);
    assertThat(cli.exit()).isEqualTo(2);
    assertThat(cli.err()).contains("a command is missing").contains("--help");
  }
}
