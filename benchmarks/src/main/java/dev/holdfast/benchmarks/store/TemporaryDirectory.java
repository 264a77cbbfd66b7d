package dev.holdfast.benchmarks.store;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Where a benchmark keeps its files while it runs. */
final class TemporaryDirectory {
  private TemporaryDirectory() {}

  static void delete(Path directory) throws IOException {
    try (Stream<Path> files = Files.walk(directory)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }

  /** JMH sets fields up in a method, so the compiler cannot know that they are set. */
  static <T> T required(@Nullable T value) {
    return Objects.requireNonNull(value, "the benchmark's setup did not run");
  }
}
