package dev.holdfast.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

class DocumentationTest {
  private static final Path SNIPPETS =
      Path.of("../client-java/src/test/java/dev/holdfast/client/DocSnippets.java");

  @Test
  void theJavaInTheReadmeIsCompiledCode() throws IOException {
    List<String> blocks = blocks("../README.md", "java");
    assertThat(blocks).isNotEmpty();
    String code = bare(Files.readString(SNIPPETS));
    assertThat(blocks).allSatisfy(block -> assertThat(code).contains(bare(block)));
  }

  @ParameterizedTest
  @ValueSource(strings = {"../README.md", "../docs/cli.md", "../docs/operations.md"})
  void everyCommandLineInThePagesIsUnderstood(String page) throws IOException {
    List<List<String>> lines =
        blocks(page, "").stream()
            .flatMap(String::lines)
            .map(line -> line.replaceFirst("^.*?\\| ", ""))
            .filter(line -> line.matches("(\\./)?holdfast .*"))
            .filter(line -> !line.contains("COMMAND") && !line.contains("holdfast ready"))
            .map(DocumentationTest::words)
            .toList();
    assertThat(lines).isNotEmpty();
    for (List<String> line : lines) {
      Surroundings none =
          new Surroundings(Map.of(), Path.of("/"), System.in, System.out, System.err, () -> 0);
      CommandLine command = Commands.all(new HoldfastCommand(none));
      command.parseArgs(line.toArray(String[]::new));
    }
  }

  @Test
  void everyFileThatTheReadmeLinksIsThere() throws IOException {
    String readme = Files.readString(Path.of("../README.md"));
    List<String> links =
        Pattern.compile("\\]\\(([^)]+)\\)")
            .matcher(readme)
            .results()
            .map(match -> match.group(1))
            .toList();
    assertThat(links).isNotEmpty().allSatisfy(link -> assertThat(Path.of("..", link)).exists());
  }

  @Test
  void thePageNamesEveryExitCode() throws IOException {
    String page = Files.readString(Path.of("../docs/cli.md"));
    for (ExitCode code : ExitCode.values()) {
      String name = code.name().toLowerCase(Locale.ROOT).replace('_', ' ');
      assertThat(page).contains("| " + code.number() + " | " + name + " |");
    }
  }

  private static List<String> blocks(String page, String language) throws IOException {
    return Pattern.compile("(?ms)^```" + language + "\n(.*?)^```$")
        .matcher(Files.readString(Path.of(page)))
        .results()
        .map((MatchResult match) -> match.group(1))
        .toList();
  }

  /** Words of a shell line: single quotes, redirections and comments as the shell reads them. */
  private static List<String> words(String line) {
    String command = line.replaceFirst("\\s[>#].*", "");
    List<String> words = new ArrayList<>();
    Pattern.compile("'([^']*)'|(\\S+)")
        .matcher(command)
        .results()
        .forEach(match -> words.add(match.group(1) == null ? match.group(2) : match.group(1)));
    return words.subList(1, words.size());
  }

  private static String bare(String text) {
    return text.lines().map(String::strip).collect(Collectors.joining("\n")).strip();
  }
}
