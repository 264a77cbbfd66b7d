package dev.holdfast.broker.domain.owner;

import dev.holdfast.broker.domain.EdgeEvent;
import dev.holdfast.broker.domain.EdgeLoop;
import dev.holdfast.broker.domain.NodeError;
import dev.holdfast.broker.domain.PublishAnswer;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Events of the batch under way, by edge loop; nothing leaves before {@link #flush()}. */
final class Outbox {
  private static final Logger LOG = LoggerFactory.getLogger(Outbox.class);

  private final IdentityHashMap<EdgeLoop, Lane> lanes = new IdentityHashMap<>();
  private final List<Lane> dirty = new ArrayList<>();

  /** Tells lists of the batch under way from lists that have been handed over. */
  private long batch = 1;

  /** What goes to one loop. */
  final class Lane {
    private final EdgeLoop loop;
    private List<EdgeEvent> events = new ArrayList<>();

    private Lane(EdgeLoop loop) {
      this.loop = loop;
    }

    void add(EdgeEvent event) {
      if (events.isEmpty()) {
        dirty.add(this);
      }
      events.add(event);
    }

    long batch() {
      return batch;
    }
  }

  Lane lane(EdgeLoop loop) {
    return lanes.computeIfAbsent(loop, Lane::new);
  }

  /** Hands every loop its events, once. */
  void flush() {
    for (int i = 0; i < dirty.size(); i++) {
      Lane lane = dirty.get(i);
      List<EdgeEvent> events = lane.events;
      lane.events = new ArrayList<>(Math.min(events.size(), 64));
      try {
        lane.loop.deliver(events);
      } catch (RuntimeException e) {
        LOG.error("an edge loop refused {} events; its connections are closing", events.size(), e);
      }
    }
    dirty.clear();
    batch++;
  }

  /**
   * What this batch was to store is refused instead. Refusals stay as they are, and so does what is
   * held by a transaction: it is not part of the batch.
   */
  void refusePublishes(NodeError error) {
    for (Lane lane : dirty) {
      for (EdgeEvent event : lane.events) {
        if (event instanceof EdgeEvent.Published published) {
          published
              .answers()
              .replaceAll(
                  a ->
                      a.error() == null && a.sequence() != 0
                          ? new PublishAnswer(a.token(), 0, error)
                          : a);
        }
      }
    }
  }

  /** Drops what has not been handed over. */
  void discard() {
    for (Lane lane : dirty) {
      lane.events.clear();
    }
    dirty.clear();
    batch++;
  }
}
