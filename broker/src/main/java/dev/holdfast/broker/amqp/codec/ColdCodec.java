package dev.holdfast.broker.amqp.codec;

import io.netty.buffer.ByteBuf;
import java.nio.ByteBuffer;
import java.util.Arrays;
import org.apache.qpid.proton.codec.AMQPDefinedTypes;
import org.apache.qpid.proton.codec.DecoderImpl;
import org.apache.qpid.proton.codec.EncoderImpl;

/**
 * The performatives that are rare: proton-j's codec, behind the guard. One per event loop; not
 * thread-safe.
 */
public final class ColdCodec {

  private static final int HEADER = 8;
  private static final int AMQP = 0;
  private static final int SASL = 1;

  /** What an encoded performative may have at most, in bytes. */
  private static final int MAX_ENCODED = 64 * 1024 - HEADER;

  private static final ByteBuffer EMPTY = ByteBuffer.allocate(0);

  private final DecoderImpl decoder = new DecoderImpl();
  private final EncoderImpl encoder = new EncoderImpl(decoder);
  private final FrameGuard guard = new FrameGuard();
  private final ByteBuffer encoded = ByteBuffer.allocate(MAX_ENCODED);

  /** Makes one. */
  public ColdCodec() {
    AMQPDefinedTypes.registerAllTypes(decoder, encoder);
  }

  /** The code in the descriptor of the performative at {@code from}, -1 when it has none. */
  public static int performative(byte[] b, int from, int to) {
    return FieldReader.descriptor(b, from, to);
  }

  /**
   * Decodes the performative that fills {@code from} to {@code to}.
   *
   * @throws FaultException it is malformed, too complex, or followed by something
   */
  public Object decode(byte[] b, int from, int to) {
    if (guard.skip(b, from, to) != to) {
      throw new FaultException(Fault.MALFORMED);
    }
    try {
      decoder.setByteBuffer(ByteBuffer.wrap(b, from, to - from));
      Object value = decoder.readObject();
      if (value == null) {
        throw new FaultException(Fault.MALFORMED);
      }
      return value;
    } catch (FaultException fault) {
      throw fault;
    } catch (RuntimeException wrongTypes) {
      // The decoder casts what it reads; its words are about classes and not for the peer.
      throw new FaultException(Fault.MALFORMED);
    } finally {
      decoder.setByteBuffer(EMPTY);
    }
  }

  /**
   * Writes a frame of AMQP.
   *
   * @param maxBytes what the peer takes
   * @throws FaultException the frame is larger; nothing has been written
   */
  public void write(ByteBuf out, int channel, Object performative, int maxBytes) {
    fill(performative);
    if (HEADER + encoded.remaining() > maxBytes) {
      throw new FaultException(Fault.PEER_FRAME_MAX);
    }
    frame(out, AMQP, channel);
  }

  /** Writes a frame of SASL. */
  public void writeSasl(ByteBuf out, Object body) {
    fill(body);
    frame(out, SASL, 0);
  }

  /** Encodes what fits a frame. */
  public byte[] encode(Object value) {
    fill(value);
    return Arrays.copyOf(encoded.array(), encoded.limit());
  }

  private void fill(Object performative) {
    encoded.clear();
    encoder.setByteBuffer(encoded);
    encoder.writeObject(performative);
    encoded.flip();
  }

  private void frame(ByteBuf out, int type, int channel) {
    out.writeInt(HEADER + encoded.remaining()).writeByte(2).writeByte(type).writeShort(channel);
    out.writeBytes(encoded);
  }
}
