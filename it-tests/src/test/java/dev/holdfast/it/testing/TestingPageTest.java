package dev.holdfast.it.testing;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.it.harness.Environment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The code on docs/testing-with-holdfast.md is that of {@link OrdersTest}, which runs. */
class TestingPageTest {
  @Test
  void thePageShowsWhatRuns() throws Exception {
    Path repository = Environment.repository();
    String page = Files.readString(repository.resolve("docs/testing-with-holdfast.md"));
    String code =
        Files.readString(
            repository.resolve("it-tests/src/test/java/dev/holdfast/it/testing/OrdersTest.java"));
    Stream<String> blocks =
        Pattern.compile("```java\n(.*?)```", Pattern.DOTALL)
            .matcher(page)
            .results()
            .map((MatchResult block) -> block.group(1));
    assertThat(blocks).hasSizeGreaterThanOrEqualTo(2).allSatisfy(b -> assertThat(code).contains(b));
  }
}
