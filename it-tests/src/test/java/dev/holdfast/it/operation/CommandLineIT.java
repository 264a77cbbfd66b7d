package dev.holdfast.it.operation;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.holdfast.it.harness.BrokerOptions;
import dev.holdfast.it.harness.BrokerProcess;
import dev.holdfast.it.harness.Cli;
import dev.holdfast.it.harness.Command;
import dev.holdfast.it.harness.Environment;
import dev.holdfast.it.harness.Scratch;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The command lines that scripts rely on, against a running broker. */
class CommandLineIT {
  private static final Scratch SCRATCH = Scratch.create();
  private static BrokerProcess broker;
  private static Cli cli;

  @BeforeAll
  static void start() {
    broker = BrokerProcess.start(BrokerOptions.in(SCRATCH));
    cli = broker.cli();
  }

  @AfterAll
  static void stop() {
    broker.close();
    SCRATCH.close();
  }

  @Test
  void messagesAreDelayedAndRejectedByHand() {
    cli.ok("queue", "create", "cli.time");
    cli.ok("msg", "send", "cli.time", "later", "--delay", "1h");
    cli.ok("msg", "send", "cli.time", "much later", "--at", "2100-01-01T00:00:00Z");
    cli.ok("msg", "send", "cli.time", "now", "--at", "2020-01-01T00:00:00Z");
    assertThat(cli.queue("cli.time").get("delayed").asLong()).isEqualTo(2);
    assertThat(cli.run("msg", "send", "cli.time", "x", "--delay", "1h", "--at", "now").exitCode())
        .isEqualTo(2);
    assertThat(cli.run("msg", "send", "cli.time", "x", "--at", "tomorrow").exitCode()).isEqualTo(2);
    assertThat(cli.ok("msg", "recv", "cli.time", "--release")).contains("now");
    assertThat(cli.run("msg", "recv", "cli.time", "--ack", "--release").exitCode()).isEqualTo(2);
    assertThat(cli.ok("msg", "recv", "cli.time", "--reject", "no such customer", "--limit", "5"))
        .contains("now")
        .doesNotContain("later");
    assertThat(cli.ok("dlq", "list", "cli.time")).contains("rejected");
    assertThat(cli.json("dlq", "list", "cli.time").toString()).contains("no such customer");
  }

  @Test
  void theReadyLineNamesWhatIsThere() {
    assertThat(broker.logText())
        .containsPattern(
            "(?m)^holdfast ready amqp=127\\.0\\.0\\.1:\\d+ socket=/\\S+ admin=/\\S+ pid=\\d+$");
    assertThat(broker.ready().socket()).exists().hasParent(SCRATCH.sockets());
    assertThat(ProcessHandle.of(broker.ready().pid())).isPresent();
  }

  @Test
  void statusSaysWhatRuns() {
    JsonNode status = cli.json("status");
    assertThat(status.get("pid").asLong()).isEqualTo(broker.ready().pid());
    assertThat(status.get("dataDirectory").asText()).isEqualTo(SCRATCH.data().toString());
    assertThat(status.at("/store/publishable").asBoolean()).isTrue();
    assertThat(status.get("listeners").toString())
        .contains(Integer.toString(broker.ready().tcp().getPort()));
    assertThat(cli.ok("status")).contains("127.0.0.1");
  }

  @Test
  void aQueueLivesFromCreateToDelete() {
    cli.ok("queue", "create", "cli.life");
    assertThat(cli.run("queue", "create", "cli.life").exitCode()).as("again").isEqualTo(6);
    cli.ok("msg", "send", "cli.life", "first", "-H", "colour=red", "-H", "size=2");
    cli.ok("msg", "send", "cli.life", "second");
    JsonNode info = cli.queue("cli.life");
    for (String field : List.of("name", "kind", "messages", "unsettled", "consumers", "bytes")) {
      assertThat(info.has(field)).as(field).isTrue();
    }
    assertThat(info.get("name").asText()).isEqualTo("cli.life");
    assertThat(info.get("kind").asText()).isEqualTo("queue");
    assertThat(info.get("messages").asLong()).isEqualTo(2);
    assertThat(info.get("unsettled").asLong()).isZero();
    assertThat(info.get("bytes").asLong()).isPositive();
    assertThat(cli.json("queue", "list").findValuesAsText("name")).contains("cli.life");
    assertThat(cli.ok("queue", "list")).contains("cli.life");
    assertThat(cli.ok("-o", "ndjson", "queue", "list").lines().map(Cli::parse)).isNotEmpty();

    JsonNode peeked = cli.json("msg", "peek", "cli.life", "--limit", "5").get("messages");
    assertThat(peeked).hasSize(2);
    assertThat(peeked.get(0).at("/body/text").asText()).isEqualTo("first");
    assertThat(peeked.get(0).at("/applicationProperties/colour").asText()).isEqualTo("red");
    assertThat(cli.messages("cli.life")).as("peek takes nothing").isEqualTo(2);

    assertThat(cli.run("queue", "purge", "cli.life").exitCode()).as("no --yes").isEqualTo(2);
    assertThat(cli.json("queue", "purge", "cli.life", "--yes").get("purged").asLong()).isEqualTo(2);
    cli.awaitMessages("cli.life", 0);
    assertThat(cli.run("queue", "delete", "cli.life").exitCode()).as("no --yes").isEqualTo(2);
    cli.ok("queue", "delete", "cli.life", "--yes");
    assertThat(cli.run("queue", "info", "cli.life").exitCode()).isEqualTo(3);
  }

