package dev.holdfast.storage.log;

import dev.holdfast.storage.RememberedKey;
import dev.holdfast.storage.StoreException;
import dev.holdfast.storage.index.BatchOperations;
import dev.holdfast.storage.keys.Sealer;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Idempotency keys in time buckets, so that forgetting is dropping whole buckets. A key's row says
 * neither the key nor the body's digest: both go through a keyed fingerprint. Owner thread.
 */
final class IdempotencyRows {
  private final RowEngine engine;
  private final Sealer sealer;
  private final long bucketMs;
  private final TreeSet<Integer> buckets = new TreeSet<>();
  private final List<Integer> forgotten = new ArrayList<>();

  IdempotencyRows(RowEngine engine, Sealer sealer, long bucketMs) {
    this.engine = engine;
    this.sealer = sealer;
    this.bucketMs = bucketMs;
  }

  /** Finds the buckets in use, one seek each. */
  void load() throws StoreException {
    buckets.clear();
    forgotten.clear();
    int[] found = {-1};
    do {
      int from = found[0] + 1;
      found[0] = -1;
      engine.scan(
          RowFamily.DEDUP,
          Rows.int32(from),
          Rows.int32(-1),
          (key, value) -> {
            found[0] = ByteBuffer.wrap(key).getInt();
            return false;
          });
      if (found[0] >= 0) {
        buckets.add(found[0]);
      }
    } while (found[0] >= 0);
  }

  void put(RowBatch rows, BatchOperations.Remembered remembered) {
    RememberedKey value = remembered.value();
    int bucket = bucket(value.storedMs());
    byte[] fingerprint = fingerprint(remembered.nodeId(), remembered.key());
    buckets.add(bucket);
    rows.put(
        RowFamily.DEDUP,
        Rows.dedup(bucket, remembered.nodeId(), fingerprint),
        ByteBuffer.allocate(24)
            .putLong(value.sequence())
            .putLong(value.bodyDigest() ^ mask(fingerprint))
            .putLong(value.storedMs())
            .array());
  }

  void forgetBefore(RowBatch rows, long storedBeforeMs) {
    int firstKept = bucket(storedBeforeMs);
    if (buckets.isEmpty() || buckets.first() >= firstKept) {
      return;
    }
    rows.deleteRange(RowFamily.DEDUP, Rows.int32(buckets.first()), Rows.int32(firstKept));
    while (!buckets.isEmpty() && buckets.first() < firstKept) {
      forgotten.add(buckets.first());
      buckets.remove(buckets.first());
    }
  }

  Optional<RememberedKey> find(int nodeId, byte[] key) throws StoreException {
    byte[] fingerprint = fingerprint(nodeId, key);
    for (int bucket : buckets.descendingSet()) {
      byte @Nullable [] row = engine.get(RowFamily.DEDUP, Rows.dedup(bucket, nodeId, fingerprint));
      if (row != null) {
        ByteBuffer in = Rows.sized("idempotency key", row, 24);
        return Optional.of(
            new RememberedKey(in.getLong(), in.getLong() ^ mask(fingerprint), in.getLong()));
      }
    }
    return Optional.empty();
  }

  /** Gives the space of forgotten buckets back. */
  void reclaim() throws StoreException {
    if (!forgotten.isEmpty()) {
      int first = forgotten.get(0);
      int last = forgotten.get(forgotten.size() - 1);
      engine.reclaim(RowFamily.DEDUP, Rows.int32(first), Rows.int32(last + 1));
      forgotten.clear();
    }
  }

  private int bucket(long storedMs) {
    return (int) Math.min(Integer.MAX_VALUE - 1, Math.max(0, storedMs) / bucketMs);
  }

  private byte[] fingerprint(int nodeId, byte[] key) {
    byte[] input = ByteBuffer.allocate(4 + key.length).putInt(nodeId).put(key).array();
    return sealer.fingerprint(Sealer.Purpose.IDEMPOTENCY, input);
  }

  private static long mask(byte[] fingerprint) {
    return ByteBuffer.wrap(fingerprint).getLong(16);
  }
}
