package dev.holdfast.broker.domain.owner;

import java.util.ArrayList;
import java.util.List;

/** Queues that may have something to hand out, each once. */
final class DirtyQueues {
  private List<Queue> queues = new ArrayList<>();
  private List<Queue> spare = new ArrayList<>();

  void add(Queue queue) {
    if (!queue.dirty) {
      queue.dirty = true;
      queues.add(queue);
    }
  }

  boolean isEmpty() {
    return queues.isEmpty();
  }

  /** Those of now; valid until the next call. */
  List<Queue> take() {
    List<Queue> taken = queues;
    queues = spare;
    queues.clear();
    spare = taken;
    for (int i = 0; i < taken.size(); i++) {
      taken.get(i).dirty = false;
    }
    return taken;
  }
}
