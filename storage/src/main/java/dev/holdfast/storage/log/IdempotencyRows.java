package dev.holdfast.storage.log;

import dev.holdfast.storage.RememberedKey;
import dev.holdfast.storage.StoreException;
import dev.holdfast.storage.index.BatchOperations;
import dev.holdfast.storage.keys.Sealer;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Idempotency keys in time buckets, so that forgetting is dropping whole buckets. A key's row says
 * neither the key nor the body's digest: both go through a keyed fingerprint.
 *
 * <p>A table of fingerprints in front answers for keys that are new. It is filled in the background
 * after opening; until it is complete, and when there are more keys than it may hold, every bucket
 * is asked (a filter of the database answers most of that). Owner thread.
 */
final class IdempotencyRows {
  /** What a key takes on disk, about: 25 bytes of key, 24 of value, and the row around them. */
  static final int BYTES_PER_KEY = 64;

  private final RowEngine engine;
  private final Sealer sealer;
  private final KeyBuckets buckets = new KeyBuckets();
  private final FingerprintTable table;
  private final KeyLoader loader;
  private final List<byte[]> forgotten = new ArrayList<>();

  IdempotencyRows(RowEngine engine, Sealer sealer, LogStore.Keys settings) {
    this.engine = engine;
    this.sealer = sealer;
    this.table = new FingerprintTable(settings.maxTableBytes());
    this.loader = new KeyLoader(engine, settings.loader());
  }

  /** Finds the buckets in use, one seek each, and begins to read their keys. */
  void load() throws StoreException {
    loader.cancel();
    buckets.clear();
    table.clear();
    forgotten.clear();
    byte @Nullable [] from = Rows.dedupBucket(0, 0);
    List<byte[]> found = new ArrayList<>();
    while (from != null) {
      byte[][] next = {null};
      engine.scan(
          RowFamily.DEDUP,
          from,
          Rows.dedupBucket(-1, -1),
          (key, value) -> {
            next[0] = key;
            return false;
          });
      from = null;
      if (next[0] != null) {
        ByteBuffer in = ByteBuffer.wrap(next[0]);
        KeyBuckets.Bucket bucket = buckets.at(in.get(), in.getInt());
        found.add(bucket.prefix);
        from = after(bucket.prefix);
      }
    }
    loader.start(found);
  }

  /** Before the engine is closed or opened again. */
  void stopLoading() {
    loader.cancel();
  }

  void put(RowBatch rows, BatchOperations.Remembered remembered) {
    RememberedKey value = remembered.value();
    KeyBuckets.Bucket bucket = buckets.of(value.storedMs(), remembered.windowMs());
    byte[] fingerprint = fingerprint(remembered.nodeId(), remembered.key());
    rows.put(
        RowFamily.DEDUP,
        Rows.dedup(bucket.prefix, remembered.nodeId(), fingerprint),
        ByteBuffer.allocate(24)
            .putLong(value.sequence())
            .putLong(value.bodyDigest() ^ mask(fingerprint))
            .putLong(value.storedMs())
            .array());
    add(bucket, head(fingerprint));
  }

  /** The table keeps the fingerprint, which then costs a look-up and means nothing. */
  void delete(RowBatch rows, BatchOperations.Remembered remembered) {
    KeyBuckets.Bucket bucket = buckets.of(remembered.value().storedMs(), remembered.windowMs());
    byte[] fingerprint = fingerprint(remembered.nodeId(), remembered.key());
    rows.delete(RowFamily.DEDUP, Rows.dedup(bucket.prefix, remembered.nodeId(), fingerprint));
  }

  /** Of every bucket, for a window may have been another one. */
  void deleteWholly(RowBatch rows, int nodeId, byte[] key) {
    byte[] fingerprint = fingerprint(nodeId, key);
    for (KeyBuckets.Bucket bucket : buckets.all()) {
      rows.delete(RowFamily.DEDUP, Rows.dedup(bucket.prefix, nodeId, fingerprint));
    }
  }

