package dev.holdfast.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import org.junit.jupiter.api.Test;

/** Blobs live as long as a message names them, and not longer. */
public abstract class BlobContract extends StoreContractBase {
  private static final int PART = 3_000;

  private static byte[] part(long seed) {
    byte[] bytes = new byte[PART];
    Arrays.fill(bytes, (byte) seed);
    return bytes;
  }

  /** Writes a blob, one commit a part. */
  protected StoredBlob blob(int parts) throws StoreException {
    long id = store.newBlobId();
    for (int i = 0; i < parts; i++) {
      batch.putBlobPart(id, i, part(i + 1));
      commit();
    }
    return new StoredBlob(id, (long) parts * PART, parts);
  }

  private static StoredMessage naming(long sequence, StoredBlob blob) {
    StoredMessage m = message(sequence, 100);
    return new StoredMessage(
        sequence, m.flags(), m.priority(), 1, 0, 0, 0, m.attributes(), m.body(), blob);
  }

  /** Whether every part is there, right, or none of them is. */
  protected boolean isThere(StoredBlob blob) throws StoreException {
    int there = 0;
    for (int i = 0; i < blob.parts(); i++) {
      byte[] read = store.readPart(blob, i);
      there += read == null ? 0 : 1;
      assertThat(read == null || Arrays.equals(read, part(i + 1))).isTrue();
    }
    assertThat(there).isIn(0, blob.parts());
    return there > 0;
  }

  @Test
  void aMessageComesBackWithItsBlobAndBothGoTogether() throws Exception {
    queue(1);
    commit();
    StoredBlob blob = blob(5);
    append(1, 1, 3, 10);
    batch.append(1, naming(3, blob));
    append(1, 4, 6, 10);
    commit();

    restart();
    same(readAll(1).get(2), naming(3, blob));
    assertThat(readAll(1)).hasSize(5);
    assertThat(log(1).chunkAtOrAfter(3).blob()).isEqualTo(blob);
    assertThat(log(1).chunkAtOrAfter(3).count()).isOne();
    assertThat(cursor(1, 1).bytes())
        .isEqualTo(readAll(1).stream().mapToLong(StoredMessage::bytes).sum());
    assertThat(isThere(blob)).isTrue();

    batch.acknowledge(1, 1, 3, naming(3, blob).bytes());
    commit();
    assertThat(isThere(blob)).isFalse();
    restart();
    assertThat(isThere(blob)).isFalse();
    assertThat(readAll(1)).hasSize(4);
  }

  @Test
  void aMoveKeepsTheBlobWhicheverComesFirst() throws Exception {
    queue(1);
    queue(2);
    commit();
    StoredBlob blob = blob(2);
    batch.append(1, naming(1, blob));
    commit();
    batch.append(2, naming(1, blob));
    batch.acknowledge(1, 1, 1, naming(1, blob).bytes());
    commit();
    assertThat(isThere(blob)).isTrue();
    batch.acknowledge(2, 1, 1, naming(1, blob).bytes());
    batch.append(1, naming(2, blob));
    commit();
    assertThat(isThere(blob)).isTrue();

    restart();
    assertThat(isThere(blob)).isTrue();
    batch.purge(1, 1, 0, Long.MAX_VALUE);
    commit();
    assertThat(isThere(blob)).isFalse();
  }

  @Test
  void everyCursorHasToBeDoneWithIt() throws Exception {
    queue(1);
    batch.createCursor(1, 2, 1);
    commit();
    StoredBlob blob = blob(2);
    batch.append(1, naming(1, blob));
    commit();
    batch.acknowledge(1, 1, 1, naming(1, blob).bytes());
    commit();
    assertThat(isThere(blob)).isTrue();
    batch.dropCursor(1, 2);
    commit();
    assertThat(isThere(blob)).isFalse();
  }

  @Test
  void aDroppedLogTakesItsBlobsAlong() throws Exception {
    queue(1);
    commit();
    StoredBlob blob = blob(2);
    batch.append(1, naming(1, blob));
    commit();
    batch.dropLog(1);
    commit();
    assertThat(isThere(blob)).isFalse();
  }

  @Test
  void whatIsGivenUpIsDeletedAtOnce() throws Exception {
    StoredBlob blob = blob(3);
    assertThat(isThere(blob)).isTrue();
    batch.dropBlob(blob.id());
    commit();
    assertThat(isThere(blob)).isFalse();
    batch.dropBlob(blob.id());
    batch.dropBlob(store.newBlobId());
    commit();
  }

  @Test
  void whatNobodyFinishedIsGoneAfterARestart() throws Exception {
    StoredBlob blob = blob(3);
    restart();
    assertThat(isThere(blob)).isFalse();
  }

  @Test
  void recoveryForgetsWhatIsBeingWritten() throws Exception {
    queue(1);
    commit();
    StoredBlob blob = blob(3);
    store.recover();
    batch.append(1, message(1, 10));
    commit();
    assertThat(isThere(blob)).isFalse();
    batch.append(1, naming(2, blob));
    assertThatThrownBy(this::commit).isInstanceOf(IllegalStateException.class);
  }

  @Test
  void aPartIsBoundToItsBlobAndPlace() throws Exception {
    StoredBlob blob = blob(3);
    StoredBlob other = new StoredBlob(blob.id() + 1, blob.bytes(), 2);
    assertThatThrownBy(() -> store.readPart(other, 0))
        .isInstanceOfSatisfying(
            StoreException.class,
            e -> assertThat(e.reason()).isEqualTo(StoreException.Reason.CORRUPT));
  }

  @Test
  void idsAreNeverGivenTwice() throws Exception {
    StoredBlob first = blob(1);
    restart();
    assertThat(store.newBlobId()).isGreaterThanOrEqualTo(first.id() + StoredBlob.MAX_PARTS);
  }
}
