package dev.holdfast.broker.domain.owner;

/**
 * A change of nodes or subscriptions, by management or by a link. Runs in a batch of its own, so
 * that it sees nothing half done, and what came after it sees it done.
 */
interface NodeChange extends Runnable {

  /**
   * Decides and stages. May be called again after a failed commit, when the store may or may not
   * have the first attempt.
   *
   * @return false when it was refused and whoever asked has been told
   */
  boolean stage(StagedBatch batch);

  /** Whether the commit has to be synced before {@link #committed()}. */
  default boolean synced() {
    return true;
  }

  /** The batch is committed: change what is in memory and tell who asked. */
  void committed();

  @Override
  default void run() {
    throw new IllegalStateException("a change of nodes is staged, not run");
  }
}
