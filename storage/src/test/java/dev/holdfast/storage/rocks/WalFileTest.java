package dev.holdfast.storage.rocks;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.storage.MessageStore;
import dev.holdfast.storage.MessageStore.Durability;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the reader of write-ahead logs sees, and that it lets go of them. */
class WalFileTest {
  @TempDir Path directory;

  private Path log(int commits) throws Exception {
    Path data = directory.resolve("data");
    try (MessageStore store = RocksMessageStore.open(TestSettings.small(data))) {
      StoreFiles.createQueue(store, 1);
      for (int i = 0; i < commits; i++) {
        StoreFiles.append(store, 1, 1 + i % 60, Durability.WRITTEN);
      }
    }
    List<Path> logs = StoreFiles.files(data.resolve("wal"), ".log");
    return logs.get(logs.size() - 1);
  }

  private static List<Long> commits(Path file) throws Exception {
    List<Long> commits = new ArrayList<>();
    WalFile.read(
        file,
        new WalFile.Visitor() {
          @Override
          public void batch(long commit, long durable) {
            commits.add(commit);
          }

          @Override
          public void gap(long offset) {
            throw new AssertionError("gap at " + offset);
          }
        });
    return commits;
  }

  @Test
  void itFindsEveryCommitAcrossBlocksAndWindows() throws Exception {
    // Small buffers: the newest log begins in the middle, and none is missing from there on.
    List<Long> commits = commits(log(200));
    assertThat(commits).hasSizeGreaterThan(10);
    for (int i = 1; i < commits.size(); i++) {
      assertThat(commits.get(i)).isEqualTo(commits.get(i - 1) + 1);
    }
    assertThat(commits.get(commits.size() - 1)).isEqualTo(202);
  }

  @Test
  void aLogThatWasReadAndDeletedTakesNoRoom() throws Exception {
    Path file = log(20);
    commits(file);
    // A mapping, or an open file, would keep the blocks until it is collected.
    assertThat(Files.readString(Path.of("/proc/self/maps"))).doesNotContain(file.toString());
    try (var open = Files.list(Path.of("/proc/self/fd"))) {
      assertThat(open.map(WalFileTest::target)).doesNotContain(file.toString());
    }
  }

  private static String target(Path link) {
    try {
      return Files.readSymbolicLink(link).toString();
    } catch (java.io.IOException e) {
      return "";
    }
  }
}
