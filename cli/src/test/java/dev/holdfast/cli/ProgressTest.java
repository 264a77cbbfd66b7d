package dev.holdfast.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class ProgressTest {
  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
  private final AtomicLong nanos = new AtomicLong();

  private Progress progress(boolean terminal) {
    PrintStream err = new PrintStream(bytes, true, StandardCharsets.UTF_8);
    return new Progress(err, nanos::get, () -> terminal);
  }

  private String said() {
    String said = bytes.toString(StandardCharsets.UTF_8);
    bytes.reset();
    return said;
  }

  @Test
  void saysNothingOfWhatIsSoonDone() {
    try (Progress progress = progress(true)) {
      progress.show(1, 2, "messages");
      nanos.set(999_999_999);
      progress.show(2, 2, "messages");
    }
    assertThat(said()).isEmpty();
  }

  @Test
  void drawsOneLineNowAndThenAndTakesItAway() {
    Progress progress = progress(true);
    nanos.set(1_000_000_000);
    progress.show(1, 2, "messages");
    assertThat(said())
        .isEqualTo("\r[" + "#".repeat(15) + " ".repeat(15) + "] 50%  1 of 2 messages\u001b[K");
    progress.show(2, 2, "messages");
    assertThat(said()).as("too soon").isEmpty();
    nanos.set(1_300_000_000);
    progress.show(7, 0, "messages sent");
    assertThat(said()).isEqualTo("\r7 messages sent\u001b[K");
    progress.close();
    assertThat(said()).isEqualTo("\r\u001b[K");
  }

  @Test
  void saysNothingWithoutATerminal() {
    Progress progress = progress(false);
    nanos.set(5_000_000_000L);
    progress.show(1, 2, "messages");
    progress.close();
    assertThat(said()).isEmpty();
  }
}
