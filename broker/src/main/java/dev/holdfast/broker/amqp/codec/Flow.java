package dev.holdfast.broker.amqp.codec;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

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

  /** Asks for messages within a transaction (part 4 §4.4.3). */
  public boolean acquires;

  private static final byte[] TXN_ID = "txn-id".getBytes(StandardCharsets.US_ASCII);

  private final FieldReader fields;
  private final FrameGuard guard;

  /** Makes one. */
  public Flow(FrameGuard guard) {
    this.fields = new FieldReader(guard);
    this.guard = guard;
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
    int properties = fields.skipAt();
    fields.close();
    Types.check(end == to);
    acquires = properties >= 0 && namesTransaction(b, properties, end);
  }

  private boolean namesTransaction(byte[] b, int map, int limit) {
    int code = b[map] & 0xFF;
    Types.check(code == 0xC1 || code == 0xD1);
    int end = guard.skip(b, map, limit);
    int p = EncodedMap.firstEntry(b, map);
    while (p < end) {
      int value = guard.skip(b, p, end);
      int text = EncodedMap.textFrom(b, p);
      if (text >= 0 && Arrays.equals(b, text, value, TXN_ID, 0, TXN_ID.length)) {
        return true;
      }
      p = guard.skip(b, value, end);
    }
    return false;
  }
}
