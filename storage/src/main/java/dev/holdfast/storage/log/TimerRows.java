package dev.holdfast.storage.log;

import dev.holdfast.storage.StoreException;
import dev.holdfast.storage.StoredTimer;
import dev.holdfast.storage.keys.Sealer;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Timers by due time. Remembers below which time there is none, so that asking costs nothing while
 * nothing is due and never walks over the marks of deleted rows twice. Owner thread.
 */
final class TimerRows {
  private static final byte[] NO_VALUE = new byte[0];

  private final RowEngine engine;
  private final Sealer sealer;
  private long noneBeforeMs = Long.MIN_VALUE;

  TimerRows(RowEngine engine, Sealer sealer) {
    this.engine = engine;
    this.sealer = sealer;
  }

  /** After recovery anything may be there. */
  void reset() {
    noneBeforeMs = Long.MIN_VALUE;
  }

  void put(RowBatch rows, StoredTimer timer) throws StoreException {
    byte[] key = key(timer);
    byte[] value = timer.value().length == 0 ? NO_VALUE : sealer.sealRow(key, timer.value());
    rows.put(RowFamily.TIMER, key, value);
    noneBeforeMs = Math.min(noneBeforeMs, timer.dueMs());
  }

  void delete(RowBatch rows, StoredTimer timer) {
    rows.delete(RowFamily.TIMER, key(timer));
  }

  List<StoredTimer> due(long untilMs, int limit) throws StoreException {
    if (untilMs < noneBeforeMs || untilMs < 0 || limit <= 0) {
      return List.of();
    }
    List<StoredTimer> due = new ArrayList<>();
    byte[] from = Rows.number(Math.max(0, noneBeforeMs));
    byte[] to = new byte[22];
    Arrays.fill(to, (byte) 0xff);
    System.arraycopy(Rows.number(untilMs), 0, to, 0, 8);
    engine.scan(
        RowFamily.TIMER,
        from,
        to,
        (key, value) -> {
          due.add(timer(key, value));
          return due.size() < limit;
        });
    noneBeforeMs = due.isEmpty() ? untilMs + 1 : due.get(0).dueMs();
    return due;
  }

  private StoredTimer timer(byte[] key, byte[] value) throws StoreException {
    ByteBuffer in = Rows.sized("timer", key, 21);
    byte[] plain = value.length == 0 ? value : sealer.openRow(key, value);
    return new StoredTimer(in.getLong(), in.get(), in.getInt(), in.getLong(), plain);
  }

  private static byte[] key(StoredTimer timer) {
    return Rows.timer(Math.max(0, timer.dueMs()), timer.kind(), timer.logId(), timer.sequence());
  }
}
