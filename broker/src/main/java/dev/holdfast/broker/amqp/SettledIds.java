package dev.holdfast.broker.amqp;

import java.util.Arrays;

/**
 * Delivery-ids to be answered alike at the end of a batch; gives them as runs. Event-loop thread.
 */
final class SettledIds {

  /** Takes one run. */
  interface Run {
    void ids(int first, int last);
  }

  private int[] ids = new int[64];
  private int count;
  private boolean sorted = true;

  void add(int id) {
    if (count == ids.length) {
      ids = Arrays.copyOf(ids, count * 2);
    }
    sorted &= count == 0 || id - ids[count - 1] > 0;
    ids[count++] = id;
  }

  void clear() {
    count = 0;
    sorted = true;
  }

  void runs(Run run) {
    if (count == 0) {
      return;
    }
    if (!sorted) {
      sort();
    }
    int first = ids[0];
    int last = first;
    for (int i = 1; i < count; i++) {
      if (ids[i] != last + 1) {
        run.ids(first, last);
        first = ids[i];
      }
      last = ids[i];
    }
    run.ids(first, last);
    clear();
  }

  /** Ids wrap around: sorts by the distance from one of them. */
  private void sort() {
    int origin = ids[0];
    for (int i = 0; i < count; i++) {
      ids[i] -= origin;
    }
    Arrays.sort(ids, 0, count);
    for (int i = 0; i < count; i++) {
      ids[i] += origin;
    }
  }
}
