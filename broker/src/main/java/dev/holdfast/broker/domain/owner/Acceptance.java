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

  Acceptance(StagedBatch batch, StoreGate gate, IdempotencyCheck keys) {
    this.batch = batch;
    this.gate = gate;
    this.keys = keys;
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
   * @return the sequence it gets
   */
  long stage(Node node, IncomingMessage message, Peer from) {
    long sequence = node.stagePublish(batch, message, from);
    String key = IdempotencyCheck.key(node, message.marks());
    if (key != null) {
      keys.remember(node.id(), key, message, sequence, node.idempotency().windowMs());
    }
    return sequence;
  }
}
