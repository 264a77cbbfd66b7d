package dev.holdfast.broker.domain.owner;

import dev.holdfast.broker.domain.NodeError;
import dev.holdfast.storage.MessageStore;
import dev.holdfast.storage.StoreHealth;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Whether publishes may be taken: what the store said last, and what an operator holds back. Heals
 * by itself when the store says yes.
 */
final class StoreGate {
  private static final Logger LOG = LoggerFactory.getLogger(StoreGate.class);

  private final MessageStore store;
  private final long pollMs;
  private final Maintenance maintenance;
  private @Nullable NodeError refusal;
  private long askedMs = Long.MIN_VALUE;

  StoreGate(MessageStore store, long pollMs, Maintenance maintenance) {
    this.store = store;
    this.maintenance = maintenance;
    this.pollMs = pollMs;
  }

  /** Null: publishes are taken. */
  @Nullable NodeError refusal() {
    return refusal == null ? maintenance.refusal() : refusal;
  }

  /** Asks the store when it is time to. */
  void poll(long nowMs) {
    if (nowMs < askedMs || nowMs - pollMs >= askedMs) {
      ask(nowMs);
    }
  }

  private void ask(long nowMs) {
    askedMs = nowMs;
    StoreHealth health = store.health();
    boolean was = refusal == null;
    if (health.publishable()) {
      refusal = null;
      if (!was) {
        LOG.info("the store takes messages again; {} bytes free", health.freeBytes());
      }
    } else if (was) {
      LOG.warn("publishes are refused: {}", health.reason());
      close();
    }
  }

  /** A commit ran out of space: closed at once, until the store says otherwise. */
  void close() {
    refusal =
        new NodeError(
            NodeError.Code.RESOURCE_LIMIT_EXCEEDED,
            "the broker has no room to store messages; consume some or free disk space,"
                + " then send again");
  }

  /** When to look again although nothing happens; {@code Long.MAX_VALUE} not at all. */
  long wakeUpMs() {
    return refusal == null ? Long.MAX_VALUE : askedMs + pollMs;
  }
}
