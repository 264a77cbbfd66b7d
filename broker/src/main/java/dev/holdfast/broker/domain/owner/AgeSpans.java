package dev.holdfast.broker.domain.owner;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * How many moments fall into each hour; hours long ago are put together, so that there are never
 * many of them. A span ends where the next one begins.
 */
final class AgeSpans {
  static final long HOUR_MS = 3_600_000;
  private static final int MOST = 48;

  private final TreeMap<Long, Long> spans = new TreeMap<>();

  void add(long moment) {
    spans.merge(span(moment), 1L, Long::sum);
    if (spans.size() > MOST) {
      putTogether();
    }
  }

  /** A span never begins within another one: what has been added could not be found again. */
  private long span(long moment) {
    Long begun = spans.floorKey(moment);
    boolean last = begun != null && begun.equals(spans.lastKey());
    return begun == null || (last && moment - begun >= HOUR_MS)
        ? Math.floorDiv(moment, HOUR_MS) * HOUR_MS
        : begun;
  }

  void remove(long moment) {
    Map.Entry<Long, Long> span = spans.floorEntry(moment);
    if (span != null && span.getValue() > 1) {
      spans.put(span.getKey(), span.getValue() - 1);
    } else if (span != null) {
      spans.remove(span.getKey());
    }
  }

  /** Of the older half, the two neighbours that are shortest together. */
  private void putTogether() {
    List<Long> starts = new ArrayList<>(spans.keySet());
    int best = 0;
    for (int i = 1; i < MOST / 2; i++) {
      if (starts.get(i + 2) - starts.get(i) < starts.get(best + 2) - starts.get(best)) {
        best = i;
      }
    }
    Long second = spans.remove(starts.get(best + 1));
    spans.merge(starts.get(best), second == null ? 0 : second, Long::sum);
  }

  /** How many by the beginning of each span, epoch milliseconds. */
  Map<Long, Long> spans() {
    return new TreeMap<>(spans);
  }

  void write(DataOutputStream out) throws IOException {
    out.writeInt(spans.size());
    for (Map.Entry<Long, Long> span : spans.entrySet()) {
      out.writeLong(span.getKey());
      out.writeLong(span.getValue());
    }
  }

  void read(DataInputStream in) throws IOException {
    int size = in.readInt();
    for (int i = 0; i < size; i++) {
      spans.put(in.readLong(), in.readLong());
    }
  }
}
