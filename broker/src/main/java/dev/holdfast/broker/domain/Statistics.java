package dev.holdfast.broker.domain;

import dev.holdfast.deadletter.DeadLetterReason;
import java.util.List;
import java.util.Map;

/**
 * What the domain has done since it started, and what it holds now.
 *
 * @param atMs when this was so, epoch milliseconds
 * @param messages that went through
 * @param commits to the store
 * @param nodes those with the most messages, and what the others hold together
 * @param totals how many nodes there are of each kind
 * @param tasks how many there are in each state
 * @param keys idempotency keys that are remembered
 * @param stuck nodes from which nothing has been taken for long although they hold messages
 */
public record Statistics(
    long atMs,
    Messages messages,
    Commits commits,
    List<NodeCount> nodes,
    Map<NodeCount.Kind, Long> totals,
    Map<String, Long> tasks,
    long keys,
    List<StuckNode> stuck) {

  /**
   * Messages since the start.
   *
   * @param received stored, duplicates not among them
   * @param receivedBytes their size
   * @param duplicates whose idempotency key was known, and which were not stored again
   * @param refused by the reason
   * @param delivered handed to consumers, each time
   * @param deliveredBytes their size
   * @param settled by what consumers said, or what was assumed when they went
   * @param deadLettered by the reason
   * @param expired dead-lettered or dropped because their time was over
   */
  public record Messages(
      long received,
      long receivedBytes,
      long duplicates,
      Map<NodeError.Code, Long> refused,
      long delivered,
      long deliveredBytes,
      Map<String, Long> settled,
      Map<DeadLetterReason, Long> deadLettered,
      long expired) {}

  /**
   * Commits since the start.
   *
   * @param synced with a sync
   * @param written without one
   * @param syncs of the write-ahead log
   * @param failed that could not be written at the first attempt
   * @param slow that took longer than the operator allows
   * @param slowAtMs when the last of those was, epoch milliseconds; 0: none was
   * @param times how long they took
   */
  public record Commits(
      long synced, long written, long syncs, long failed, long slow, long slowAtMs, Times times) {}

  /**
   * A histogram.
   *
   * @param bounds upper ones, in seconds, ascending
   * @param counts of each, and of what lies above
   * @param seconds in sum
   */
  @SuppressWarnings("ArrayRecordComponent")
  public record Times(double[] bounds, long[] counts, double seconds) {}

  /**
   * A node that is stuck.
   *
   * @param name its address
   * @param kind of it
   * @param messages it holds
   * @param consumers attached
   * @param sinceMs when something was taken from it last, or it was first seen to hold something
   */
  public record StuckNode(
      String name, NodeCount.Kind kind, long messages, int consumers, long sinceMs) {}
}
