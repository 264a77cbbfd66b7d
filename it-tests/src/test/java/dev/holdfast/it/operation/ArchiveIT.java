package dev.holdfast.it.operation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.holdfast.it.harness.BrokerOptions;
import dev.holdfast.it.harness.BrokerProcess;
import dev.holdfast.it.harness.Environment;
import dev.holdfast.it.harness.Scratch;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The archives of classes that the build makes are those that the JVM has in its memory. */
class ArchiveIT {
  private final Scratch scratch = Scratch.create();

  @AfterEach
  void remove() {
    scratch.close();
  }

  /** On the newest Java, which the launcher takes by itself, and on the one that builds. */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void brokerAndCommandsStartFromTheirArchives(boolean onTheOneThatBuilds) throws Exception {
    BrokerOptions options = BrokerOptions.in(scratch);
    String java = onTheOneThatBuilds ? System.getProperty("java.home") : "";
    try (BrokerProcess broker =
        BrokerProcess.start(
            onTheOneThatBuilds ? options.env("HOLDFAST_JAVA_HOME", java) : options)) {
      assertThat(maps(broker.ready().pid())).contains("/lib/cds/broker-");
      assertThat(broker.logText()).doesNotContain("[error]", "[warning]", "shared archive");
      broker.api().createQueue("q");
      ProcessBuilder tail =
          new ProcessBuilder(
              List.of(
                  Environment.launcher().toString(),
                  "--url",
                  "unix://" + broker.ready().admin(),
                  "msg",
                  "tail",
                  "q",
                  "-f"));
      if (onTheOneThatBuilds) {
        tail.environment().put("HOLDFAST_JAVA_HOME", java);
      }
      Process process = tail.redirectErrorStream(true).start();
      try {
        await()
            .atMost(Duration.ofSeconds(60))
            .untilAsserted(() -> assertThat(maps(process.pid())).contains("/lib/cds/cli-"));
      } finally {
        process.destroy();
        process.waitFor();
      }
    }
  }

  private static String maps(long pid) throws IOException {
    return Files.readString(Path.of("/proc/" + pid + "/maps"));
  }
}
