package dev.holdfast.broker.amqp.codec;

/** The fields of one transfer (part 2 §2.7.5); reused, valid until the next frame. */
public final class Transfer {
  /** Link handle. */
  public long handle;

  /** Delivery-id, -1 absent. */
  public long deliveryId;

  /** Bytes of the delivery-tag, -1 absent. */
  public int tagBytes;

  /** Message-format, 0 when absent. */
  public int messageFormat;

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
    messageFormat = (int) Math.max(0, fields.uint());
    settled = fields.tristate();
    more = fields.bool();
    fields.ubyte();
    fields.skip();
    fields.bool();
    aborted = fields.bool();
    fields.bool();
    fields.close();
  }
}
