package dev.holdfast.storage;

import static dev.holdfast.storage.MessageStore.Durability.SYNCED;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** A store under test and the verbs that the contracts speak in. */
public abstract class StoreContractBase {
  /** The store under test; {@link #restart()} replaces it. */
  protected MessageStore store;

  /** One batch, reused. */
  protected StoreBatch batch;

  /** Opens the store; called again after a close it must show what was stored. */
  protected abstract MessageStore open() throws Exception;

  @BeforeEach
  void start() throws Exception {
    store = open();
    batch = store.newBatch();
  }

  @AfterEach
  void stop() {
    store.close();
  }

  /** Closes and opens again. */
  protected void restart() throws Exception {
    store.close();
    store = open();
    batch = store.newBatch();
  }

  /** A message with a body of {@code bytes} bytes that depends on its sequence. */
  protected static StoredMessage message(long sequence, int bytes) {
    byte[] body = new byte[bytes];
    for (int i = 0; i < bytes; i++) {
      body[i] = (byte) (sequence * 31 + i);
    }
    byte[] attributes = sequence % 3 == 0 ? new byte[] {1, 2, 3} : StoredMessage.NO_ATTRIBUTES;
    return new StoredMessage(
        sequence, StoredMessage.DURABLE, (byte) 4, 1000 + sequence, 0, 0, 0, attributes, body);
  }

  /** Commits the batch, synced, and clears it. */
  protected void commit() throws StoreException {
    store.commit(batch, SYNCED);
    batch.clear();
  }

  /** A log. */
  protected StoreView.LogView log(int id) {
    return store.view().log(id);
  }

  /** A cursor. */
  protected StoreView.CursorView cursor(int log, int cursor) {
    return log(log).cursor(cursor);
  }

  /** Creates a log with cursor 1. */
  protected void queue(int id) {
    batch.createLog(id);
    batch.createCursor(id, 1, 1);
  }

  /** Appends the messages from {@code from} to before {@code to}. */
  protected void append(int log, long from, long to, int bytes) {
    for (long s = from; s < to; s++) {
      batch.append(log, message(s, bytes));
    }
  }

  /** Acknowledges what {@link #append} appended. */
  protected void acknowledge(int log, int cursor, long from, long to, int bytes) {
    for (long s = from; s < to; s++) {
      batch.acknowledge(log, cursor, s, message(s, bytes).bytes());
    }
  }

  /** Every message of the live chunks. */
  protected List<StoredMessage> readAll(int log) throws StoreException {
    List<StoredMessage> all = new ArrayList<>();
    for (long at = 1; log(log).chunkAtOrAfter(at) != null; ) {
      ChunkInfo chunk = log(log).chunkAtOrAfter(at);
      all.addAll(store.read(log, chunk));
      at = chunk.endSequence();
    }
    return all;
  }

  /** Compares all fields. */
  protected static void same(StoredMessage got, StoredMessage wanted) {
    // Arrays by hand: a recursive comparison would box ten million bytes.
    assertThat(Arrays.equals(got.body(), wanted.body())).isTrue();
    assertThat(Arrays.equals(got.attributes(), wanted.attributes())).isTrue();
    assertThat(got)
        .usingRecursiveComparison()
        .ignoringFields("body", "attributes")
        .isEqualTo(wanted);
  }
}
