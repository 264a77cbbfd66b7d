package dev.holdfast.broker.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Runs the fuzzer over each target: a bounded number of inputs in the normal build, as long as
 * asked with {@code -Pfuzz} (docs/testing.md). Inputs that once broke something are in {@code
 * src/test/resources/fuzz/TARGET} and come first.
 */
class FuzzTest {
  private static final int RUNS = 10_000;
  private static final Path WORK = Path.of("target", "fuzz").toAbsolutePath();
  private static final Path FOUND = Path.of("src", "test", "resources", "fuzz").toAbsolutePath();
  private static final int SECONDS = Integer.getInteger("holdfast.fuzz.seconds", 0);

  static Stream<Arguments> targets() {
    return Stream.of(
        Arguments.of(FrameFuzz.class, Seeds.frames()),
        Arguments.of(MessageFuzz.class, Seeds.messages()),
        Arguments.of(NewMessageFuzz.class, Seeds.documents()),
        Arguments.of(SelectorFuzz.class, Seeds.selectors()));
  }

  @ParameterizedTest
  @MethodSource("targets")
  void nothingBreaks(Class<?> target, List<byte[]> seeds) throws Exception {
    Path work = WORK.resolve(target.getSimpleName());
    Path corpus = Files.createDirectories(work.resolve("corpus"));
    for (int i = 0; i < seeds.size(); i++) {
      Files.write(corpus.resolve("seed-" + i), seeds.get(i));
    }
    copyFound(target, corpus);
    Path log = work.resolve("log");
    Process process =
        new ProcessBuilder(command(target, corpus))
            .directory(work.toFile())
            .redirectErrorStream(true)
            .redirectOutput(log.toFile())
            .start();
    boolean ended = process.waitFor(SECONDS + 300L, TimeUnit.SECONDS);
    process.destroyForcibly();
    assertThat(ended).as("the fuzzer ended").isTrue();
    assertThat(process.exitValue()).as(() -> tail(log)).isZero();
  }

  private static List<String> command(Class<?> target, Path corpus) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-Xmx256m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"));
    command.add("-cp");
    command.add(
        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")));
    command.add("com.code_intelligence.jazzer.Jazzer");
    command.add("--target_class=" + target.getName());
    command.add("--instrumentation_includes=dev.holdfast.broker.**:org.apache.qpid.proton.**");
    command.add("--custom_hook_includes=dev.holdfast.broker.**");
    command.add("-seed=20261121");
    command.add("-max_len=2048");
    command.add("-timeout=20");
    command.add(SECONDS == 0 ? "-runs=" + RUNS : "-max_total_time=" + SECONDS);
    command.add(corpus.toString());
    return command;
  }

  private static void copyFound(Class<?> target, Path corpus) throws IOException {
    Path found = FOUND.resolve(target.getSimpleName());
    if (Files.isDirectory(found)) {
      try (Stream<Path> inputs = Files.list(found)) {
        for (Path input : inputs.toList()) {
          Files.copy(
              input, corpus.resolve(input.getFileName()), StandardCopyOption.REPLACE_EXISTING);
        }
      }
    }
  }

  private static String tail(Path log) {
    try {
      List<String> lines =
          Files.readAllLines(log).stream().filter(line -> !line.startsWith("INFO:")).toList();
      return String.join("\n", lines.subList(Math.max(0, lines.size() - 60), lines.size()));
    } catch (IOException e) {
      return "no log: " + e;
    }
  }
}
