package dev.holdfast.broker.domain.owner;

import static dev.holdfast.broker.domain.owner.SimModel.check;

import dev.holdfast.broker.domain.MessageAttributes;
import dev.holdfast.storage.ChunkInfo;
import dev.holdfast.storage.DeliveryHistory;
import dev.holdfast.storage.StoreException;
import dev.holdfast.storage.StoreView;
import dev.holdfast.storage.StoredMessage;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** What really lies in the logs, read as naively as possible. */
final class FailWorld {
  private final Rig rig;

  /** One message where it lies. */
  record Seen(
      FailMessage.Place place,
      StoredMessage message,
      DeliveryHistory history,
      MessageAttributes attributes) {}

  FailWorld(Rig rig) {
    this.rig = rig;
  }

  /** All messages of all queues by their number; each must be in one place. */
  Map<Integer, Seen> look(List<FailQueue> queues) {
    Map<Integer, Seen> seen = new HashMap<>();
    for (FailQueue each : queues) {
      Queue queue = rig.body.nodes().queue(each.name);
      check(queue != null, each.name + " is gone");
      for (LogCursor cursor : queue.subscription.cursors()) {
        add(seen, cursor.log.id, FailMessage.Place.QUEUE);
      }
      add(seen, queue.deadLetters.log.id, FailMessage.Place.DEAD);
      byte[] delayed = rig.store.view().definitions().get(Delayed.key(queue.id()));
      if (delayed != null) {
        add(seen, java.nio.ByteBuffer.wrap(delayed).getInt(), FailMessage.Place.DELAYED);
      }
    }
    return seen;
  }

  private void add(Map<Integer, Seen> seen, int logId, FailMessage.Place place) {
    StoreView.LogView log = rig.store.view().log(logId);
    StoreView.CursorView cursor = log.cursor(Queue.CURSOR);
    long next = cursor.nextUnacknowledged(0);
    while (next < log.nextSequence()) {
      ChunkInfo chunk = log.chunkAtOrAfter(next);
      for (StoredMessage message : read(logId, chunk)) {
        if (!cursor.acknowledged(message.sequence())) {
          int id = SimModel.id(message.body());
          Seen before =
              seen.put(
                  id,
                  new Seen(
                      place,
                      message,
                      cursor.history(message.sequence()),
                      MessageAttributes.decode(message.attributes())));
          check(before == null, "message " + id + " is in two places");
        }
      }
      next = cursor.nextUnacknowledged(chunk.endSequence());
    }
  }

  private List<StoredMessage> read(int logId, ChunkInfo chunk) {
    try {
      return rig.store.read(logId, chunk);
    } catch (StoreException e) {
      throw new AssertionError("log " + logId + " cannot be read", e);
    }
  }
}
