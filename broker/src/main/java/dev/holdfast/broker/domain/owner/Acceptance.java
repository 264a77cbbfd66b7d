package dev.holdfast.broker.domain.owner;

import dev.holdfast.broker.domain.IncomingMessage;
import dev.holdfast.broker.domain.NodeError;
import dev.holdfast.broker.domain.Peer;
import org.jspecify.annotations.Nullable;

/** How a message that its node takes gets into the batch, on its own or in a transaction. */
final class Acceptance {
  private final StagedBatch batch;
  private final StoreGate gate;
  private final IdempotencyCheck keys;
  private final Delays delays;

  Acceptance(StagedBatch batch, StoreGate gate, IdempotencyCheck keys, Delays delays) {
    this.batch = batch;
    this.gate = gate;
    this.keys = keys;
    this.delays = delays;
  }

  /** What is known of the message's idempotency key; null: it has none, or it is new. */
  IdempotencyCheck.@Nullable Known known(Node node, IncomingMessage message) {
    String key = IdempotencyCheck.key(node, message.marks());
    return key == null ? null : keys.find(node.id(), key, message, node.idempotency().windowMs());
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
