package dev.holdfast.broker.amqp;

/** What one connection holds in memory of messages on their way in. Event-loop thread. */
final class Budget {

  private final Registry registry;
  private final AmqpLimits.Bytes limits;
  private final int maxFrameBytes;
  private long unansweredBytes;
  private long unfinishedBytes;
  private int awaitedAnswers;
  private boolean closed;

  Budget(Registry registry, AmqpLimits limits) {
    this.registry = registry;
    this.limits = limits.perConnection().bytes();
    this.maxFrameBytes = limits.maxFrameBytes();
  }

  /** Bytes handed to the domain, or given back when negative. */
  void held(long bytes) {
    if (!closed) {
      unansweredBytes += bytes;
      registry.hold(bytes);
    }
  }

  void awaitsAnswer() {
    awaitedAnswers++;
  }

  void answered(long bytes) {
    awaitedAnswers--;
    held(-bytes);
  }

  int awaitedAnswers() {
    return awaitedAnswers;
  }

  /**
   * Bytes of deliveries that have begun and not ended; false when they are too many, here or over
   * all connections: a few peers could fill the heap between them.
   */
  boolean unfinished(long bytes) {
    if (closed) {
      return false;
    }
    unfinishedBytes += bytes;
    boolean others = registry.unfinished(bytes);
    return others && unfinishedBytes <= limits.unfinished();
  }

  /** Transfers that each of so many sessions may be allowed to send, if all were of full size. */
  int transfersAffordable(int sessions) {
    if (!registry.mayHoldMore()) {
      return 0;
    }
    long frames = (limits.unanswered() - unansweredBytes) / maxFrameBytes / Math.max(1, sessions);
    return (int) Math.max(unansweredBytes == 0 ? 1 : 0, frames);
  }

  /** The connection is gone: what it held is the domain's alone now. */
  void close() {
    if (!closed) {
      registry.hold(-unansweredBytes);
      registry.unfinished(-unfinishedBytes);
      closed = true;
    }
  }
}
