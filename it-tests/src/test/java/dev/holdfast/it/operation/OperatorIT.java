package dev.holdfast.it.operation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.holdfast.it.harness.BrokerOptions;
import dev.holdfast.it.harness.BrokerProcess;
import dev.holdfast.it.harness.Cli;
import dev.holdfast.it.harness.Command;
import dev.holdfast.it.harness.Environment;
import dev.holdfast.it.harness.Scratch;
import dev.holdfast.it.wire.AmqpClient;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What an operator does with messages, connections and the configuration of a running broker. */
class OperatorIT {
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
  void whatIsExportedIsImportedAsItWas() throws IOException {
    Path binary = Files.write(SCRATCH.path("binary"), new byte[] {0, (byte) 0xff, 10});
    Path file = SCRATCH.path("q.ndjson");
    cli.ok("queue", "create", "op.from");
    cli.ok("queue", "create", "op.to");
    cli.ok("msg", "send", "op.from", "text \u00fc", "-H", "n=1", "--key", "k1", "--ttl", "7d");
    cli.ok("msg", "send", "op.from", "--file", binary.toString(), "--priority", "9");
    cli.ok("msg", "export", "op.from", "--file", file.toString());
    cli.ok("msg", "import", "op.to", "--file", file.toString());
    JsonNode before = cli.json("msg", "peek", "op.from");
    JsonNode after = cli.json("msg", "peek", "op.to");
    for (int i = 0; i < 2; i++) {
      for (String field : List.of("durable", "priority", "bytes", "body")) {
        assertThat(after.at("/messages/" + i).get(field))
            .isEqualTo(before.at("/messages/" + i).get(field));
      }
    }
    assertThat(after.at("/messages/1/body/base64").asText()).isEqualTo("AP8K");
    long sequence = after.at("/messages/0/sequence").asLong();
    JsonNode whole = cli.json("msg", "get", "op.to", String.valueOf(sequence), "--decode");
    assertThat(whole.get("ttlMs").asLong()).isEqualTo(604_800_000);
    assertThat(whole.get("decoded").toString()).contains("x-opt-idempotency-key", "k1");
    cli.ok("msg", "import", "op.to", "--file", file.toString());
    assertThat(cli.messages("op.to")).as("the key is known").isEqualTo(3);
  }

  @Test
  void messagesAreFoundCountedAndMoved() {
    cli.ok("queue", "create", "op.work");
    cli.ok("queue", "create", "op.spare");
    for (int i = 0; i < 12; i++) {
      cli.ok("msg", "send", "op.work", "job " + i, "-H", "kind=" + (i % 2 == 0 ? "even" : "odd"));
    }
    assertThat(cli.json("msg", "grep", "op.work", "job 1").get("messages")).hasSize(3);
    assertThat(cli.ok("msg", "count", "op.work", "--where", "kind = 'odd'")).isEqualTo("6\n");
    assertThat(cli.run("msg", "count", "op.work", "--look", "5").exitCode()).isEqualTo(7);
    assertThat(cli.ok("msg", "tail", "op.work", "-n", "2")).contains("job 10", "job 11");
    cli.ok("msg", "move", "op.work", "--to", "op.spare", "--where", "kind = 'odd'", "--yes");
    cli.awaitMessages("op.work", 6);
    assertThat(cli.ok("msg", "recv", "op.spare", "--limit", "9", "--body-only"))
        .isEqualTo("job 1\njob 3\njob 5\njob 7\njob 9\njob 11\n");
    cli.ok("msg", "copy", "op.work", "--to", "op.spare", "--yes");
    cli.ok("msg", "delete", "op.work", "--yes");
    cli.awaitMessages("op.work", 0);
    cli.awaitMessages("op.spare", 6);
  }

  @Test
  void aConnectionIsSeenAndClosed() throws Exception {
    cli.ok("queue", "create", "op.conn");
    try (AmqpClient client = AmqpClient.local(broker)) {
      client.receiver("op.conn");
      List<String> ids = new ArrayList<>();
      for (JsonNode each : cli.json("conn", "list").get("connections")) {
        if (each.get("pid").asLong() == ProcessHandle.current().pid()) {
          ids.add(each.get("id").asText());
        }
      }
      assertThat(ids).hasSize(1);
      assertThat(cli.ok("conn", "info", ids.get(0))).contains("receive", "op.conn", "attached");
      cli.ok("conn", "close", ids.get(0), "--reason", "because", "--yes");
      assertThatThrownBy(() -> client.until("it is closed", () -> false))
          .hasMessageContaining("amqp:connection:forced")
          .hasMessageContaining(": because");
      assertThat(cli.run("conn", "close", "c0", "--yes").exitCode()).isEqualTo(3);
    }
  }

  @Test
  void sighupAndReloadApplyWhatCanBe() throws Exception {
    try (Scratch scratch = Scratch.create()) {
      Path file = Files.writeString(scratch.path("holdfast.toml"), "limits.links = 7\n");
      BrokerOptions options = BrokerOptions.in(scratch).with("--config", file.toString());
      try (BrokerProcess own = BrokerProcess.start(options)) {
        assertThat(own.cli().ok("config", "show", "limits.links")).contains("7", file + " line 1");
        Files.writeString(file, "limits.links = 8\n");
        Command.run(List.of("kill", "-HUP", String.valueOf(own.ready().pid())));
        while (!own.cli().ok("config", "show", "limits.links").contains("8")) {
          assertThat(own.alive()).isTrue();
        }
        Files.writeString(file, "limits.links = -1\n");
        Command.Result wrong = own.cli().run("config", "reload");
        assertThat(wrong.exitCode()).isEqualTo(2);
        assertThat(wrong.err()).contains("holdfast.toml line 1");
        Files.writeString(file, "limits.connections = 1\namqp.max-links = 9\n");
        Command.Result partly = own.cli().run("config", "reload");
        assertThat(partly.exitCode()).isEqualTo(7);
        assertThat(partly.out())
            .contains("applied: limits.connections", "a restart: amqp.max-links");
        try (AmqpClient one = AmqpClient.local(own)) {
          one.receiver("op.limits.none");
          assertThatThrownBy(() -> AmqpClient.local(own).receiver("op.limits.none"))
              .hasMessageContaining("HF-LIMIT-CONNECTIONS");
        }
      }
    }
  }

