package dev.holdfast.storage.rocks;

import static dev.holdfast.storage.MessageStore.Durability.SYNCED;
import static dev.holdfast.storage.MessageStore.Durability.WRITTEN;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.storage.MessageStore;
import dev.holdfast.storage.StoreException;
import dev.holdfast.storage.StoreException.Reason;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Damaged files are noticed; what nobody was answered for is dropped. */
class DamageTest {
  private static final int COMMITS = 20;
  private static final int PER_COMMIT = 10;

  @TempDir Path directory;

  private MessageStore open(Path data) throws StoreException {
    return RocksMessageStore.open(TestSettings.small(data));
  }

  /** A copy of a running store's files: what a crash leaves. */
  private Path crashed(boolean lastCommitSynced) throws Exception {
    Path live = directory.resolve("live");
    MessageStore store = open(live);
    StoreFiles.createQueue(store, 1);
    for (int i = 0; i < COMMITS; i++) {
      boolean last = i == COMMITS - 1;
      StoreFiles.append(store, 1, PER_COMMIT, last && !lastCommitSynced ? WRITTEN : SYNCED);
    }
    Path copy = StoreFiles.copy(live, directory.resolve("crashed"));
    store.close();
    return copy;
  }

  private static Path newestLog(Path data) throws Exception {
    List<Path> logs = StoreFiles.files(data.resolve("wal"), ".log");
    return logs.get(logs.size() - 1);
  }

  private static StoreException refused(Path data) {
    StoreException[] caught = new StoreException[1];
    assertThatThrownBy(() -> RocksMessageStore.open(TestSettings.small(data)).close())
        .isInstanceOfSatisfying(StoreException.class, e -> caught[0] = e);
    return caught[0];
  }

  @Test
  void aCrashLosesNothingThatWasSynced() throws Exception {
    try (MessageStore store = open(crashed(true))) {
      assertThat(StoreFiles.readAll(store, 1)).isEqualTo(COMMITS * PER_COMMIT);
    }
  }

  @Test
  void aFlippedBitInTheMiddleOfTheLogIsRefusedAndNothingIsTouched() throws Exception {
    Path crashed = crashed(true);
    long size = Files.size(newestLog(crashed));
    Random random = new Random(7);
    for (int i = 0; i < 12; i++) {
      Path data = StoreFiles.copy(crashed, directory.resolve("flip" + i));
      // The last commit has no successor that could vouch for it.
      long offset = 200 + random.nextInt((int) (size - PER_COMMIT * 1100 - 400));
      StoreFiles.flip(newestLog(data), offset);
      var before = StoreFiles.fingerprint(data.resolve("wal"));
      StoreException e = refused(data);
      assertThat(e.reason()).isEqualTo(Reason.CORRUPT);
      assertThat(e).hasMessageContaining("commits").hasMessageContaining("backup");
      assertThat(StoreFiles.fingerprint(data.resolve("wal"))).isEqualTo(before);
    }
  }

  @Test
  void aDeletedLogIsRefused() throws Exception {
    Path data = crashed(true);
    Files.delete(newestLog(data));
    StoreException e = refused(data);
    assertThat(e.reason()).isEqualTo(Reason.CORRUPT);
    assertThat(e).hasMessageContaining("missing");
  }

  @Test
  void aLogCutBehindWhatIsKnownToBeDurableIsRefused() throws Exception {
    Path live = directory.resolve("closed");
    MessageStore store = open(live);
    StoreFiles.createQueue(store, 1);
    StoreFiles.append(store, 1, PER_COMMIT, SYNCED);
    StoreFiles.append(store, 1, PER_COMMIT, SYNCED);
    store.close();
    try (RandomAccessFile log = new RandomAccessFile(newestLog(live).toFile(), "rw")) {
      log.setLength(log.length() - 5_000);
    }
    assertThat(refused(live).reason()).isEqualTo(Reason.CORRUPT);
  }

  @Test
  void aTornTailIsDropped() throws Exception {
    Path crashed = crashed(false);
    for (int cut : new int[] {1, 300, 9_000}) {
      Path data = StoreFiles.copy(crashed, directory.resolve("torn" + cut));
      try (RandomAccessFile log = new RandomAccessFile(newestLog(data).toFile(), "rw")) {
        log.setLength(log.length() - cut);
      }
      try (MessageStore store = open(data)) {
        assertThat(StoreFiles.readAll(store, 1)).isEqualTo((COMMITS - 1) * PER_COMMIT);
        StoreFiles.append(store, 1, 1, SYNCED);
      }
      try (MessageStore store = open(data)) {
        assertThat(StoreFiles.readAll(store, 1)).isEqualTo((COMMITS - 1) * PER_COMMIT + 1);
      }
    }
  }

  @Test
  void garbageAfterTheTailIsDropped() throws Exception {
    Path data = crashed(true);
    try (RandomAccessFile log = new RandomAccessFile(newestLog(data).toFile(), "rw")) {
      byte[] garbage = new byte[70_000];
      new Random(3).nextBytes(garbage);
      log.seek(log.length());
      log.write(garbage);
    }
    try (MessageStore store = open(data)) {
      assertThat(StoreFiles.readAll(store, 1)).isEqualTo(COMMITS * PER_COMMIT);
    }
  }

  @Test
  void aFlippedBitInATableIsNeverServed() throws Exception {
    Path data = crashed(true);
    open(data).close();
    open(data).close();
    int corrupt = 0;
    Random random = new Random(11);
    for (int i = 0; i < 25; i++) {
      Path copy = StoreFiles.copy(data, directory.resolve("table" + i));
      List<Path> tables = StoreFiles.files(copy.resolve("db"), ".sst");
      Path table = tables.get(random.nextInt(tables.size()));
      StoreFiles.flip(table, random.nextInt((int) Files.size(table)));
      try (MessageStore store = open(copy)) {
        assertThat(StoreFiles.readAll(store, 1)).isEqualTo(COMMITS * PER_COMMIT);
      } catch (StoreException e) {
        assertThat(e.reason()).isEqualTo(Reason.CORRUPT);
        corrupt++;
      }
    }
    assertThat(corrupt).isGreaterThan(5);
  }

  @Test
  void aDamagedChunkIsNamedAndTheOthersAreServed() throws Exception {
    Path data = crashed(true);
    open(data).close();
    long largest = 0;
    Path body = null;
    for (Path table : StoreFiles.files(data.resolve("db"), ".sst")) {
      if (Files.size(table) > largest) {
        largest = Files.size(table);
        body = table;
      }
    }
    StoreFiles.flip(body, largest / 2);
    try (MessageStore store = open(data)) {
      assertThatThrownBy(() -> StoreFiles.readAll(store, 1))
          .isInstanceOfSatisfying(
              StoreException.class, e -> assertThat(e.reason()).isEqualTo(Reason.CORRUPT))
          .hasMessageMatching("log 1: the chunk of sequences \\d+ to \\d+ .*");
      assertThat(store.read(1, store.view().log(1).chunkAtOrAfter(1))).hasSize(PER_COMMIT);
      StoreFiles.append(store, 1, 1, SYNCED);
    }
  }
}
