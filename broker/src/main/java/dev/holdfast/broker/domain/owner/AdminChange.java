package dev.holdfast.broker.domain.owner;

/**
 * A change of nodes by management. Runs in a batch of its own, so that it sees nothing half done.
 */
interface AdminChange extends Runnable {

  /**
   * Decides and stages. May be called again after a failed commit, when the store may or may not
   * have the first attempt.
   *
   * @return false when it was refused and its stage completed
   */
  boolean stage(StagedBatch batch);

  /** The batch is committed: change what is in memory and complete. */
  void committed();

  @Override
  default void run() {
    throw new IllegalStateException("an admin change is staged, not run");
  }
}
