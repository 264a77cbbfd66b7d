package dev.holdfast.storage;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.TreeSet;

/** What a store must show, kept in the plainest way, and random batches that change both. */
final class NaiveModel {
  private static final class Log {
    long next = 1;
    final Map<Integer, TreeSet<Long>> cursors = new TreeMap<>();
    final Map<String, DeliveryHistory> failures = new TreeMap<>();
    final Map<Long, Long> expiries = new TreeMap<>();
  }

  private final Map<Integer, Log> logs = new TreeMap<>();
  private final Map<String, byte[]> definitions = new TreeMap<>();
  private int nextLogId = 1;

  /** Fills the batch with random changes, which this model takes over at once. */
  void randomBatch(Random random, StoreBatch batch) {
    int operations = 1 + random.nextInt(12);
    for (int i = 0; i < operations; i++) {
      change(random, batch);
    }
  }

  private void change(Random random, StoreBatch batch) {
    int dice = random.nextInt(100);
    if (logs.isEmpty() || dice < 3) {
      Log log = new Log();
      batch.createLog(nextLogId);
      logs.put(nextLogId, log);
      createCursor(batch, nextLogId, log, 1);
      nextLogId++;
      return;
    }
    List<Integer> ids = new ArrayList<>(logs.keySet());
    int id = ids.get(random.nextInt(ids.size()));
    Log log = logs.get(id);
    if (dice < 45) {
      int count = 1 + random.nextInt(dice < 8 ? 1500 : 8);
      for (int i = 0; i < count; i++) {
        StoredMessage message = message(log.next, expiryMs(random, log.next));
        batch.append(id, message);
        log.expiries.put(log.next, message.expiryMs());
        for (TreeSet<Long> cursor : log.cursors.values()) {
          cursor.add(log.next);
        }
        log.next++;
      }
    } else if (dice < 85) {
      acknowledgeSome(random, batch, id, log);
    } else if (dice < 88) {
      cursorChange(random, batch, id, log);
    } else if (dice < 92) {
      failure(random, batch, id, log);
    } else if (dice < 96) {
      String key = "def-" + random.nextInt(5);
      byte[] value = {(byte) dice, (byte) id};
      batch.putDefinition(key, value);
      definitions.put(key, value);
    } else if (dice < 97 && logs.size() > 2) {
      batch.dropLog(id);
      logs.remove(id);
    }
  }

  private void acknowledgeSome(Random random, StoreBatch batch, int id, Log log) {
    for (Map.Entry<Integer, TreeSet<Long>> cursor : log.cursors.entrySet()) {
      TreeSet<Long> open = cursor.getValue();
      int count = random.nextInt(10);
      boolean inOrder = random.nextInt(4) > 0;
      for (int i = 0; i < count && !open.isEmpty(); i++) {
        long from = open.first() + random.nextInt(2000);
        Long sequence = inOrder ? open.first() : open.ceiling(from);
        if (sequence != null) {
          batch.acknowledge(id, cursor.getKey(), sequence, total(sequence));
          open.remove(sequence);
          log.failures.remove(cursor.getKey() + "/" + sequence);
        }
      }
      if (random.nextInt(25) == 0) {
        batch.purge(id, cursor.getKey(), 0, Long.MAX_VALUE);
        open.clear();
        log.failures.keySet().removeIf(key -> key.startsWith(cursor.getKey() + "/"));
      }
    }
  }

  private void cursorChange(Random random, StoreBatch batch, int id, Log log) {
    if (log.cursors.size() > 2 || (log.cursors.size() > 1 && random.nextBoolean())) {
      int cursor = log.cursors.keySet().iterator().next();
      batch.dropCursor(id, cursor);
      log.cursors.remove(cursor);
      log.failures.keySet().removeIf(key -> key.startsWith(cursor + "/"));
    } else {
      createCursor(batch, id, log, log.next);
    }
  }

  private static void createCursor(StoreBatch batch, int id, Log log, long start) {
    int cursor = 1;
    while (log.cursors.containsKey(cursor)) {
      cursor++;
    }
    batch.createCursor(id, cursor, start);
    log.cursors.put(cursor, new TreeSet<>());
  }

  private static void failure(Random random, StoreBatch batch, int id, Log log) {
    for (Map.Entry<Integer, TreeSet<Long>> cursor : log.cursors.entrySet()) {
      if (!cursor.getValue().isEmpty()) {
        long sequence = cursor.getValue().first();
        DeliveryHistory history =
            new DeliveryHistory(
                random.nextInt(9), random.nextLong(), random.nextInt(99), random.nextInt(99));
        batch.recordHistory(id, cursor.getKey(), sequence, history);
        log.failures.put(cursor.getKey() + "/" + sequence, history);
      }
    }
  }

