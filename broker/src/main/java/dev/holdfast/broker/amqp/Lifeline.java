package dev.holdfast.broker.amqp;

/**
 * The clock of one connection, in ticks: deadlines of the handshake and the close, silence both
 * ways, and how many control frames come without anything getting done. Event-loop thread.
 */
final class Lifeline {

  /** What a tick found. */
  enum Verdict {
    /** Nothing. */
    FINE,
    /** The deadline of the current phase is over. */
    DEADLINE,
    /** The peer has been silent for too long. */
    PEER_SILENT,
    /** Too many control frames. */
    FLOOD,
    /** The peer has to be given a sign of life. */
    SAY_SOMETHING
  }

  private static final int NEVER = -1;

  private final int idleTicks;
  private final int controlFramesPerSecond;
  private int deadline = NEVER;
  private boolean watchesSilence;
  private int peerSilent;
  private int ownSilent;
  private int signOfLifeEvery = NEVER;
  private int controlFrames;
  private int progress;
  private int second;

  Lifeline(AmqpLimits limits) {
    this.idleTicks = Ticks.of(limits.idleTimeOutMs());
    this.controlFramesPerSecond = limits.perConnection().controlFramesPerSecond();
  }

  void deadline(long millis) {
    deadline = Ticks.of(millis) + 1;
  }

  void noDeadline() {
    deadline = NEVER;
  }

  /** Open came: from now on both sides have to be heard of. */
  void opened(long peerIdleTimeOutMs) {
    noDeadline();
    watchesSilence = true;
    if (peerIdleTimeOutMs > 0) {
      signOfLifeEvery = (int) Math.max(1, peerIdleTimeOutMs / 2 / Ticks.PERIOD_MS - 1);
    }
  }

  /** Something came in. */
  void heard() {
    peerSilent = 0;
  }

  void controlFrame() {
    controlFrames++;
  }

  /** Messages moved: flows that go with them are no flood. */
  void progress() {
    progress++;
  }

  /** Whether the control frames of this second are too many, at once and not only at its end. */
  boolean isFlooded() {
    return controlFrames > controlFramesPerSecond + progress;
  }

  /**
   * One tick has passed.
   *
   * @param waitsForUs the peer waits for the broker, so its deadline stands still
   * @param wrote whether anything was written since the last tick
   */
  Verdict tick(boolean waitsForUs, boolean wrote) {
    if (++second >= Ticks.PER_SECOND) {
      second = 0;
      controlFrames = 0;
      progress = 0;
    }
    if (deadline > 0 && !waitsForUs && --deadline == 0) {
      return Verdict.DEADLINE;
    }
    if (watchesSilence && ++peerSilent > idleTicks) {
      peerSilent = 0;
      return Verdict.PEER_SILENT;
    }
    ownSilent = wrote ? 0 : ownSilent + 1;
    if (signOfLifeEvery > 0 && ownSilent >= signOfLifeEvery) {
      ownSilent = 0;
      return Verdict.SAY_SOMETHING;
    }
    return Verdict.FINE;
  }
}
