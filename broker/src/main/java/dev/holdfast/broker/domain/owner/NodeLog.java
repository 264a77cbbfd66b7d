package dev.holdfast.broker.domain.owner;

import dev.holdfast.broker.domain.IncomingMessage;
import dev.holdfast.storage.StoreView;
import dev.holdfast.storage.StoredMessage;
import java.util.ArrayList;
import java.util.List;

/**
 * One durable log: what the batch under way appends to it, and the cursors that read it.
 *
 * <p>What is committed lies in the store; only {@link #nextSequence} runs ahead of it.
 */
final class NodeLog {
  final int id;

  /** What the next append of the batch under way gets. */
  long nextSequence = 1;

  private final List<LogCursor> cursors = new ArrayList<>(1);
  private final List<StoredMessage> appended = new ArrayList<>(0);
  private long published;

  NodeLog(int id) {
    this.id = id;
  }

  void add(LogCursor cursor) {
    cursors.add(cursor);
  }

  /** Stages a publish; its sequence. */
  long stagePublish(StagedBatch batch, IncomingMessage message) {
    long sequence = nextSequence;
    long now = batch.nowMs();
    long ttl = message.ttlMs();
    byte flags = message.durable() ? StoredMessage.DURABLE : 0;
    long expiry = message.expiryMs();
    if (ttl >= 0) {
      flags |= StoredMessage.HAS_TTL;
      expiry = expiry == 0 ? now + ttl : expiry;
    }
    batch.append(
        this,
        new StoredMessage(
            sequence,
            flags,
            message.priority(),
            now,
            expiry,
            // AMQP's ttl is an unsigned 32-bit number: kept as its bits.
            (int) ttl,
            message.messageFormat(),
            StoredMessage.NO_ATTRIBUTES,
            message.body()));
    return sequence;
  }

  /** Notes a staged append; true when it is the batch's first for this log. */
  boolean append(StoredMessage message) {
    nextSequence = message.sequence() + 1;
    appended.add(message);
    return appended.size() == 1;
  }

  List<StoredMessage> stagedAppends() {
    return appended;
  }

  /** The batch is committed: every cursor has more to read. */
  void appendsCommitted(DirtySubscriptions dirty) {
    for (int i = 0; i < cursors.size(); i++) {
      LogCursor cursor = cursors.get(i);
      cursor.appended(appended);
      dirty.add(cursor.subscription);
    }
    published += appended.size();
    appended.clear();
  }

  /** Takes positions from the store, at the start and after a failed commit. */
  void rebuild(StoreView view) {
    StoreView.LogView log = view.log(id);
    if (log == null) {
      throw new IllegalStateException("log " + id + " is defined but missing");
    }
    appended.clear();
    nextSequence = log.nextSequence();
    for (int i = 0; i < cursors.size(); i++) {
      cursors.get(i).rebuild(log);
    }
  }

  /** Messages taken since the broker started. */
  long published() {
    return published;
  }
}
