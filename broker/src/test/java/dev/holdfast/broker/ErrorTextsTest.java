package dev.holdfast.broker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.broker.amqp.codec.Fault;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What peers are told is one of a fixed table's sentences, and every code is documented. */
class ErrorTextsTest {
  private static final Pattern LEAK =
      Pattern.compile("[a-z]+\\.[a-z]+\\.[A-Z]|Exception|\\.java|/home|/tmp|/var|at [a-z]+\\.");
  private static final Pattern CODE = Pattern.compile("\"(HF-[A-Z]+(?:-[A-Z]+)*)\\b(?!-)");
  private static final Path DOCS = Path.of("../docs");

  @Test
  void theTableIsDiscreetAndUnambiguous() {
    Set<String> sentences = new HashSet<>();
    for (Fault fault : Fault.values()) {
      assertThat(fault.condition().toString()).as(fault.name()).startsWith("amqp:");
      assertThat(fault.sentence()).as(fault.name()).isNotBlank().hasSizeLessThanOrEqualTo(160);
      assertThat(LEAK.matcher(fault.sentence()).find()).as(fault.name()).isFalse();
      assertThat(sentences.add(fault.condition() + fault.sentence())).as(fault.name()).isTrue();
    }
  }

  @Test
  void everyCodeIsDocumented() throws IOException {
    Set<String> used = new TreeSet<>();
    for (String module : new String[] {"src/main/java", "../acl/src/main/java"}) {
      try (Stream<Path> files = Files.walk(Path.of(module))) {
        for (Path file : files.filter(f -> f.toString().endsWith(".java")).toList()) {
          Matcher codes = CODE.matcher(Files.readString(file));
          while (codes.find()) {
            used.add(codes.group(1));
          }
        }
      }
    }
    StringBuilder documented = new StringBuilder();
    try (Stream<Path> files = Files.list(DOCS)) {
      for (Path file : files.filter(f -> f.toString().endsWith(".md")).toList()) {
        documented.append(Files.readString(file));
      }
    }
    assertThat(used).hasSizeGreaterThan(10);
    assertThat(used)
        .allSatisfy(code -> assertThat(documented.toString()).contains("`" + code + "`"));
  }
}
