package dev.holdfast.broker.domain.owner;

import org.jspecify.annotations.Nullable;

/** Messages with the same group-id: one consumer has them, one after the other. Owner thread. */
final class MessageGroup {
  final String id;

  /** Whose it is, also while it leaves; null: of the first that asks. */
  @Nullable ConsumerTarget holder;

  /** Its messages at the holder. */
  int out;

  /** Those that wait for their moment, and all behind them with them. */
  int waiting;

  /** Those that were set aside, because the group was not for who asked. */
  int aside;

  MessageGroup(String id) {
    this.id = id;
  }

  /** Whether this consumer may have the next message. */
  boolean admits(ConsumerTarget consumer) {
    return waiting == 0 && (holder == null || holder == consumer);
  }

  /** Whether nobody may have the next message now. */
  boolean isBlocked() {
    return waiting > 0 || (holder != null && holder.closed);
  }

  boolean isIdle() {
    return out == 0 && waiting == 0 && aside == 0;
  }
}
