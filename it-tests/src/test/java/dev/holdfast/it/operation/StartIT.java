package dev.holdfast.it.operation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.it.harness.BrokerOptions;
import dev.holdfast.it.harness.BrokerProcess;
import dev.holdfast.it.harness.Command;
import dev.holdfast.it.harness.Environment;
import dev.holdfast.it.harness.Scratch;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Starting: the demo, refusals that say what to do, and a clean end. */
class StartIT {
  @Test
  void theDemoRunsToItsEndByItself() {
    try (Scratch scratch = Scratch.create()) {
      Command.Result result =
          Command.run(
              List.of(Environment.launcher().toString(), "demo"),
              new byte[0],
              Map.of(
                  "HOME", scratch.path("home").toString(),
                  "XDG_RUNTIME_DIR", scratch.path("runtime").toString(),
                  "XDG_DATA_HOME", scratch.path("share").toString()),
              Path.of("."));
      assertThat(result.exitCode()).as(result.all()).isZero();
      assertThat(result.out()).containsIgnoringCase("accepted").containsIgnoringCase("again");
      assertThat(result.out() + result.err()).doesNotContain("Exception");
    }
  }

  @Test
  void mistakesInTheConfigurationAreReportedTogether() throws IOException {
    try (Scratch scratch = Scratch.create()) {
      Path file = Files.writeString(scratch.path("holdfast.toml"), "[amqp]\nmax-linkz = 3\n");
      Command.Result result =
          BrokerProcess.startRefused(
              BrokerOptions.in(scratch)
                  .with("--config", file.toString(), "--set", "amqp.max-sessions=many"));
      assertThat(result.exitCode()).as(result.all()).isIn(1, 2);
      assertThat(result.out())
          .contains("amqp.max-linkz")
          .contains("amqp.max-links")
          .contains("amqp.max-sessions")
          .doesNotContain("\tat ");
      assertThat(scratch.data()).doesNotExist();
    }
  }

  @Test
  void plaintextBeyondLoopbackIsRefused() {
    try (Scratch scratch = Scratch.create()) {
      Command.Result result =
          BrokerProcess.startRefused(BrokerOptions.in(scratch).with("--listen", "0.0.0.0:0"));
      assertThat(result.exitCode()).as(result.all()).isIn(1, 2);
      assertThat(result.out()).contains("0.0.0.0").doesNotContain("\tat ");
    }
  }

  @Test
  void aWrongKeyFileOpensNothing() throws IOException {
    try (Scratch scratch = Scratch.create()) {
      try (BrokerProcess first = BrokerProcess.start(BrokerOptions.in(scratch))) {
        first.cli().ok("queue", "create", "sealed");
        first.cli().ok("msg", "send", "sealed", "secret");
        assertThat(first.terminate()).isZero();
      }
      try (Scratch other = Scratch.create();
          BrokerProcess second = BrokerProcess.start(BrokerOptions.in(other))) {
        assertThat(second.terminate()).isZero();
        Files.copy(
            keyFile(other.data()),
            keyFile(scratch.data()),
            java.nio.file.StandardCopyOption.REPLACE_EXISTING,
            java.nio.file.StandardCopyOption.COPY_ATTRIBUTES);
      }
      Command.Result refused = BrokerProcess.startRefused(BrokerOptions.in(scratch));
      assertThat(refused.exitCode()).as(refused.all()).isEqualTo(1);
      assertThat(refused.out()).containsIgnoringCase("key").doesNotContain("\tat ");
    }
  }

  private static Path keyFile(Path data) throws IOException {
    try (var files = Files.walk(data)) {
      return files
          .filter(file -> file.getFileName().toString().matches("kek|keyring|key"))
          .findFirst()
          .orElseThrow(() -> new AssertionError("no key file below " + data));
    }
  }

  @Test
  void aStaleSocketIsNoObstacle() {
    try (Scratch scratch = Scratch.create()) {
      BrokerProcess.start(BrokerOptions.in(scratch)).close();
      assertThat(scratch.sockets().resolve("amqp.sock")).exists();
      try (BrokerProcess second = BrokerProcess.start(BrokerOptions.in(scratch))) {
        second.cli().ok("status");
        assertThat(second.terminate()).isZero();
      }
    }
  }
}
