package dev.holdfast.broker.amqp.codec;

/** The fields of one transfer (part 2 §2.7.5); reused, valid until the next frame. */
public final class Transfer {
  private static final int TRANSACTIONAL_STATE = 0x34;

  /** Link handle. */
  public long handle;

  /** Delivery-id, -1 absent. */
  public long deliveryId;

  /** Bytes of the delivery-tag, -1 absent. */
  public int tagBytes;

  /** Where the delivery-tag starts, when there is one. */
  public int tagFrom;

  /** Message-format, -1 absent. */
  public long messageFormat;

  /** Where the delivery state starts, -1: there is none. */
  public int stateFrom;

  /** Where it ends. */
  public int stateTo;

  /** 1 settled, 0 not, -1 not said. */
  public int settled;

  /** More transfers of this delivery follow. */
  public boolean more;

  /** The delivery is given up. */
  public boolean aborted;

  /** Where the payload starts in the frame. */
  public int payloadFrom;

  private final FieldReader fields;

  /** Makes one. */
  public Transfer(FrameGuard guard) {
    this.fields = new FieldReader(guard);
  }

  /** Reads the transfer at {@code from}. */
  public void read(byte[] b, int from, int to) {
    payloadFrom = fields.open(b, FieldReader.described(b, from, to), to);
    handle = fields.mandatoryUint();
    deliveryId = fields.uint();
    tagBytes = fields.range(0) ? fields.binaryTo - fields.binaryFrom : -1;
    tagFrom = fields.binaryFrom;
    messageFormat = fields.uint();
    settled = fields.tristate();
    more = fields.bool();
    fields.ubyte();
    stateFrom = fields.skipAt();
    stateTo = stateFrom < 0 ? -1 : Types.end(b, stateFrom);
    fields.bool();
    aborted = fields.bool();
    fields.bool();
    fields.close();
  }

  /** Whether the delivery state is one of a transaction (part 4 §4.5.8). */
  public boolean isTransactional(byte[] b) {
    return stateFrom >= 0
        && b[stateFrom] == 0
        && FieldReader.descriptor(b, stateFrom, stateTo) == TRANSACTIONAL_STATE;
  }
}
