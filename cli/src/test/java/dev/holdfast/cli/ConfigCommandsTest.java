package dev.holdfast.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code config} and {@code ctx}. */
class ConfigCommandsTest {
  private static final String KEYS =
      "{\"keys\":[{\"key\":\"amqp.max-links\",\"value\":\"9\",\"origin\":\"f.toml line 2\","
          + "\"default\":\"1024\",\"allowed\":\"a whole number\",\"meaning\":\"Links.\","
          + "\"variable\":\"HOLDFAST_AMQP_MAX_LINKS\",\"live\":false},"
          + "{\"key\":\"acl.file\",\"value\":\"\",\"origin\":\"default\",\"default\":\"\","
          + "\"allowed\":\"a path\",\"meaning\":\"Rules.\",\"variable\":\"V\",\"live\":true}]}";

  @TempDir Path directory;
  private FakeBroker broker;

  @BeforeEach
  void start() throws IOException {
    broker = FakeBroker.start();
  }

  @AfterEach
  void stop() throws IOException {
    broker.close();
    System.clearProperty("holdfast.home");
  }

  /** An installation whose broker program says this to these options. */
  private void program(String options, String answer) throws IOException {
    Path launcher = directory.resolve("bin/holdfast");
    Files.createDirectories(launcher.getParent());
    Files.writeString(
        launcher,
        "#!/bin/sh\n[ \"$*\" = '" + options + "' ] && echo '" + answer + "' || echo '[]'\n");
    Files.setPosixFilePermissions(launcher, PosixFilePermissions.fromString("rwx------"));
    System.setProperty("holdfast.home", directory.toString());
  }

  @Test
  void showsWhatIsInForceAndWhy() {
    broker.answer(200, KEYS).answer(200, KEYS).answer(200, KEYS);
    assertThat(Cli.run(broker, "config", "show").out())
        .isEqualTo(
            """
            KEY             VALUE  ORIGIN
            amqp.max-links  9      f.toml line 2
            acl.file        -      default
            """);
    assertThat(Cli.run(broker, "config", "show", "--changed").out()).doesNotContain("acl.file");
    assertThat(Cli.run(broker, "config", "show", "acl.", "-o", "ndjson").out())
        .startsWith("{\"key\":\"acl.file\",")
        .hasLineCount(1);
  }

  @Test
  void explainsAKeyWithAndWithoutABroker() throws IOException {
    broker.answer(200, KEYS).answer(200, KEYS);
    String told = Cli.run(broker, "config", "explain", "amqp.max-links").out();
    assertThat(told)
        .isEqualTo(
            """
            amqp.max-links
              Links.

              default    1024
              allowed    a whole number
              in force   9 (f.toml line 2)
              variable   HOLDFAST_AMQP_MAX_LINKS
              a change   takes a restart
            """);
    assertThat(Cli.run(broker, "config", "explain", "none").exit()).isEqualTo(3);
    String[] offline = {"--url", "unix:///nonexistent/s", "config", "explain", "amqp.max-links"};
    assertThat(Cli.run(Map.of(), "", offline).exit()).isEqualTo(5);
    program("up --describe", KEYS);
    assertThat(Cli.run(Map.of(), "", offline).out()).isEqualTo(told);
  }

  @Test
  void validatesAFileWithoutABroker() throws IOException {
    program("up --check --config a.toml", "{\"valid\":true,\"mistakes\":[]}");
    assertThat(Cli.run(Map.of(), "", "config", "validate", "a.toml").out())
        .isEqualTo("a.toml can be used\n");
    program("up --check --config b.toml", "{\"valid\":false,\"mistakes\":[\"b.toml line 2: no\"]}");
    Cli bad = Cli.run(Map.of(), "", "config", "validate", "b.toml");
    assertThat(bad.exit()).isEqualTo(2);
    assertThat(bad.out()).isEqualTo("b.toml line 2: no\n");
    assertThat(Cli.run(Map.of(), "", "config", "validate", "c.toml").exit()).isEqualTo(1);
  }

  @Test
  void reloadSaysWhatItAppliedAndWhatWaits() {
    String change = "{\"key\":\"%s\",\"from\":\"1\",\"to\":\"2\",\"origin\":\"f line 1\"}";
    broker
        .answer(200, "{\"applied\":[],\"needsRestart\":[]}")
        .answer(
            200,
            "{\"applied\":["
                + change.formatted("limits.links")
                + "],\"needsRestart\":["
                + change.formatted("data-dir")
                + "]}")
        .answer(400, "{\"error\":{\"code\":\"invalid\",\"message\":\"f line 1: no\"}}");
    assertThat(Cli.run(broker, "config", "reload").out()).isEqualTo("nothing has changed\n");
    Cli some = Cli.run(broker, "config", "reload");
    assertThat(some.exit()).isEqualTo(7);
    assertThat(some.out())
        .isEqualTo(
            "applied: limits.links = 2 (was 1), from f line 1\n"
                + "needs a restart: data-dir = 2 (was 1), from f line 1\n");
    assertThat(Cli.run(broker, "config", "reload").exit()).isEqualTo(2);
  }

  private Cli ctx(String... args) {
    return Cli.run(Map.of("XDG_CONFIG_HOME", directory.toString()), "", args);
  }

  @Test
  void contextsNameBrokers() throws IOException {
    assertThat(ctx("ctx", "list").out()).isEqualTo("IN USE  NAME  URL\n");
    assertThat(ctx("ctx", "add", "here", broker.url(), "--use").out())
        .isEqualTo("context here added, in use\n");
    ctx("ctx", "add", "there", "unix:///nonexistent/admin.sock");
    Path file = directory.resolve("holdfast/contexts.json");
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
        .isEqualTo("rw-------");
    assertThat(ctx("ctx", "list").out())
        .isEqualTo(
            "IN USE  NAME   URL\n*       here   "
                + broker.url()
                + "\n        there  unix:///nonexistent/admin.sock\n");
    broker.answer(200, "{\"queues\":[]}").answer(200, "{\"queues\":[]}");
    assertThat(ctx("queue", "list").exit()).isZero();
    assertThat(ctx("queue", "list", "--context", "there").exit()).isEqualTo(5);
    assertThat(ctx("queue", "list", "--context", "none").exit()).isEqualTo(3);
    Map<String, String> environment = new HashMap<>();
    environment.put("XDG_CONFIG_HOME", directory.toString());
    environment.put("HOLDFAST_CONTEXT", "there");
    assertThat(Cli.run(environment, "", "queue", "list").exit()).isEqualTo(5);
    environment.put("HOLDFAST_URL", broker.url());
    assertThat(Cli.run(environment, "", "queue", "list").exit()).isZero();
    ctx("ctx", "use", "there");
    assertThat(ctx("queue", "list").exit()).isEqualTo(5);
    assertThat(ctx("ctx", "remove", "there").exit()).isZero();
    assertThat(ctx("ctx", "list", "-o", "json").out()).contains("\"current\" : false");
    assertThat(ctx("ctx", "remove", "there").exit()).isEqualTo(3);
    assertThat(ctx("ctx", "add", "a b", broker.url()).exit()).isEqualTo(2);
    assertThat(ctx("ctx", "add", "a", "http://x").exit()).isEqualTo(2);
    assertThat(ctx("ctx", "use").exit()).isEqualTo(2);
    assertThat(ctx("ctx", "use", "--none").exit()).isZero();
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-rw-rw-"));
    assertThat(ctx("ctx", "list").exit()).isEqualTo(4);
  }
}