  @Test
  void receivingTakesUnlessToldNotTo() {
    cli.ok("queue", "create", "cli.recv");
    cli.ok("msg", "send", "cli.recv", "one");
    cli.ok("msg", "send", "cli.recv", "two");
    assertThat(cli.ok("msg", "recv", "cli.recv", "--no-ack")).contains("one");
    cli.awaitMessages("cli.recv", 2);
    JsonNode got = cli.json("msg", "recv", "cli.recv", "--limit", "10").get("messages");
    assertThat(got.get(0).at("/body/text").asText()).isEqualTo("one");
    assertThat(got.get(1).at("/body/text").asText()).isEqualTo("two");
    cli.awaitMessages("cli.recv", 0);
    Command.Result empty = cli.run("msg", "recv", "cli.recv");
    assertThat(empty.exitCode()).isZero();
    assertThat(empty.out()).isEmpty();
  }

  @Test
  void bodiesComeFromArgumentsInputAndFiles() throws IOException {
    cli.ok("queue", "create", "cli.bodies");
    byte[] binary = new byte[100_000];
    new java.util.Random(3).nextBytes(binary);
    Path file = Files.write(SCRATCH.path("body.bin"), binary);
    cli.ok("msg", "send", "cli.bodies", "text \u20ac");
    assertThat(cli.runWith("from input", "msg", "send", "cli.bodies", "-").exitCode()).isZero();
    cli.ok("msg", "send", "cli.bodies", "--file", file.toString());
    JsonNode messages = cli.json("msg", "recv", "cli.bodies", "--limit", "3").get("messages");
    assertThat(body(messages.get(0))).isEqualTo("text \u20ac".getBytes(StandardCharsets.UTF_8));
    assertThat(body(messages.get(1))).isEqualTo("from input".getBytes(StandardCharsets.UTF_8));
    assertThat(body(messages.get(2))).isEqualTo(binary);
  }

  private static byte[] body(JsonNode message) throws IOException {
    JsonNode body = message.get("body");
    return body.has("text")
        ? body.get("text").asText().getBytes(StandardCharsets.UTF_8)
        : body.get("base64").binaryValue();
  }

  @Test
  void usersAreMadeListedChangedAndRemoved() {
    JsonNode made = cli.json("user", "add", "cli-user", "--role", "admin");
    assertThat(made.get("password").asText()).hasSizeGreaterThanOrEqualTo(20);
    assertThat(cli.runWith("a long secret\n", "user", "add", "cli-human", "--password-stdin").all())
        .contains("exit 0");
    assertThat(cli.run("user", "add", "cli-user").exitCode()).as("again").isEqualTo(6);
    JsonNode users = cli.json("user", "list").get("users");
    assertThat(users.findValuesAsText("name")).contains("cli-user", "cli-human");
    assertThat(users.toString()).doesNotContain(made.get("password").asText());
    assertThat(cli.json("user", "passwd", "cli-user").get("password").asText())
        .isNotEqualTo(made.get("password").asText());
    cli.ok("user", "rm", "cli-user");
    assertThat(cli.run("user", "rm", "cli-user").exitCode()).isEqualTo(3);
  }

  @ParameterizedTest
  @CsvSource({
    "2, queue",
    "2, queue create",
    "2, queue frobnicate x",
    "2, frobnicate",
    "2, msg send",
    "2, msg peek q --limit none",
    "2, -o xml queue list",
    "3, queue info no.such.queue",
    "3, queue delete no.such.queue --yes",
    "3, queue purge no.such.queue --yes",
    "3, msg send no.such.queue body",
    "3, msg recv no.such.queue",
    "3, msg peek no.such.queue",
    "2, queue create bad/$name",
    "2, queue create $reserved",
  })
  void mistakesHaveTheirExitCodeAndASentence(int exitCode, String line) {
    Command.Result result = cli.run(line.split(" "));
    assertThat(result.exitCode()).as(result.all()).isEqualTo(exitCode);
    assertThat(result.out()).isEmpty();
    assertThat(result.err()).isNotBlank().doesNotContain("Exception").doesNotContain("\tat ");
  }

  @Test
  void nobodyThereIsUnreachable() {
    Command.Result result =
        Command.run(
            List.of(
                Environment.launcher().toString(),
                "--url",
                "unix://" + SCRATCH.path("nobody.sock"),
                "queue",
                "list"));
    assertThat(result.exitCode()).as(result.all()).isEqualTo(5);
    assertThat(result.err()).contains("nobody.sock").doesNotContain("Exception");
  }

  @Test
  void theAddressMayComeFromTheEnvironment() {
    Command.Result result =
        Command.run(
            List.of(Environment.launcher().toString(), "-o", "json", "status"),
            new byte[0],
            Map.of("HOLDFAST_URL", "unix://" + broker.ready().admin()),
            Path.of("."));
    assertThat(result.exitCode()).as(result.all()).isZero();
    assertThat(Cli.parse(result.out()).get("pid").asLong()).isEqualTo(broker.ready().pid());
  }

  @Test
  void completionIsAShellScript() {
    String script = cli.ok("completion", "bash");
    assertThat(script).contains("queue").contains("msg");
    Command.Result parsed =
        Command.run(
            List.of("bash", "-n"), script.getBytes(StandardCharsets.UTF_8), Map.of(), Path.of("."));
    assertThat(parsed.exitCode()).as(parsed.all()).isZero();
  }

  @Test
  void helpAndVersionNeedNoBroker() {
    for (String option : List.of("--help", "--version")) {
      Command.Result result = Command.run(List.of(Environment.launcher().toString(), option));
      assertThat(result.exitCode()).as(result.all()).isZero();
      assertThat(result.out()).containsIgnoringCase("holdfast");
    }
  }
}
