package dev.holdfast.broker.domain.owner;

import java.util.ArrayList;
import java.util.List;
import java.util.PriorityQueue;

/**
 * What is to be done at a time although nothing comes in. Owner thread.
 *
 * <p>An alarm may go off early (something it was set for has gone meanwhile): its handler looks
 * what is due and sets it again.
 */
final class Alarms {
  private final PriorityQueue<Entry> entries = new PriorityQueue<>(Alarms::compare);

  /** Does what is due. */
  interface Handler {
    void due(long nowMs);
  }

  /** One thing to be done. */
  static final class Alarm {
    private final Handler handler;
    private long atMs = Long.MAX_VALUE;

    Alarm(Handler handler) {
      this.handler = handler;
    }
  }

  private record Entry(long atMs, Alarm alarm) {}

  private static int compare(Entry a, Entry b) {
    return Long.compare(a.atMs, b.atMs);
  }

  /** Goes off at this moment, or earlier when it was set for earlier; epoch milliseconds. */
  void soonest(Alarm alarm, long atMs) {
    if (atMs < alarm.atMs) {
      alarm.atMs = atMs;
      entries.add(new Entry(atMs, alarm));
    }
  }

  /** Everything that is due now goes off, once. */
  void run(long nowMs) {
    if (wakeUpMs() > nowMs) {
      return;
    }
    List<Alarm> due = new ArrayList<>();
    while (wakeUpMs() <= nowMs) {
      Entry entry = entries.remove();
      if (entry.alarm.atMs == entry.atMs) {
        entry.alarm.atMs = Long.MAX_VALUE;
        due.add(entry.alarm);
      }
    }
    for (Alarm alarm : due) {
      alarm.handler.due(nowMs);
    }
  }

  /** When the next one goes off. */
  long wakeUpMs() {
    Entry next = entries.peek();
    return next == null ? Long.MAX_VALUE : next.atMs;
  }
}
