package dev.holdfast.broker.domain.owner;

import dev.holdfast.acl.Principal;
import java.util.function.ToIntFunction;

/**
 * Sizes and times of the owner loop.
 *
 * @param maxBatchCommands commands that one commit may cover
 * @param maxBatchBytes body bytes after which a batch is closed
 * @param maxMessageBytes largest message any node may be allowed to take
 * @param queueWindowBytes bodies of waiting messages that one queue keeps in memory
 * @param totalWindowBytes the same for all queues together
 * @param inFlightBytes bodies of messages out at consumers that stay in memory once sent
 * @param readAheadBytes what one read of a backlog brings in
 * @param syncDelayMs how long acknowledgements may wait for an fsync when nothing else needs one
 * @param healthPollMs how often the store is asked whether it takes publishes
 * @param maxKeyBytes what idempotency keys may take on disk
 * @param commitAttempts tries to write what must not be refused before the broker gives up
 * @param transactions what transactions may hold
 * @param temporaryNodes how many a principal may have
 * @param warnings when operators are warned
 */
public record DomainSettings(
    int maxBatchCommands,
    long maxBatchBytes,
    long maxMessageBytes,
    long queueWindowBytes,
    long totalWindowBytes,
    long inFlightBytes,
    long readAheadBytes,
    long syncDelayMs,
    long healthPollMs,
    long maxKeyBytes,
    int commitAttempts,
    TransactionLimits transactions,
    ToIntFunction<Principal> temporaryNodes,
    Warnings warnings) {

  private static final long MIB = 1 << 20;

  /**
   * When operators are warned.
   *
   * @param slowCommitMs a commit that takes longer is slow
   * @param stuckMs a node that holds messages, and from which nothing is taken for this long, is
   *     stuck; 0: none ever is
   */
  public record Warnings(long slowCommitMs, long stuckMs) {
    static Warnings defaults() {
      return new Warnings(1_000, 600_000);
    }
  }

  /** What a broker on one host with a heap of 256 MB uses. */
  public static DomainSettings defaults() {
    return new DomainSettings(
        1_024,
        8 * MIB,
        16 * MIB,
        16 * MIB,
        48 * MIB,
        32 * MIB,
        MIB,
        5,
        250,
        1_024 * MIB,
        40,
        TransactionLimits.defaults());
  }

  /** With as many temporary nodes as anybody wants. */
  DomainSettings(
      int maxBatchCommands,
      long maxBatchBytes,
      long maxMessageBytes,
      long queueWindowBytes,
      long totalWindowBytes,
      long inFlightBytes,
      long readAheadBytes,
      long syncDelayMs,
      long healthPollMs,
      long maxKeyBytes,
      int commitAttempts,
      TransactionLimits transactions) {
    this(
        maxBatchCommands,
        maxBatchBytes,
        maxMessageBytes,
        queueWindowBytes,
        totalWindowBytes,
        inFlightBytes,
        readAheadBytes,
        syncDelayMs,
        healthPollMs,
        maxKeyBytes,
        commitAttempts,
        transactions,
        who -> Integer.MAX_VALUE,
        Warnings.defaults());
  }

  /** The same with a limit for temporary nodes. */
  public DomainSettings withTemporaryNodes(ToIntFunction<Principal> limit) {
    return new DomainSettings(
        maxBatchCommands,
        maxBatchBytes,
        maxMessageBytes,
        queueWindowBytes,
        totalWindowBytes,
        inFlightBytes,
        readAheadBytes,
        syncDelayMs,
        healthPollMs,
        maxKeyBytes,
        commitAttempts,
        transactions,
        limit,
        warnings);
  }

  /** The same with another limit for messages. */
  public DomainSettings withMaxMessageBytes(long bytes) {
    return new DomainSettings(
        maxBatchCommands,
        maxBatchBytes,
        bytes,
        queueWindowBytes,
        totalWindowBytes,
        inFlightBytes,
        readAheadBytes,
        syncDelayMs,
        healthPollMs,
        maxKeyBytes,
        commitAttempts,
        transactions,
        temporaryNodes,
        warnings);
  }

  /** The same with another limit for idempotency keys. */
  public DomainSettings withMaxKeyBytes(long bytes) {
    return new DomainSettings(
        maxBatchCommands,
        maxBatchBytes,
        maxMessageBytes,
        queueWindowBytes,
        totalWindowBytes,
        inFlightBytes,
        readAheadBytes,
        syncDelayMs,
        healthPollMs,
        bytes,
        commitAttempts,
        transactions,
        temporaryNodes,
        warnings);
  }

  /** The same with other limits for transactions. */
  public DomainSettings withTransactions(TransactionLimits limits) {
    return new DomainSettings(
        maxBatchCommands,
        maxBatchBytes,
        maxMessageBytes,
        queueWindowBytes,
        totalWindowBytes,
        inFlightBytes,
        readAheadBytes,
        syncDelayMs,
        healthPollMs,
        maxKeyBytes,
        commitAttempts,
        limits,
        temporaryNodes,
        warnings);
  }

  /** The same with warnings at other times. */
  public DomainSettings withWarnings(Warnings other) {
    return new DomainSettings(
        maxBatchCommands,
        maxBatchBytes,
        maxMessageBytes,
        queueWindowBytes,
        totalWindowBytes,
        inFlightBytes,
        readAheadBytes,
        syncDelayMs,
        healthPollMs,
        maxKeyBytes,
        commitAttempts,
        transactions,
        temporaryNodes,
        other);
  }
}
