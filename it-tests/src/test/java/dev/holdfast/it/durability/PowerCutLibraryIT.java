package dev.holdfast.it.durability;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.it.durability.PowerCut.Survivors;
import dev.holdfast.it.harness.Command;
import dev.holdfast.it.harness.Environment;
import dev.holdfast.it.harness.Scratch;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The power-cut library itself: it takes back exactly what was not synced. */
class PowerCutLibraryIT {
  private final Scratch scratch = Scratch.create();
  private PowerCut powerCut;

  @BeforeEach
  void writeSomeFiles() throws IOException {
    Files.createDirectories(scratch.data());
    powerCut = PowerCut.over(scratch);
  }

  @AfterEach
  void clean() {
    scratch.close();
  }

  private void writeAndDie(Map<String, String> more) {
    Map<String, String> environment = new HashMap<>(powerCut.environment());
    environment.putAll(more);
    Command.Result result =
        Command.run(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xshare:auto",
                Environment.source("java/dev/holdfast/it/durability/Writer.java").toString(),
                scratch.data().toString()),
            new byte[0],
            environment,
            Path.of("."));
    assertThat(result.exitCode()).as(result.all()).isEqualTo(9);
  }

  private String content(String name) throws IOException {
    return Files.readString(scratch.data().resolve(name));
  }

  @Test
  void takesBackWhatWasNotSynced() throws IOException {
    writeAndDie(Map.of());
    assertThat(content("appended")).isEqualTo("one two three ");
    powerCut.restore(Survivors.NONE, new Random(1));
    assertThat(content("appended")).isEqualTo("one two ");
    assertThat(content("overwritten")).isEqualTo("AAAA");
    assertThat(content("deleted")).isEqualTo("still here");
    assertThat(content("old-name")).isEqualTo("moved");
    assertThat(scratch.data().resolve("new-name")).doesNotExist();
    assertThat(scratch.data().resolve("unsynced-name")).doesNotExist();
    assertThat(content("target")).isEqualTo("target before");
  }

  @Test
  void keepsARandomBeginning() throws IOException {
    writeAndDie(Map.of());
    powerCut.restore(Survivors.BEGINNING, new Random(2));
    assertThat("one two three ").startsWith(content("appended"));
    assertThat(content("appended")).startsWith("one two ");
  }

  @Test
  void canBeToldToIgnoreSyncs() throws IOException {
    writeAndDie(Map.of("POWERCUT_IGNORE_SYNC", "appended"));
    powerCut.restore(Survivors.NONE, new Random(3));
    assertThat(content("appended")).isEmpty();
    assertThat(content("overwritten")).isEqualTo("AAAA");
  }
}
