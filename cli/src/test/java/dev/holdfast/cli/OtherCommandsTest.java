package dev.holdfast.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OtherCommandsTest {
  private static final String STATUS =
      "{\"version\":\"1.2\",\"pid\":7,\"uptimeSeconds\":3725,\"dataDirectory\":\"/d\","
          + "\"you\":{\"principal\":\"uid:0\",\"roles\":[\"admin\"]},"
          + "\"listeners\":[{\"protocol\":\"amqp\",\"address\":\"127.0.0.1:5672\"}],"
          + "\"store\":{\"publishable\":true,\"freeBytes\":1073741824,\"storedBytes\":5},"
          + "\"totals\":{\"queues\":1,\"messages\":2,\"unsettled\":3,\"connections\":4}}";

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
  void showsTheStatusOnOneScreen() {
    broker.answer(200, STATUS).answer(200, "{\"alive\":true,\"ready\":true}");
    Cli cli = Cli.run(broker, "status");
    assertThat(cli.exit()).isZero();
    assertThat(cli.out())
        .isEqualTo(
            """
            holdfast     1.2
            ready        yes
            pid          7
            up           1h 2m
            data         /d
            amqp         127.0.0.1:5672
            publishing   yes
            mode         normal
            stored       5 B
            disk free    1.0 GiB
            queues       1
            messages     2
            unsettled    3
            connections  4
            you          uid:0 (admin)
            """);
  }

  @Test
  void endsWithEightWhenTheBrokerIsNotReady() {
    broker
        .answer(200, STATUS)
        .answer(503, "{\"alive\":true,\"ready\":false,\"reason\":\"the disk is full\"}");
    Cli cli = Cli.run(broker, "status", "-o", "ndjson");
    assertThat(cli.exit()).isEqualTo(8);
    assertThat(cli.out()).contains("\"health\":{\"alive\":true,\"ready\":false,");
  }

  @Test
  void addsAUserWithAPasswordFromStandardInput() {
    broker.answer(201, "{\"name\":\"alice\",\"roles\":[\"admin\"],\"scheme\":\"scram\"}");
    Cli cli =
        Cli.runWithInput(
            broker,
            "s3cret pass\nrest",
            "user",
            "add",
            "alice",
            "--password-stdin",
            "--role",
            "admin");
    assertThat(cli.out()).isEqualTo("user alice added, roles: admin\n");
    assertThat(broker.requests())
        .containsExactly(
            "POST /api/v1/users {\"name\":\"alice\",\"password\":\"s3cret pass\","
                + "\"roles\":[\"admin\"]}");
  }

  @Test
  void showsAGeneratedPasswordOnce() {
    broker
        .answer(201, "{\"name\":\"a\",\"roles\":[],\"scheme\":\"scram\",\"password\":\"pw1\"}")
        .answer(200, "{\"name\":\"a\",\"roles\":[],\"scheme\":\"scram\",\"password\":\"pw2\"}");
    Cli added = Cli.run(broker, "user", "add", "a");
    assertThat(added.out()).isEqualTo("user a added, without a role\npassword: pw1\n");
    assertThat(added.err()).contains("this once");
    assertThat(Cli.run(broker, "user", "passwd", "a").out()).contains("password: pw2\n");
    assertThat(broker.requests())
        .containsExactly("POST /api/v1/users {\"name\":\"a\"}", "PUT /api/v1/users/a/password {}");
  }

  @Test
  void refusesPasswordsItCannotUse() {
    String[] command = {"user", "passwd", "a", "--password-stdin"};
    assertThat(Cli.runWithInput(broker, "", command).exit()).isEqualTo(2);
    assertThat(Cli.runWithInput(broker, "\n", command).exit()).isEqualTo(2);
    assertThat(Cli.runWithInput(broker, "x".repeat(1025), command).exit()).isEqualTo(2);
    assertThat(broker.requests()).isEmpty();
  }

  @Test
  void listsAndRemovesUsers() {
    broker
        .answer(
            200,
            "{\"users\":[{\"name\":\"a\",\"roles\":[\"x\",\"y\"],\"scheme\":\"scram\","
                + "\"created\":\"2026-11-21T00:00:00Z\"}]}")
        .answer(200, "{\"deleted\":\"a\"}");
    assertThat(Cli.run(broker, "user", "list").out())
        .isEqualTo(
            """
            NAME  ROLES  SCHEME  CREATED               STATE
            a     x,y    scram   2026-11-21T00:00:00Z  enabled
            """);
    assertThat(Cli.run(broker, "user", "rm", "a").out()).isEqualTo("user a removed\n");
  }

  @Test
  void printsCompletionThatKnowsEveryCommand() {
    String script = Cli.run(broker, "completion", "bash").out();
    assertThat(script).contains("complete -F").contains("queue").contains("passwd");
    assertThat(Cli.run(broker, "completion", "zsh").out()).startsWith("#compdef holdfast\n");
    assertThat(Cli.run(broker, "completion", "fish").out().lines())
        .contains(
            "complete -c holdfast -n '__fish_seen_subcommand_from msg; and not"
                + " __fish_seen_subcommand_from send peek get grep count tail recv move copy delete"
                + " export import' -a 'get' -d 'Show one message; changes nothing.'",
            "complete -c holdfast -n '__fish_seen_subcommand_from msg; and"
                + " __fish_seen_subcommand_from export' -l file -r -F -d 'Where to, complete or not"
                + " at all; - or nothing: standard output.'",
            "complete -c holdfast -s o -l output -x -d 'table (default), json or ndjson.'");
  }

  @Test
  void helpsInEveryWayPeopleAsk() {
    String root = Cli.run(broker, "--help").out();
    assertThat(root)
        .contains("Usage: holdfast [-hV]", "demo", "up", "status", "queue", "msg", "user")
        .contains("Exit codes: 0 ok");
    assertThat(Cli.run(broker, "help").out()).isEqualTo(root);
    String send = Cli.run(broker, "msg", "send", "--help").out();
    assertThat(send).contains("Usage: holdfast msg send", "Examples:", "--ttl=TIME");
    assertThat(Cli.run(broker, "help", "msg", "send").out()).isEqualTo(send);
    assertThat(Cli.run(broker, "queue", "list", "--help").out()).doesNotContain("Examples:");
    assertThat(Cli.run(broker, "help", "nonsense").exit()).isEqualTo(2);
    assertThat(Cli.run(broker, "--version").out()).startsWith("holdfast ");
    assertThat(broker.requests()).isEmpty();
  }

  @Test
  void findsTheBrokerOfThisUserByItself(@TempDir Path runtime) throws IOException {
    Files.createDirectories(runtime.resolve("holdfast"));
    Files.createSymbolicLink(runtime.resolve("holdfast/admin.sock"), broker.socket());
    broker.answer(200, "{\"queues\":[]}");
    Cli cli = Cli.run(Map.of("XDG_RUNTIME_DIR", runtime.toString()), "", "queue", "list");
    assertThat(cli.exit()).isZero();
  }

  @Test
  void refusesToRunTheDemoWithoutItsLauncher() {
    Cli cli = Cli.run(broker, "demo");
    assertThat(cli.exit()).isEqualTo(1);
    assertThat(cli.err()).contains("through the launcher");
  }
}
