package dev.holdfast.broker.domain.owner;

import dev.holdfast.broker.domain.NodeError;
import dev.holdfast.storage.StoreView;
import org.jspecify.annotations.Nullable;

/** A transaction on its way into the store. */
final class Discharge {
  private final Transaction transaction;
  private final CoordinatorTarget target;
  private final Object token;

  /** What has to be here before it can be staged. */
  private int waits;

  /** Why it is rolled back after all; null: it is not. */
  private @Nullable NodeError error;

  /** The first append, by which is told whether a commit that failed has reached the disk. */
  private int witnessLog;

  /** 0: it appends nothing. */
  private long witnessSequence;

  Discharge(Transaction transaction, CoordinatorTarget target, Object token) {
    this.transaction = transaction;
    this.target = target;
    this.token = token;
  }

  Transaction transaction() {
    return transaction;
  }

  void waits(int more) {
    waits += more;
  }

  /** One is here; whether that was the last. */
  boolean arrived() {
    return --waits == 0;
  }

  /** A message of it is staged. */
  void appended(int logId, long sequence) {
    if (witnessSequence == 0) {
      witnessLog = logId;
      witnessSequence = sequence;
    }
  }

  /**
   * Whether the commit that it was part of has taken place. One that appends nothing is not asked:
   * outcomes are written again until they are stored.
   *
   * @param view as recovered
   */
  boolean survived(StoreView view) {
    if (witnessSequence == 0) {
      return true;
    }
    StoreView.LogView log = view.log(witnessLog);
    return log != null && log.nextSequence() > witnessSequence;
  }

  void fail(NodeError why) {
    error = why;
  }

  /** Tells the controller. */
  void answer() {
    target.discharged(token, error);
  }
}
