package dev.holdfast.broker.domain.owner;

import dev.holdfast.broker.domain.IncomingMessage;
import dev.holdfast.broker.domain.NodeError;
import dev.holdfast.broker.domain.Peer;
import dev.holdfast.broker.domain.QueueDefinition.Overflow;
import dev.holdfast.storage.MessageStore;
import dev.holdfast.storage.StoreView;
import org.jspecify.annotations.Nullable;

/** How a message that its node takes gets into the batch, on its own or in a transaction. */
final class Acceptance {
  private final StagedBatch batch;
  private final StoreGate gate;
  private final IdempotencyCheck keys;
  private final Delays delays;
  private final Trimmer trimmer;
  private final MessageStore store;

  Acceptance(
      MessageStore store,
      StagedBatch batch,
      StoreGate gate,
      IdempotencyCheck keys,
      Timekeeper time) {
    this.store = store;
    this.batch = batch;
    this.gate = gate;
    this.keys = keys;
    this.delays = time.delays();
    this.trimmer = time.trimmer();
  }

  /**
   * Why the node is too full for a message; null when it is not.
   *
   * @param ahead bytes of messages that will be staged before it
   */
  @Nullable NodeError full(Node node, IncomingMessage message, Room.Ahead ahead) {
    Room room = Room.of(node);
    long bytes = message.bytes();
    if (room == null || room.fits(store.view(), bytes, ahead)) {
      return null;
    }
    if (room.overflow() == Overflow.REJECT || room.overflow() == Overflow.BLOCK) {
      return room.full();
    }
    trimmer.note(room.queue());
    return room.fitsForNow(store.view(), bytes, ahead) ? null : room.full();
  }

  /** What is known of the message's idempotency key; null: it has none, or it is new. */
  IdempotencyCheck.@Nullable Known known(Node node, IncomingMessage message) {
    String key = IdempotencyCheck.key(node, message.marks());
    return key == null ? null : keys.find(node.id(), key, message, node.idempotency().windowMs());
  }

  /** What is committed. */
  StoreView view() {
    return store.view();
  }

  /** What goes through. */
  Traffic traffic() {
    return batch.traffic();
  }

  /** Why nothing is stored at the moment; null: it is. */
  @Nullable NodeError closed() {
    return gate.refusal();
  }

  /**
   * Stages a message that is not {@link #known}.
   *
   * @return the sequence it gets, among those that wait when it has to wait; 0 when there is nobody
   *     to keep it for
   */
  long stage(Node node, IncomingMessage message, Peer from) {
    batch.counts().received(message.bytes());
    long momentMs = Delays.moment(message, batch.nowMs());
    long sequence =
        momentMs == 0
            ? node.stagePublish(batch, message, from)
            : delays.stage(node, message, from, momentMs);
    String key = IdempotencyCheck.key(node, message.marks());
    if (key != null) {
      keys.remember(node.id(), key, message, sequence, node.idempotency().windowMs());
    }
    return sequence;
  }
}