  /** Compares everything. */
  void check(MessageStore store, boolean bodies) throws StoreException {
    StoreView view = store.view();
    assertThat(view.logIds()).containsExactlyInAnyOrderElementsOf(logs.keySet());
    assertThat(view.nextLogId()).isEqualTo(nextLogId);
    assertThat(view.definitions().keySet()).isEqualTo(definitions.keySet());
    for (Map.Entry<String, byte[]> definition : definitions.entrySet()) {
      assertThat(view.definitions().get(definition.getKey())).isEqualTo(definition.getValue());
    }
    for (Map.Entry<Integer, Log> entry : logs.entrySet()) {
      checkLog(view.log(entry.getKey()), entry.getValue());
      checkExpiries(view.log(entry.getKey()), entry.getValue());
      if (bodies) {
        checkBodies(store, entry.getKey(), entry.getValue());
      }
    }
  }

  private static void checkLog(StoreView.LogView view, Log log) {
    assertThat(view.nextSequence()).isEqualTo(log.next);
    assertThat(view.cursorIds()).isEqualTo(log.cursors.keySet());
    for (Map.Entry<Integer, TreeSet<Long>> entry : log.cursors.entrySet()) {
      StoreView.CursorView cursor = view.cursor(entry.getKey());
      TreeSet<Long> open = entry.getValue();
      assertThat(cursor.messages()).isEqualTo(open.size());
      assertThat(cursor.bytes()).isEqualTo(open.stream().mapToLong(NaiveModel::total).sum());
      long at = cursor.nextUnacknowledged(0);
      for (long sequence : open) {
        assertThat(at).isEqualTo(sequence);
        at = cursor.nextUnacknowledged(at + 1);
      }
      assertThat(at).isEqualTo(log.next);
      for (long sequence : open) {
        DeliveryHistory history = log.failures.get(entry.getKey() + "/" + sequence);
        assertThat(cursor.history(sequence))
            .isEqualTo(history == null ? DeliveryHistory.NONE : history);
      }
    }
  }

  /** What the log says of its chunks' expiry, against what was appended. */
  private static void checkExpiries(StoreView.LogView view, Log log) {
    List<Long> wanted = new ArrayList<>();
    for (long at = 1; view.chunkAtOrAfter(at) != null; ) {
      ChunkInfo chunk = view.chunkAtOrAfter(at);
      long first = Long.MAX_VALUE;
      for (long s = chunk.firstSequence(); s < chunk.endSequence(); s++) {
        first = log.expiries.get(s) == 0 ? first : Math.min(first, log.expiries.get(s));
      }
      if (first != Long.MAX_VALUE) {
        wanted.add(first);
      }
      at = chunk.endSequence();
    }
    Collections.sort(wanted);
    assertThat(view.nextExpiryMs()).isEqualTo(wanted.isEmpty() ? Long.MAX_VALUE : wanted.get(0));
    assertThat(view.chunksExpiring(Long.MAX_VALUE, Integer.MAX_VALUE))
        .extracting(ChunkInfo::minExpiryMs)
        .isEqualTo(wanted);
  }

  private static void checkBodies(MessageStore store, int id, Log log) throws StoreException {
    StoreView.LogView view = store.view().log(id);
    TreeSet<Long> wanted = new TreeSet<>();
    log.cursors.values().forEach(wanted::addAll);
    for (long at = 1; view.chunkAtOrAfter(at) != null; ) {
      ChunkInfo chunk = view.chunkAtOrAfter(at);
      for (StoredMessage message : store.read(id, chunk)) {
        StoredMessage same =
            StoreContractBase.message(message.sequence(), bytes(message.sequence()));
        assertThat(Arrays.equals(message.body(), same.body())).isTrue();
        wanted.remove(message.sequence());
      }
      at = chunk.endSequence();
    }
    assertThat(wanted).isEmpty();
  }

  private static long expiryMs(Random random, long sequence) {
    return sequence % 5 == 0 ? 1 + random.nextInt(1_000) : 0;
  }

  private static StoredMessage message(long sequence, long expiryMs) {
    StoredMessage plain = StoreContractBase.message(sequence, bytes(sequence));
    return new StoredMessage(
        sequence,
        plain.flags(),
        plain.priority(),
        plain.enqueuedMs(),
        expiryMs,
        plain.ttlMs(),
        plain.messageFormat(),
        plain.attributes(),
        plain.body());
  }

  private static int bytes(long sequence) {
    return sequence % 97 == 0 ? 70_000 : (int) (sequence % 301);
  }

  private static int total(long sequence) {
    return StoreContractBase.message(sequence, bytes(sequence)).bytes();
  }
}