  @Test
  void fishCompletesCommandsAndOptions() throws IOException {
    Path script = Files.writeString(SCRATCH.path("holdfast.fish"), cli.ok("completion", "fish"));
    for (String[] each :
        new String[][] {
          {"holdfast con", "conn\t"},
          {"holdfast conn cl", "close\t"},
          {"holdfast msg export --f", "--file\t"},
          {"holdfast queue create q --max-d", "--max-deliveries\t"}
        }) {
      Command.Result completed =
          Command.run(
              List.of("fish", "-c", "source " + script + "; complete -C '" + each[0] + "'"));
      assertThat(completed.out()).as(each[0] + completed.err()).contains(each[1]);
    }
  }

  @Test
  void tailFollowsWhatComes() throws Exception {
    cli.ok("queue", "create", "op.tail");
    cli.ok("msg", "send", "op.tail", "before");
    Path out = SCRATCH.path("tail.out");
    Process tail =
        new ProcessBuilder(
                Environment.launcher().toString(),
                "--url",
                "unix://" + broker.ready().admin(),
                "msg",
                "tail",
                "op.tail",
                "-f",
                "-o",
                "ndjson")
            .redirectOutput(out.toFile())
            .start();
    try {
      awaitText(tail, out, "before");
      cli.ok("msg", "send", "op.tail", "after");
      awaitText(tail, out, "after");
      assertThat(Files.readAllLines(out)).hasSize(2);
      cli.awaitMessages("op.tail", 2);
    } finally {
      tail.destroy();
      tail.waitFor();
    }
  }

  private static void awaitText(Process process, Path file, String text) throws Exception {
    while (!Files.readString(file).contains(text)) {
      assertThat(process.isAlive()).as("still follows").isTrue();
      Thread.sleep(20);
    }
  }

  @Test
  void nodesAreAppliedOnceAndForAll() throws IOException {
    Path file =
        Files.writeString(
            SCRATCH.path("nodes.json"),
            "{\"queues\":[{\"name\":\"op.a\",\"deadLetterTo\":\"op.b\",\"maxDeliveries\":3},"
                + "{\"name\":\"op.b\"}],\"topics\":[{\"name\":\"op.t\",\"retentionMs\":60000}],"
                + "\"subscriptions\":[{\"source\":\"op.t\",\"name\":\"s\",\"start\":\"earliest\"}]}");
    assertThat(cli.ok("apply", file.toString(), "--dry-run")).contains("4 changes would be made");
    assertThat(cli.run("queue", "info", "op.a").exitCode()).isEqualTo(3);
    assertThat(cli.ok("apply", file.toString())).contains("4 changes made");
    assertThat(cli.ok("apply", file.toString()))
        .isEqualTo("0 changes made, 4 nodes are so already\n");
    assertThat(cli.queue("op.a").get("deadLetterTo").asText()).isEqualTo("op.b");
    Path listed =
        Files.writeString(SCRATCH.path("listed.json"), cli.ok("queue", "list", "-o", "json"));
    assertThat(cli.ok("apply", listed.toString())).startsWith("0 changes made");
    Files.writeString(
        file,
        "{\"topics\":[{\"name\":\"op.t\",\"retentionMs\":90000}],\"subscriptions\":"
            + "[{\"source\":\"op.t\",\"name\":\"s\",\"where\":\"a = 1\"}]}");
    assertThat(cli.ok("apply", file.toString()))
        .contains("retentionMs=90000 (was 60000)", "where=a = 1", "2 changes made");
    assertThat(cli.ok("apply", file.toString())).startsWith("0 changes made");
    assertThat(cli.ok("audit", "query")).contains("op.t::s");
    Files.writeString(file, "{\"subscriptions\":[]}");
    assertThat(cli.run("apply", file.toString(), "--prune").exitCode()).isEqualTo(2);
    assertThat(cli.ok("apply", file.toString(), "--prune", "--yes")).contains("op.t::s");
  }

  @Test
  void theConfigurationIsExplainedCheckedAndReloaded() throws IOException {
    assertThat(cli.ok("config", "show", "socket-dir")).contains("--socket-dir");
    assertThat(cli.ok("config", "explain", "limits.links")).contains("takes a config reload");
    assertThat(cli.ok("config", "reload")).isEqualTo("nothing has changed\n");
    Path good = Files.writeString(SCRATCH.path("good.toml"), "limits.links = 5\n");
    Path bad = Files.writeString(SCRATCH.path("bad.toml"), "[limits]\nlinks = 0\n");
    assertThat(cli.ok("config", "validate", good.toString())).contains("can be used");
    assertThat(cli.run("config", "validate", bad.toString()).exitCode()).isEqualTo(2);
    assertThat(cli.run("config", "validate", bad.toString()).out()).contains("bad.toml line 2");
  }
}
