package dev.holdfast.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What {@code --help} prints, word for word. {@code -Dgolden.write=true} writes the files anew, to
 * be read before they are committed.
 */
class HelpTest {
  private static final Path GOLDEN = Path.of("src/test/resources/help");
  private static final Map<String, List<String>> COMMANDS =
      Map.of(
          "msg",
          List.of("get", "grep", "count", "tail", "move", "copy", "delete", "export", "import"),
          "conn",
          List.of("list", "info", "close"),
          "config",
          List.of("show", "explain", "validate", "reload"),
          "ctx",
          List.of("add", "use", "list", "remove"),
          "apply",
          List.of(),
          "top",
          List.of(),
          "bench",
          List.of(),
          "doctor",
          List.of());

  static Stream<String> commands() {
    List<String> all = new ArrayList<>();
    COMMANDS.forEach(
        (group, words) -> {
          words.forEach(word -> all.add(group + ' ' + word));
          if (words.isEmpty()) {
            all.add(group);
          }
        });
    return all.stream().sorted();
  }

  @ParameterizedTest
  @MethodSource("commands")
  void isAsItWasRead(String command) throws IOException {
    Path file = GOLDEN.resolve(command.replace(' ', '-') + ".txt");
    List<String> words = new ArrayList<>(List.of(command.split(" ")));
    words.add("--help");
    String help = Cli.run(Map.of(), "", words.toArray(String[]::new)).out();
    if (Boolean.getBoolean("golden.write")) {
      Files.createDirectories(GOLDEN);
      Files.writeString(file, help);
    }
    assertThat(help).isEqualTo(Files.readString(file)).contains("Usage: holdfast " + command);
  }
}
