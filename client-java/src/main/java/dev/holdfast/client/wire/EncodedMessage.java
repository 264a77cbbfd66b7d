package dev.holdfast.client.wire;

import io.netty.buffer.ByteBuf;
import io.vertx.proton.impl.ProtonWritableBufferImpl;
import org.apache.qpid.proton.codec.WritableBuffer;
import org.apache.qpid.proton.message.Message;
import org.apache.qpid.proton.message.impl.MessageImpl;

/**
 * A message in its wire form, ready to be handed to the AMQP library as often as needed: encoded
 * once, on the thread of whoever sends it, so that its size is known before it takes room in the
 * send window and the event loop only copies bytes. Immutable.
 */
public final class EncodedMessage extends MessageImpl {
  private static final int OVERHEAD_BYTES = 256;

  private final byte[] bytes;

  private EncodedMessage(byte[] bytes) {
    this.bytes = bytes;
  }

  /**
   * Encodes a message.
   *
   * @param message the message
   * @param bodyBytes a good guess of the body's size
   * @throws RuntimeException when a value in it has no AMQP form
   */
  public static EncodedMessage of(Message message, int bodyBytes) {
    ProtonWritableBufferImpl buffer = new ProtonWritableBufferImpl(bodyBytes + OVERHEAD_BYTES);
    ((MessageImpl) message).encode(buffer);
    ByteBuf written = buffer.getBuffer();
    byte[] bytes = new byte[written.readableBytes()];
    written.readBytes(bytes);
    return new EncodedMessage(bytes);
  }

  /** Size on the wire in bytes, frames excluded. */
  public int size() {
    return bytes.length;
  }

  /** The wire form, copied. */
  public byte[] bytes() {
    return bytes.clone();
  }

  @Override
  public int encode(WritableBuffer buffer) {
    buffer.put(bytes, 0, bytes.length);
    return bytes.length;
  }
}
