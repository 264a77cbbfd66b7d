package dev.holdfast.broker.domain.owner;

import dev.holdfast.broker.domain.NodeError;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Work of one connection that is done as a whole or not at all (AMQP 1.0 part 4). It is held here
 * until the transaction is discharged; nothing of it is in a log, in a batch, or seen by anybody.
 */
final class Transaction {
  /** What one operation costs beside the message, in bytes. */
  private static final int OVERHEAD_BYTES = 128;

  final long id;
  final CoordinatorTarget coordinator;

  /** Why it can only be rolled back (and has been); null: it can be committed. */
  @Nullable NodeError failure;

  /** When the last work came, in epoch milliseconds. */
  long busyMs;

  private final List<TransactionWork> work = new ArrayList<>();
  private final Memory memory;
  private long bytes;

  /** What all transactions together take. */
  static final class Memory {
    private long bytes;

    long bytes() {
      return bytes;
    }
  }

  Transaction(long id, CoordinatorTarget coordinator, Memory memory) {
    this.id = id;
    this.coordinator = coordinator;
    this.memory = memory;
  }

  /** What it takes in memory to add this. */
  static long cost(long messageBytes) {
    return OVERHEAD_BYTES + messageBytes;
  }

  void add(TransactionWork operation) {
    work.add(operation);
  }

  /** Takes memory. */
  void hold(long cost) {
    bytes += cost;
    memory.bytes += cost;
  }

  /** In the order in which it came. */
  List<TransactionWork> work() {
    return work;
  }

  long bytes() {
    return bytes;
  }

  /** It is in the batch under way, or undone: it takes no more memory here. */
  void release() {
    memory.bytes -= bytes;
    bytes = 0;
  }

  void clear() {
    work.clear();
    release();
  }
}