  private void add(KeyBuckets.Bucket bucket, long head) {
    if (table.add(head, bucket.number, this::alive)) {
      buckets.count(bucket);
    }
    if (buckets.exhausted()) {
      int[] renumbered = buckets.renumber();
      table.renumber(number -> renumbered[number]);
    }
  }

  private int alive(int number) {
    return buckets.numbered(number) == null ? -1 : number;
  }

  /** Drops the buckets that no window reaches any more. */
  void forget(RowBatch rows, long nowMs) {
    for (KeyBuckets.Bucket bucket : buckets.takeOver(nowMs)) {
      rows.deleteRange(RowFamily.DEDUP, bucket.prefix, after(bucket.prefix));
      forgotten.add(bucket.prefix);
    }
  }

  Optional<RememberedKey> find(int nodeId, byte[] key) throws StoreException {
    byte[] fingerprint = fingerprint(nodeId, key);
    @Nullable RememberedKey newest = null;
    if (takeLoaded() && !table.isFull()) {
      long head = head(fingerprint);
      for (int at = table.next(head, -1); at >= 0; at = table.next(head, at)) {
        KeyBuckets.Bucket bucket = buckets.numbered(table.bucketAt(head, at));
        newest = bucket == null ? newest : newer(newest, bucket, nodeId, fingerprint);
      }
    } else {
      for (KeyBuckets.Bucket bucket : buckets.all()) {
        newest = newer(newest, bucket, nodeId, fingerprint);
      }
    }
    return Optional.ofNullable(newest);
  }

  private @Nullable RememberedKey newer(
      @Nullable RememberedKey known, KeyBuckets.Bucket bucket, int nodeId, byte[] fingerprint)
      throws StoreException {
    byte @Nullable [] row =
        engine.get(RowFamily.DEDUP, Rows.dedup(bucket.prefix, nodeId, fingerprint));
    if (row == null) {
      return known;
    }
    ByteBuffer in = Rows.sized("idempotency key", row, 24);
    RememberedKey found =
        new RememberedKey(in.getLong(), in.getLong() ^ mask(fingerprint), in.getLong());
    return known == null || found.storedMs() > known.storedMs() ? found : known;
  }

  /** Takes over what has been read so far; whether that is all. */
  boolean takeLoaded() {
    for (KeyLoader.Portion portion = loader.poll(); portion != null; portion = loader.poll()) {
      ByteBuffer in = ByteBuffer.wrap(portion.prefix());
      KeyBuckets.Bucket bucket = buckets.at(in.get(), in.getInt());
      for (int i = 0; i < portion.count(); i++) {
        add(bucket, portion.heads()[i]);
      }
    }
    return loader.isDone();
  }

  /** Keys that are kept; fewer while they are still being read after an opening. */
  long keys() {
    return buckets.keys();
  }

  /** Gives the space of forgotten buckets back. */
  void reclaim() throws StoreException {
    for (byte[] prefix : forgotten) {
      engine.reclaim(RowFamily.DEDUP, prefix, after(prefix));
    }
    forgotten.clear();
  }

  private byte[] fingerprint(int nodeId, byte[] key) {
    byte[] input = ByteBuffer.allocate(4 + key.length).putInt(nodeId).put(key).array();
    return sealer.fingerprint(Sealer.Purpose.IDEMPOTENCY, input);
  }

  /** The first bytes of the part that the row has: what the loader can see, too. */
  private static long head(byte[] fingerprint) {
    return ByteBuffer.wrap(fingerprint).getLong();
  }

  private static long mask(byte[] fingerprint) {
    return ByteBuffer.wrap(fingerprint).getLong(16);
  }

  /** The key after every row of a bucket. */
  static byte[] after(byte[] prefix) {
    ByteBuffer in = ByteBuffer.wrap(prefix);
    long place = ((long) in.get() << 32 | Integer.toUnsignedLong(in.getInt())) + 1;
    return Rows.dedupBucket((int) (place >>> 32), (int) place);
  }
}
