package dev.holdfast.broker.websocket;

import io.netty.buffer.ByteBuf;
import java.util.Arrays;

/**
 * Takes a client's frames (RFC 6455 §5) off the bytes they carry.
 *
 * <p>Frames of the WebSocket mean nothing to AMQP, which finds its own in the bytes; so nothing
 * waits for a frame to be complete, and a frame costs no memory, whatever size it promises. Payload
 * is unmasked in place and moved over the headers that were in between, so that one read stays one
 * buffer. Event-loop thread.
 */
final class WebSocketInput {

  /** What comes beside the bytes. */
  interface Control {

    /** To be answered with the same bytes. */
    void ping(byte[] payload);

    /** The peer closes; nothing after this is looked at. */
    void close(int status);
  }

  /** The peer gave no status. */
  static final int NO_STATUS = 1005;

  /** No message that the broker may be configured to take makes a larger frame sensible. */
  private static final long MAX_FRAME_BYTES = 256L << 20;

  private static final int MAX_CONTROL_BYTES = 125;
  private static final int FINAL = 0x80;
  private static final int RESERVED = 0x70;
  private static final int MASKED = 0x80;
  private static final int CONTINUATION = 0;
  private static final int TEXT = 1;
  private static final int BINARY = 2;
  private static final int CLOSE = 8;
  private static final int PING = 9;
  private static final int PONG = 10;
  private static final int SHORTEST_HEADER = 2;
  private static final int MASK_BYTES = 4;

  private final Control control;
  private final byte[] header = new byte[14];
  private final byte[] controlPayload = new byte[MAX_CONTROL_BYTES];
  private int headerLength;
  private int headerWanted = SHORTEST_HEADER;
  private boolean inPayload;
  private int opcode;
  private long payloadLeft;
  private int controlLength;
  private int mask;
  private boolean inMessage;
  private boolean closed;

  WebSocketInput(Control control) {
    this.control = control;
  }

  /**
   * Takes one read. Afterwards the buffer holds the bytes that the frames in it carry, and nothing
   * else.
   *
   * @throws WebSocketFault the peer broke a rule; the buffer's contents mean nothing then
   */
  void unframe(ByteBuf in) throws WebSocketFault {
    int start = in.readerIndex();
    int end = start;
    while (in.isReadable() && !closed) {
      if (!inPayload) {
        readHeader(in);
      } else if (opcode >= CLOSE) {
        readControl(in);
      } else {
        end = readData(in, end);
      }
      if (inPayload && payloadLeft == 0) {
        frameEnds();
      }
    }
    in.setIndex(start, end);
  }

  private void readHeader(ByteBuf in) throws WebSocketFault {
    header[headerLength++] = in.readByte();
    if (headerLength == SHORTEST_HEADER) {
      begin();
    } else if (headerLength == headerWanted) {
      headerEnds();
    }
  }

  private void begin() throws WebSocketFault {
    opcode = header[0] & 0x0F;
    boolean fin = (header[0] & FINAL) != 0;
    int length = header[1] & 0x7F;
    // No extension is ever agreed on, so the reserved bits have no meaning.
    if ((header[0] & RESERVED) != 0 || (header[1] & MASKED) == 0) {
      throw new WebSocketFault(CloseCode.PROTOCOL);
    }
    switch (opcode) {
      case TEXT -> throw new WebSocketFault(CloseCode.UNSUPPORTED);
      case BINARY, CONTINUATION -> {
        if (inMessage != (opcode == CONTINUATION)) {
          throw new WebSocketFault(CloseCode.PROTOCOL);
        }
        inMessage = !fin;
      }
      case CLOSE, PING, PONG -> {
        if (!fin || length > MAX_CONTROL_BYTES) {
          throw new WebSocketFault(CloseCode.PROTOCOL);
        }
      }
      default -> throw new WebSocketFault(CloseCode.PROTOCOL);
    }
    headerWanted = SHORTEST_HEADER + extendedBytes(length) + MASK_BYTES;
  }

  private static int extendedBytes(int length) {
    return switch (length) {
      case 126 -> 2;
      case 127 -> 8;
      default -> 0;
    };
  }

  private void headerEnds() throws WebSocketFault {
    int maskAt = headerWanted - MASK_BYTES;
    long length = maskAt == SHORTEST_HEADER ? header[1] & 0x7F : number(SHORTEST_HEADER, maskAt);
    if (length < 0) {
      throw new WebSocketFault(CloseCode.PROTOCOL);
    }
    if (length > MAX_FRAME_BYTES) {
      throw new WebSocketFault(CloseCode.TOO_BIG);
    }
    mask = (int) number(maskAt, headerWanted);
    payloadLeft = length;
    controlLength = 0;
    headerLength = 0;
    headerWanted = SHORTEST_HEADER;
    inPayload = true;
  }

  private long number(int from, int to) {
    long value = 0;
    for (int i = from; i < to; i++) {
      value = (value << 8) | (header[i] & 0xFF);
    }
    return value;
  }

  private void readControl(ByteBuf in) {
    controlPayload[controlLength++] = (byte) (in.readByte() ^ nextMaskByte());
    payloadLeft--;
  }

  /** Unmasks what is there of the payload and moves it to {@code to}; returns the end of it. */
  private int readData(ByteBuf in, int to) {
    int from = in.readerIndex();
    int length = (int) Math.min(in.readableBytes(), payloadLeft);
    int end = from + length;
    int put = to;
    long mask8 = ((mask & 0xFFFF_FFFFL) << 32) | (mask & 0xFFFF_FFFFL);
    while (end - from >= Long.BYTES) {
      in.setLong(put, in.getLong(from) ^ mask8);
      from += Long.BYTES;
      put += Long.BYTES;
    }
    while (from < end) {
      in.setByte(put++, in.getByte(from++) ^ nextMaskByte());
    }
    in.readerIndex(end);
    payloadLeft -= length;
    return put;
  }

  private int nextMaskByte() {
    int next = mask >>> 24;
    mask = Integer.rotateLeft(mask, Byte.SIZE);
    return next;
  }

  private void frameEnds() throws WebSocketFault {
    inPayload = false;
    if (opcode == PING) {
      control.ping(Arrays.copyOf(controlPayload, controlLength));
    } else if (opcode == CLOSE) {
      closed = true;
      control.close(status());
    }
  }

  private int status() throws WebSocketFault {
    if (controlLength == 0) {
      return NO_STATUS;
    }
    int status =
        controlLength == 1 ? 0 : ((controlPayload[0] & 0xFF) << 8) | (controlPayload[1] & 0xFF);
    boolean standard = status >= 1000 && status <= 1014 && (status < 1004 || status > 1006);
    boolean priv = status >= 3000 && status <= 4999;
    if (!standard && !priv) {
      throw new WebSocketFault(CloseCode.PROTOCOL);
    }
    return status;
  }
}
