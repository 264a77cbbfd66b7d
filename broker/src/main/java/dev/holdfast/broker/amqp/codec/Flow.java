package dev.holdfast.broker.amqp.codec;

/** The fields of one flow (part 2 §2.7.4); reused, valid until the next frame. */
public final class Flow {
  /** Next-incoming-id, -1 absent. */
  public long nextIncomingId;

  /** Incoming-window. */
  public long incomingWindow;

  /** Next-outgoing-id. */
  public long nextOutgoingId;

  /** Outgoing-window. */
  public long outgoingWindow;

  /** Link handle, -1: the session only. */
  public long handle;

  /** Delivery-count, -1 absent. */
  public long deliveryCount;

  /** Link-credit, -1 absent. */
  public long linkCredit;

  /** Messages the sender has, -1 absent. */
  public long available;

  /** Use up the credit. */
  public boolean drain;

  /** Answer with a flow. */
  public boolean echo;

  private final FieldReader fields;

  /** Makes one. */
  public Flow(FrameGuard guard) {
    this.fields = new FieldReader(guard);
  }

  /** Reads the flow at {@code from}. */
  public void read(byte[] b, int from, int to) {
    int end = fields.open(b, FieldReader.described(b, from, to), to);
    nextIncomingId = fields.uint();
    incomingWindow = fields.mandatoryUint();
    nextOutgoingId = fields.mandatoryUint();
    outgoingWindow = fields.mandatoryUint();
    handle = fields.uint();
    deliveryCount = fields.uint();
    linkCredit = fields.uint();
    available = fields.uint();
    drain = fields.bool();
    echo = fields.bool();
    fields.skip();
    fields.close();
    Types.check(end == to);
  }
}
