package dev.holdfast.broker.amqp;

import io.vertx.core.streams.ReadStream;

/** What one connection holds in memory of messages on their way in. Event-loop thread. */
final class Budget {

  private final Registry registry;
  private final ReadStream<?> input;
  private final AmqpLimits.Bytes limits;
  private final int maxFrameBytes;
  private PrincipalUse use = PrincipalUse.nobodys();
  private long unansweredBytes;
  private long unfinishedBytes;
  private long partBytes;
  private long uploadBytes;
  private boolean inputWaits;
  private int awaitedAnswers;
  private boolean closed;

  Budget(Registry registry, AmqpLimits limits, ReadStream<?> input) {
    this.input = input;
    this.registry = registry;
    this.limits = limits.perConnection().bytes();
    this.maxFrameBytes = limits.maxFrameBytes();
  }

  /** From now on it counts as this principal's. */
  void of(PrincipalUse principal) {
    use = principal;
  }

  /** Bytes handed to the domain, or given back when negative. */
  void held(long bytes) {
    if (!closed) {
      unansweredBytes += bytes;
      registry.hold(bytes);
      use.held(bytes);
    }
  }

  /** A part of a large message went to the domain: the socket waits when that is enough. */
  void partHanded(int bytes) {
    held(bytes);
    partBytes += bytes;
    if (!inputWaits && (partBytes >= limits.parts() || !registry.mayHoldMore())) {
      inputWaits = true;
      input.pause();
    }
  }

  /** A part has left the memory. */
  void partStored(int bytes) {
    held(-bytes);
    partBytes -= bytes;
    boolean goOn = partBytes == 0 || (partBytes <= limits.parts() / 2 && registry.mayHoldMore());
    if (inputWaits && goOn && !closed) {
      inputWaits = false;
      input.resume();
    }
  }

  /** Whether the socket is not read until parts are stored: the peer cannot be heard. */
  boolean inputWaits() {
    return inputWaits;
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

  /**
   * Bytes of large messages that went to the store and are not all there; false when they are too
   * many, here or over all connections: they would fill the disk and belong to nobody.
   */
  boolean uploading(long bytes) {
    if (closed) {
      return false;
    }
    uploadBytes += bytes;
    boolean others = registry.uploading(bytes) <= limits.allUploads();
    return others && uploadBytes <= limits.uploads();
  }

  /** Transfers that each of so many sessions may be allowed to send, if all were of full size. */
  int transfersAffordable(int sessions) {
    long allowed = use.framesAffordable(maxFrameBytes);
    if (!registry.mayHoldMore() || allowed == 0) {
      return 0;
    }
    long frames = (limits.unanswered() - unansweredBytes) / maxFrameBytes / Math.max(1, sessions);
    return (int) Math.max(unansweredBytes == 0 ? 1 : 0, Math.min(frames, allowed));
  }

  /** The connection is gone: what it held is the domain's alone now. */
  void close() {
    if (!closed) {
      registry.hold(-unansweredBytes);
      use.held(-unansweredBytes);
      registry.unfinished(-unfinishedBytes);
      registry.uploading(-uploadBytes);
      closed = true;
    }
  }
}
