package dev.holdfast.broker.amqp.codec;

/** The fields of one disposition (part 2 §2.7.6); reused, valid until the next frame. */
public final class Disposition {
  /** Kinds of delivery states (part 3 §3.4). */
  public enum State {
    /** None given. */
    NONE,
    /** Received: not an outcome. */
    RECEIVED,
    /** Accepted. */
    ACCEPTED,
    /** Rejected. */
    REJECTED,
    /** Released. */
    RELEASED,
    /** Modified. */
    MODIFIED,
    /** Transactional-state: an outcome in a transaction. */
    TRANSACTIONAL,
    /** Something else. */
    OTHER
  }

  /** True: the peer is the receiver of the deliveries. */
  public boolean fromReceiver;

  /** First delivery-id. */
  public int first;

  /** Last delivery-id. */
  public int last;

  /** Whether the peer has settled. */
  public boolean settled;

  /** The state. */
  public State state = State.NONE;

  /** Where the state's list starts, when there is a state. */
  public int stateFrom;

  /** Where it ends. */
  public int stateTo;

  private final FieldReader fields;
  private final FrameGuard guard;

  /** Makes one. */
  public Disposition(FrameGuard guard) {
    this.guard = guard;
    this.fields = new FieldReader(guard);
  }

  /** Reads the disposition at {@code from}. */
  public void read(byte[] b, int from, int to) {
    int end = fields.open(b, FieldReader.described(b, from, to), to);
    int role = fields.tristate();
    if (role < 0) {
      throw new FaultException(Fault.FIELD_MISSING);
    }
    fromReceiver = role == 1;
    first = (int) fields.mandatoryUint();
    long lastOrNull = fields.uint();
    last = lastOrNull < 0 ? first : (int) lastOrNull;
    settled = fields.bool();
    int at = fields.skipAt();
    fields.bool();
    fields.close();
    Types.check(end == to);
    state = State.NONE;
    if (at >= 0) {
      state = kind(b, at, to);
      stateFrom = at;
      stateTo = guard.skip(b, at, to);
    }
  }

  private static State kind(byte[] b, int at, int to) {
    return switch (FieldReader.descriptor(b, at, to)) {
      case 0x23 -> State.RECEIVED;
      case 0x24 -> State.ACCEPTED;
      case 0x25 -> State.REJECTED;
      case 0x26 -> State.RELEASED;
      case 0x27 -> State.MODIFIED;
      case 0x34 -> State.TRANSACTIONAL;
      default -> State.OTHER;
    };
  }
}
