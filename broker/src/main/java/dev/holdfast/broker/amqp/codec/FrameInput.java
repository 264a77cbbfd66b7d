package dev.holdfast.broker.amqp.codec;

import io.netty.buffer.ByteBuf;
import java.util.Arrays;

/**
 * Cuts what a socket delivers into protocol headers and frames (part 2 §2.3).
 *
 * <p>A read is copied once into an array that all connections of a loop share and parsed there;
 * only the unfinished frame at its end is kept per connection, and grows only by bytes that have
 * arrived, never by what a size field promises. Event-loop thread.
 */
public final class FrameInput {

  /** Takes what has been cut. */
  public interface Sink {

    /** A protocol header of 8 bytes at {@code at}. */
    void protocolHeader(byte[] b, int at);

    /** A frame's body: {@code from} (after the extended header) to {@code to}. */
    void frame(int type, int channel, byte[] b, int from, int to);

    /** Whether the next thing cut is a protocol header. */
    boolean expectsHeader();

    /** False: keep the rest until {@link FrameInput#resume()}. */
    boolean ready();

    /** Largest frame acceptable now, in bytes. */
    int maxFrameBytes();
  }

  /** Reused by all connections of a loop. */
  public static final class Scratch {
    private byte[] bytes = new byte[64 * 1024];

    private byte[] atLeast(int size) {
      if (bytes.length < size) {
        bytes = new byte[Math.max(size, 2 * bytes.length)];
      }
      return bytes;
    }
  }

  private static final int HEADER = 8;
  private static final byte[] NONE = new byte[0];

  private final Sink sink;
  private final Scratch scratch;
  private byte[] kept = NONE;
  private int keptLength;

  /** Makes one. */
  public FrameInput(Sink sink, Scratch scratch) {
    this.sink = sink;
    this.scratch = scratch;
  }

  /** Bytes waiting for the rest of their frame or for {@link #resume()}. */
  public int keptBytes() {
    return keptLength;
  }

  /**
   * Takes one read; the caller releases the buffer.
   *
   * @throws FaultException the peer broke a rule
   */
  public void accept(ByteBuf in) {
    if (keptLength > 0) {
      complete(in);
    }
    int n = in.readableBytes();
    if (n == 0) {
      return;
    }
    if (keptLength > 0) {
      keep(in, n);
      return;
    }
    byte[] b = scratch.atLeast(n);
    in.readBytes(b, 0, n);
    int used = parse(b, 0, n);
    if (used < n) {
      kept = Arrays.copyOfRange(b, used, n);
      keptLength = n - used;
    }
  }

  /** Goes on after {@link Sink#ready()} was false. */
  public void resume() {
    byte[] b = kept;
    int n = keptLength;
    kept = NONE;
    keptLength = 0;
    int used = parse(b, 0, n);
    if (used < n) {
      kept = used == 0 ? b : Arrays.copyOfRange(b, used, n);
      keptLength = n - used;
    }
  }

  /** Forgets what is kept. */
  public void clear() {
    kept = NONE;
    keptLength = 0;
  }

  /** Fills up the unfinished frame; parses it as soon as it is whole. */
  private void complete(ByteBuf in) {
    while (sink.ready() && keptLength > 0 && in.isReadable()) {
      keep(in, Math.min(in.readableBytes(), needed() - keptLength));
      if (keptLength >= needed()) {
        resume();
      }
    }
  }

  private int needed() {
    if (keptLength < HEADER || sink.expectsHeader()) {
      return HEADER;
    }
    return checkedSize(kept, 0);
  }

  private void keep(ByteBuf in, int n) {
    if (kept.length - keptLength < n) {
      kept = Arrays.copyOf(kept, Math.max(keptLength + n, Math.min(2 * keptLength, 1 << 20)));
    }
    in.readBytes(kept, keptLength, n);
    keptLength += n;
  }

  private int parse(byte[] b, int from, int to) {
    int p = from;
    while (to - p >= HEADER && sink.ready()) {
      if (sink.expectsHeader()) {
        sink.protocolHeader(b, p);
        p += HEADER;
        continue;
      }
      int size = checkedSize(b, p);
      if (size > to - p) {
        break;
      }
      int body = p + (b[p + 4] & 0xFF) * 4;
      if (body < p + HEADER || body > p + size) {
        throw new FaultException(Fault.FRAME_OFFSET);
      }
      int channel = ((b[p + 6] & 0xFF) << 8) | (b[p + 7] & 0xFF);
      int next = p + size;
      sink.frame(b[p + 5] & 0xFF, channel, b, body, next);
      p = next;
    }
    return p;
  }

  private int checkedSize(byte[] b, int p) {
    int size = Types.int32(b, p);
    if (size < HEADER || size > sink.maxFrameBytes()) {
      throw new FaultException(Fault.FRAME_SIZE);
    }
    return size;
  }
}
