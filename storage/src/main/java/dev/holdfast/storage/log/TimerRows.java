package dev.holdfast.storage.log;

import dev.holdfast.storage.StoreException;
import dev.holdfast.storage.StoredTimer;
import dev.holdfast.storage.keys.Sealer;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Timers by due time. Remembers below which row there is none, so that asking costs nothing while
 * nothing is due and never walks over the marks of deleted rows twice, however many were due at one
 * moment. Owner thread.
 */
final class TimerRows {
  private static final byte[] NO_VALUE = new byte[0];
  private static final byte[] FIRST = new byte[0];
  private static final byte[] END = new byte[22];

  static {
    Arrays.fill(END, (byte) 0xff);
  }

  private final RowEngine engine;
  private final Sealer sealer;

  /** No row has a lower key. */
  private byte[] floor = FIRST;

  TimerRows(RowEngine engine, Sealer sealer) {
    this.engine = engine;
    this.sealer = sealer;
  }

  /** After recovery anything may be there. */
  void reset() {
    floor = FIRST;
  }

  void put(RowBatch rows, StoredTimer timer) throws StoreException {
    byte[] key = key(timer);
    byte[] value = timer.value().length == 0 ? NO_VALUE : sealer.sealRow(key, timer.value());
    rows.put(RowFamily.TIMER, key, value);
    if (Arrays.compareUnsigned(key, floor) < 0) {
      floor = key;
    }
  }

  void delete(RowBatch rows, StoredTimer timer) {
    rows.delete(RowFamily.TIMER, key(timer));
  }

  List<StoredTimer> due(long untilMs, int limit) throws StoreException {
    if (untilMs < 0 || limit <= 0) {
      return List.of();
    }
    byte[] to = untilMs == Long.MAX_VALUE ? END : Rows.number(untilMs + 1);
    if (Arrays.compareUnsigned(floor, to) >= 0) {
      return List.of();
    }
    List<StoredTimer> due = new ArrayList<>();
    engine.scan(
        RowFamily.TIMER,
        floor,
        to,
        (key, value) -> {
          due.add(timer(key, value));
          return due.size() < limit;
        });
    floor = due.isEmpty() ? to : key(due.get(0));
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
