package dev.holdfast.broker.amqp.codec;

import io.netty.buffer.ByteBuf;

/**
 * Writes the hot frames into a buffer. The fixed part of a frame is put together in a small array
 * first: one bounds check for all of it. Event-loop thread.
 */
public final class FrameOutput {

  private static final byte NULL = 0x40;
  private static final byte TRUE = 0x41;
  private static final byte FALSE = 0x42;
  private static final int LIST = 11;

  /** The most that a transfer frame needs beside its payload, in bytes. */
  public static final int TRANSFER_OVERHEAD = 48;

  private final byte[] a = new byte[128];
  private int n;

  private void begin(int channel, int code) {
    a[4] = 2;
    a[5] = 0;
    a[6] = (byte) (channel >>> 8);
    a[7] = (byte) channel;
    a[8] = 0;
    a[9] = 0x53;
    a[10] = (byte) code;
    a[LIST] = (byte) 0xC0;
    n = LIST + 3;
  }

  private void finish(ByteBuf out, int fields, int payload) {
    a[LIST + 1] = (byte) (n - LIST - 2);
    a[LIST + 2] = (byte) fields;
    int32(0, n + payload);
    out.writeBytes(a, 0, n);
  }

  private void int32(int at, int value) {
    a[at] = (byte) (value >>> 24);
    a[at + 1] = (byte) (value >>> 16);
    a[at + 2] = (byte) (value >>> 8);
    a[at + 3] = (byte) value;
  }

  private void uint(int value) {
    if (value == 0) {
      a[n++] = 0x43;
    } else if (value > 0 && value <= 0xFF) {
      a[n++] = 0x52;
      a[n++] = (byte) value;
    } else {
      a[n++] = 0x70;
      int32(n, value);
      n += 4;
    }
  }

  private void bool(boolean value) {
    a[n++] = value ? TRUE : FALSE;
  }

  /**
   * The first transfer of a delivery, without its payload, which the caller writes next. The
   * delivery-id serves as tag too.
   */
  public void transfer(ByteBuf out, TransferHead head, boolean more, int payload) {
    begin(head.channel(), 0x14);
    uint(head.handle());
    uint(head.deliveryId());
    a[n++] = (byte) 0xA0;
    a[n++] = 4;
    int32(n, head.deliveryId());
    n += 4;
    uint(head.messageFormat());
    bool(head.settled());
    int fields = 5;
    if (more) {
      bool(true);
      fields = 6;
    }
    finish(out, fields, payload);
  }

  /** A later transfer of the same delivery. */
  public void continuation(ByteBuf out, TransferHead head, boolean more, int payload) {
    begin(head.channel(), 0x14);
    uint(head.handle());
    uint(head.deliveryId());
    a[n++] = NULL;
    a[n++] = NULL;
    bool(head.settled());
    bool(more);
    finish(out, 6, payload);
  }

  /** The last transfer of a delivery that is given up (part 2 §2.7.5): no payload, no outcome. */
  public void aborted(ByteBuf out, TransferHead head) {
    begin(head.channel(), 0x14);
    uint(head.handle());
    uint(head.deliveryId());
    a[n++] = NULL;
    a[n++] = NULL;
    bool(head.settled());
    bool(false);
    a[n++] = NULL;
    a[n++] = NULL;
    a[n++] = NULL;
    bool(true);
    finish(out, 10, 0);
  }

  /** Session state in a flow. */
  private void session(SessionState s, int channel) {
    begin(channel, 0x13);
    uint(s.nextIncomingId());
    uint(s.incomingWindow());
    uint(s.nextOutgoingId());
    uint(s.outgoingWindow());
  }

  /** A flow that speaks of the session only. */
  public void flow(ByteBuf out, int channel, SessionState session) {
    session(session, channel);
    finish(out, 4, 0);
  }

  /** A flow that speaks of a link too. */
  public void flow(ByteBuf out, int channel, SessionState session, LinkState link) {
    session(session, channel);
    uint(link.handle());
    uint(link.deliveryCount());
    uint(link.credit());
    if (link.available() < 0) {
      a[n++] = NULL;
    } else {
      uint(link.available());
    }
    bool(link.drain());
    finish(out, 9, 0);
  }

  /** Accepted and settled: {@code first} to {@code last}. */
  public void accepted(ByteBuf out, int channel, boolean roleReceiver, int first, int last) {
    disposition(channel, roleReceiver, first, last);
    a[n++] = 0;
    a[n++] = 0x53;
    a[n++] = 0x24;
    a[n++] = 0x45;
    finish(out, 5, 0);
  }

  /** Settled without a state: {@code first} to {@code last}. */
  public void settled(ByteBuf out, int channel, boolean roleReceiver, int first, int last) {
    disposition(channel, roleReceiver, first, last);
    finish(out, 4, 0);
  }

  private void disposition(int channel, boolean roleReceiver, int first, int last) {
    begin(channel, 0x15);
    bool(roleReceiver);
    uint(first);
    uint(last);
    bool(true);
  }

  /** An empty frame: a sign of life. */
  public void empty(ByteBuf out) {
    out.writeLong(0x0000_0008_0200_0000L);
  }

  /**
   * What identifies a delivery on the wire.
   *
   * @param channel of the session
   * @param handle of the link
   * @param deliveryId of the delivery
   * @param messageFormat of the message
   * @param settled no outcome is waited for
   */
  public record TransferHead(
      int channel, int handle, int deliveryId, int messageFormat, boolean settled) {}

  /** A session's side of flow control. */
  public interface SessionState {
    /** Next transfer-id expected. */
    int nextIncomingId();

    /** Transfers the peer may send. */
    int incomingWindow();

    /** Next transfer-id to be sent. */
    int nextOutgoingId();

    /** Transfers the broker may send. */
    int outgoingWindow();
  }

  /**
   * A link's side of flow control.
   *
   * @param handle of the link
   * @param deliveryCount deliveries so far
   * @param credit link-credit
   * @param available messages waiting, -1 unknown
   * @param drain drain mode
   */
  public record LinkState(
      int handle, int deliveryCount, int credit, int available, boolean drain) {}
}
