package dev.holdfast.it.operation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.it.harness.BrokerOptions;
import dev.holdfast.it.harness.BrokerProcess;
import dev.holdfast.it.harness.Command;
import dev.holdfast.it.harness.Environment;
import dev.holdfast.it.harness.Scratch;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The commands in the README and the guides run as they are printed, one after the other. */
class DocumentedCommandsIT {
  /**
   * What starts a broker, builds, or goes on for ever: proven by the other tests, and this build.
   */
  private static final List<String> ELSEWHERE =
      List.of("./holdfast up", "./holdfast demo", "./holdfast top --");

  @ParameterizedTest
  @ValueSource(strings = {"README.md", "docs/getting-started.md", "docs/how-to.md"})
  void theCommandsWork(String page) throws IOException {
    List<String> commands = commands(Environment.repository().resolve(page));
    assertThat(commands).as("./holdfast commands in %s", page).isNotEmpty();
    try (Scratch scratch = Scratch.create();
        BrokerProcess broker = BrokerProcess.start(BrokerOptions.in(scratch))) {
      Map<String, String> environment = Map.of("HOLDFAST_URL", "unix://" + broker.ready().admin());
      for (String command : commands) {
        Command.Result result =
            Command.run(
                List.of("bash", "-c", command), new byte[0], environment, Environment.repository());
        assertThat(result.exitCode()).as("%s\n%s", command, result.all()).isZero();
      }
    }
  }

  /** The lines of fenced blocks that run ./holdfast, with the lines they continue on. */
  private static List<String> commands(Path page) throws IOException {
    List<String> commands = new ArrayList<>();
    boolean fenced = false;
    StringBuilder line = new StringBuilder();
    for (String next : Files.readAllLines(page, StandardCharsets.UTF_8)) {
      if (next.startsWith("```")) {
        fenced = !fenced;
        continue;
      }
      String text = next.startsWith("$ ") ? next.substring(2) : next;
      if (!fenced || (line.isEmpty() && !text.contains("./holdfast "))) {
        continue;
      }
      line.append(text);
      if (text.endsWith("\\")) {
        line.append('\n');
        continue;
      }
      String command = line.toString();
      line.setLength(0);
      if (ELSEWHERE.stream().noneMatch(command::contains)) {
        commands.add(command);
      }
    }
    return commands;
  }
}
