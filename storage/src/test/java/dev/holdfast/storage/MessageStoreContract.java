package dev.holdfast.storage;

import static dev.holdfast.storage.MessageStore.Durability.SYNCED;
import static dev.holdfast.storage.MessageStore.Durability.WRITTEN;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What every {@link MessageStore} must do. An implementation's test extends it. */
public abstract class MessageStoreContract extends StoreContractBase {
  @Test
  void keepsMessagesAcrossARestart() throws Exception {
    queue(1);
    append(1, 1, 301, 1000);
    commit();
    append(1, 301, 302, 0);
    commit();
    for (int round = 0; round < 2; round++) {
      assertThat(log(1).nextSequence()).isEqualTo(302);
      assertThat(log(1).firstSequence()).isEqualTo(1);
      assertThat(cursor(1, 1).messages()).isEqualTo(301);
      assertThat(cursor(1, 1).bytes()).isEqualTo(300 * 1000 + 100 * 3);
      List<StoredMessage> all = readAll(1);
      assertThat(all).hasSize(301);
      for (int i = 0; i < 300; i++) {
        same(all.get(i), message(i + 1, 1000));
      }
      restart();
    }
  }

  @Test
  void cutsChunksByBytesAndByCount() throws Exception {
    queue(1);
    append(1, 1, 2049, 10);
    commit();
    assertThat(log(1).chunkAtOrAfter(1).count()).isEqualTo(1024);
    assertThat(log(1).chunkCount()).isEqualTo(2);
    queue(2);
    append(2, 1, 200, 1024);
    commit();
    assertThat(log(2).chunkAtOrAfter(1).bytes()).isBetween(60_000L, 65_536L);
    assertThat(log(2).chunkCount()).isBetween(3, 4);
  }

  @Test
  void keepsAMessageOfManyParts() throws Exception {
    queue(1);
    append(1, 1, 2, 100);
    batch.append(1, message(2, 10_000_000));
    append(1, 3, 4, 100);
    commit();
    restart();
    assertThat(log(1).chunkCount()).isEqualTo(3);
    List<StoredMessage> all = readAll(1);
    for (int i = 0; i < 3; i++) {
      same(all.get(i), message(i + 1, i == 1 ? 10_000_000 : 100));
    }
    batch.acknowledge(1, 1, 2, 10_000_000);
    commit();
    assertThat(log(1).chunkAtOrAfter(2).firstSequence()).isEqualTo(3);
    queue(2);
    append(2, 1, 2, 50);
    commit();
    restart();
    same(readAll(2).get(0), message(1, 50));
  }

  @Test
  void deletesAChunkWhenItsLastMessageIsAcknowledgedAndNeverReusesASequence() throws Exception {
    queue(1);
    append(1, 1, 11, 10);
    commit();
    ChunkInfo chunk = log(1).chunkAtOrAfter(1);
    acknowledge(1, 1, 1, 11, 10);
    commit();
    assertThat(log(1).chunkCount()).isZero();
    assertThat(store.read(1, chunk)).isEmpty();
    restart();
    assertThat(log(1).nextSequence()).isEqualTo(11);
    assertThat(log(1).firstSequence()).isEqualTo(11);
    assertThat(cursor(1, 1).messages()).isZero();
    assertThat(cursor(1, 1).bytes()).isZero();
    append(1, 11, 12, 10);
    commit();
    assertThat(log(1).chunkAtOrAfter(1).chunkId()).isGreaterThan(chunk.chunkId());
    restart();
    same(readAll(1).get(0), message(11, 10));
  }

  @Test
  void dropsALogAndNeverReusesItsId() throws Exception {
    queue(1);
    queue(2);
    append(1, 1, 100, 10);
    append(2, 1, 100, 10);
    commit();
    acknowledge(2, 1, 50, 60, 10);
    commit();
    ChunkInfo chunk = log(2).chunkAtOrAfter(1);
    append(2, 100, 101, 10);
    batch.dropLog(2);
    commit();
    assertThat(store.read(2, chunk)).isEmpty();
    restart();
    assertThat(store.view().logIds()).containsExactly(1);
    assertThat(store.view().nextLogId()).isEqualTo(3);
    assertThatThrownBy(
            () -> {
              batch.createLog(2);
              commit();
            })
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("2");
  }

