package dev.holdfast.storage.rocks;

import static dev.holdfast.storage.MessageStore.Durability.SYNCED;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.storage.MessageStore;
import dev.holdfast.storage.RememberedKey;
import dev.holdfast.storage.StoreBatch;
import dev.holdfast.storage.StoreException;
import dev.holdfast.storage.StoreException.Reason;
import dev.holdfast.storage.StoredMessage;
import dev.holdfast.storage.StoredTimer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Keys, locks, versions: what must be right before a store opens. */
class OpeningTest {
  @TempDir Path directory;
  private Path data;

  @BeforeEach
  void make() throws Exception {
    data = directory.resolve("data");
    try (MessageStore store = open()) {
      StoreFiles.createQueue(store, 1);
      StoreFiles.append(store, 1, 10, SYNCED);
    }
  }

  private MessageStore open() throws StoreException {
    return RocksMessageStore.open(TestSettings.small(data));
  }

  private void refusedWithoutATrace(Reason reason, String... words) throws Exception {
    var before = StoreFiles.fingerprint(data);
    assertThatThrownBy(() -> open().close())
        .isInstanceOfSatisfying(StoreException.class, e -> assertThat(e.reason()).isEqualTo(reason))
        .hasMessageContainingAll(words);
    assertThat(StoreFiles.fingerprint(data)).isEqualTo(before);
  }

  @Test
  void filesAreTheOwnersOnly() throws Exception {
    for (String dir : new String[] {"", "db", "wal", "secret"}) {
      assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(data.resolve(dir))))
          .isEqualTo("rwx------");
    }
    for (String file : new String[] {"keyring", "secret/kek", "store.format"}) {
      assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(data.resolve(file))))
          .isEqualTo("rw-------");
    }
  }

  @Test
  void aWrongKeyOpensNothing() throws Exception {
    StoreFiles.flip(data.resolve("secret/kek"), 3);
    refusedWithoutATrace(Reason.WRONG_KEY, "HF-KEY-WRONG", "kek");
  }

  @Test
  void aMissingKeyOpensNothing() throws Exception {
    Files.delete(data.resolve("secret/kek"));
    refusedWithoutATrace(Reason.WRONG_KEY, "HF-KEY-MISSING", "kek");
  }

  @Test
  void aKeyOthersCanReadIsRefused() throws Exception {
    Files.setPosixFilePermissions(
        data.resolve("secret/kek"), PosixFilePermissions.fromString("rw-r--r--"));
    refusedWithoutATrace(Reason.WRONG_KEY, "chmod 600");
  }

  @Test
  void aMissingKeyringOpensNothing() throws Exception {
    Files.delete(data.resolve("keyring"));
    refusedWithoutATrace(Reason.WRONG_KEY, "HF-KEY-MISSING", "keyring");
  }

  @Test
  void aChangedKeyringOpensNothing() throws Exception {
    StoreFiles.flip(data.resolve("keyring"), Files.size(data.resolve("keyring")) - 1);
    refusedWithoutATrace(Reason.WRONG_KEY, "keyring");
  }

  @Test
  void anUnknownFormatOpensNothing() throws Exception {
    byte[] format = Files.readAllBytes(data.resolve("store.format"));
    format[7] = 9;
    Files.write(data.resolve("store.format"), format);
    refusedWithoutATrace(Reason.FORMAT, "version 9");
  }

  @Test
  void aSecondStoreInTheSameProcessIsRefused() throws Exception {
    try (MessageStore first = open()) {
      assertThatThrownBy(this::open)
          .isInstanceOfSatisfying(
              StoreException.class, e -> assertThat(e.reason()).isEqualTo(Reason.LOCKED))
          .hasMessageContaining(data.toString());
      StoreFiles.append(first, 1, 1, SYNCED);
    }
  }

  @Test
  void aSecondProcessIsRefusedAndAKilledOneLosesNothingSynced() throws Exception {
    Process other = ChildWriter.start(data);
    try (var lines = other.inputReader(StandardCharsets.UTF_8)) {
      String last = "";
      while (!last.startsWith("synced ")) {
        // Its log goes to the same stream.
        last = lines.readLine();
      }
      assertThatThrownBy(this::open)
          .isInstanceOfSatisfying(
              StoreException.class, e -> assertThat(e.reason()).isEqualTo(Reason.LOCKED))
          .hasMessageContaining(String.valueOf(other.pid()));
      for (int i = 0; i < 200; i++) {
        last = lines.readLine();
      }
      // Through the handle: Process itself would close the stream that is still being read.
      other.toHandle().destroyForcibly();
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        last = line.startsWith("synced ") ? line : last;
      }
      assertThat(other.waitFor(30, TimeUnit.SECONDS)).isTrue();
      long synced = Long.parseLong(last.substring("synced ".length()));
      try (MessageStore store = open()) {
        assertThat(store.view().log(1).nextSequence()).isGreaterThan(synced);
        assertThat(StoreFiles.readAll(store, 1))
            .isEqualTo((int) store.view().log(1).nextSequence() - 1);
      }
    } finally {
      other.destroyForcibly();
    }
  }

  @Test
  void aThousandLogsWriteTheKeyringAFewTimes() throws Exception {
    long before;
    try (MessageStore store = open()) {
      before = serial();
      for (int i = 2; i < 1002; i++) {
        StoreBatch batch = store.newBatch();
        batch.createLog(i);
        batch.createCursor(i, 1, 1);
        batch.append(i, StoreFiles.message(1, 1000));
        store.commit(batch, i == 1001 ? SYNCED : MessageStore.Durability.WRITTEN);
      }
      assertThat(serial() - before).isLessThan(20);
    }
    try (MessageStore store = open()) {
      assertThat(store.view().logIds()).hasSize(1001);
      assertThat(StoreFiles.readAll(store, 1001)).isEqualTo(1);
    }
  }

  private long serial() throws Exception {
    return java.nio.ByteBuffer.wrap(Files.readAllBytes(data.resolve("keyring"))).getLong(10);
  }

  @Test
  void nothingReadableIsInTheFiles() throws Exception {
    byte[] canary = "CANARY-4f1c".getBytes(StandardCharsets.UTF_8);
    try (MessageStore store = open()) {
      StoreBatch batch = store.newBatch();
      batch.append(1, new StoredMessage(11, (byte) 1, (byte) 4, 1, 0, 0, 0, canary, canary));
      batch.putDefinition("node/CANARY-4f1c", canary);
      batch.putTimer(new StoredTimer(5, (byte) 1, 1, 11, canary));
      batch.remember(1, canary, new RememberedKey(11, 1, 1), 60_000);
      store.commit(batch, SYNCED);
    }
    open().close();
    try (MessageStore store = open()) {
      assertThat(store.view().definitions()).containsKey("node/CANARY-4f1c");
    }
    for (Path file : StoreFiles.files(data, "")) {
      String text = new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1);
      assertThat(text).as(file.toString()).doesNotContain("CANARY");
    }
  }
}