  @Test
  void keepsDefinitions() throws Exception {
    batch.putDefinition("node/orders", "one".getBytes(StandardCharsets.UTF_8));
    batch.putDefinition("node/bills", new byte[0]);
    batch.putDefinition("node/gone", new byte[5]);
    commit();
    batch.putDefinition("node/orders", "two".getBytes(StandardCharsets.UTF_8));
    batch.deleteDefinition("node/gone");
    batch.deleteDefinition("node/never");
    commit();
    for (int round = 0; round < 2; round++) {
      Map<String, byte[]> all = store.view().definitions();
      assertThat(all.keySet()).containsExactly("node/bills", "node/orders");
      assertThat(all.get("node/orders")).isEqualTo("two".getBytes(StandardCharsets.UTF_8));
      restart();
    }
  }

  @Test
  void givesTimersWhenDue() throws Exception {
    StoredTimer early = new StoredTimer(1_000, (byte) 1, 7, 5, new byte[] {1, 2});
    StoredTimer late = new StoredTimer(5_000, (byte) 2, 7, 6, new byte[0]);
    batch.putTimer(late);
    batch.putTimer(early);
    batch.putTimer(new StoredTimer(2_000, (byte) 1, 7, 9, new byte[0]));
    commit();
    assertThat(store.timersDue(999, 10)).isEmpty();
    assertThat(store.timersDue(1_000, 10)).hasSize(1);
    assertThat(store.timersDue(9_000, 2)).hasSize(2);
    batch.deleteTimer(early);
    commit();
    assertThat(store.timersDue(1_500, 10)).isEmpty();
    batch.putTimer(early);
    commit();
    restart();
    List<StoredTimer> due = store.timersDue(9_000, 10);
    assertThat(due).hasSize(3);
    assertThat(due.get(0)).usingRecursiveComparison().isEqualTo(early);
    assertThat(due.get(2)).usingRecursiveComparison().isEqualTo(late);
  }

  @Test
  void timersOfOneMomentAreGivenPageByPage() throws Exception {
    for (int i = 0; i < 1_000; i++) {
      batch.putTimer(new StoredTimer(5_000, (byte) 1, 7, i, new byte[0]));
    }
    batch.putTimer(new StoredTimer(6_000, (byte) 1, 7, 1_000, new byte[0]));
    commit();
    assertThat(store.timersDue(Long.MAX_VALUE, 1)).hasSize(1);
    List<Long> fired = new ArrayList<>();
    List<StoredTimer> page = store.timersDue(5_000, 64);
    while (!page.isEmpty()) {
      for (StoredTimer timer : page) {
        fired.add(timer.sequence());
        batch.deleteTimer(timer);
      }
      commit();
      if (fired.size() == 512) {
        restart();
      }
      page = store.timersDue(5_000, 64);
    }
    assertThat(fired).hasSize(1_000).isSorted().doesNotHaveDuplicates();
    assertThat(store.timersDue(Long.MAX_VALUE, 10)).hasSize(1);
    batch.putTimer(new StoredTimer(4_000, (byte) 1, 7, 1, new byte[0]));
    commit();
    assertThat(store.timersDue(5_000, 10)).hasSize(1);
  }

  @Test
  void aCallersMistakeChangesNothingOnDisk() throws Exception {
    queue(1);
    append(1, 1, 11, 10);
    commit();
    append(1, 11, 12, 10);
    batch.append(1, message(13, 10));
    assertThatThrownBy(this::commit).isInstanceOf(IllegalStateException.class);
    batch.clear();
    assertThatThrownBy(this::commit).hasMessageContaining("recover()");
    store.recover();
    assertThat(log(1).nextSequence()).isEqualTo(11);
    acknowledge(1, 1, 1, 2, 10);
    acknowledge(1, 1, 1, 2, 10);
    assertThatThrownBy(this::commit).isInstanceOf(IllegalStateException.class);
    batch.clear();
    store.recover();
    assertThat(cursor(1, 1).messages()).isEqualTo(10);
    append(1, 11, 12, 10);
    commit();
    restart();
    assertThat(readAll(1)).hasSize(11);
  }

  @Test
  void writtenCommitsAreThereAfterACleanRestart() throws Exception {
    queue(1);
    append(1, 1, 11, 10);
    store.commit(batch, WRITTEN);
    batch.clear();
    store.sync();
    store.sync();
    append(1, 11, 12, 10);
    store.commit(batch, WRITTEN);
    restart();
    assertThat(cursor(1, 1).messages()).isEqualTo(11);
  }

  @Test
  void refusesUseAfterClose() throws Exception {
    queue(1);
    append(1, 1, 2, 10);
    commit();
    ChunkInfo chunk = log(1).chunkAtOrAfter(1);
    store.close();
    store.close();
    assertThatThrownBy(() -> store.commit(batch, SYNCED)).isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(() -> store.read(1, chunk)).isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(store::sync).isInstanceOf(IllegalStateException.class);
  }
}
