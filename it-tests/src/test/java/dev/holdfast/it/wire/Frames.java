package dev.holdfast.it.wire;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;
import org.apache.qpid.proton.amqp.Binary;
import org.apache.qpid.proton.amqp.Symbol;
import org.apache.qpid.proton.amqp.UnsignedByte;
import org.apache.qpid.proton.amqp.UnsignedInteger;
import org.apache.qpid.proton.amqp.UnsignedShort;
import org.apache.qpid.proton.amqp.messaging.Source;
import org.apache.qpid.proton.amqp.messaging.Target;
import org.apache.qpid.proton.amqp.security.SaslInit;
import org.apache.qpid.proton.amqp.transport.Attach;
import org.apache.qpid.proton.amqp.transport.Begin;
import org.apache.qpid.proton.amqp.transport.Flow;
import org.apache.qpid.proton.amqp.transport.Open;
import org.apache.qpid.proton.amqp.transport.Role;
import org.apache.qpid.proton.amqp.transport.SenderSettleMode;
import org.apache.qpid.proton.amqp.transport.Transfer;
import org.apache.qpid.proton.codec.AMQPDefinedTypes;
import org.apache.qpid.proton.codec.DecoderImpl;
import org.apache.qpid.proton.codec.EncoderImpl;

/** Frames as bytes, legal or not. */
public final class Frames {
  /** Protocol header of AMQP without a security layer. */
  public static final byte[] AMQP = {'A', 'M', 'Q', 'P', 0, 1, 0, 0};

  /** Protocol header of SASL. */
  public static final byte[] SASL = {'A', 'M', 'Q', 'P', 3, 1, 0, 0};

  private static final int HEAD = 8;

  private Frames() {}

  /**
   * A frame as it stands on the wire.
   *
   * @param type 0 AMQP, 1 SASL
   * @param channel of the session
   * @param performative decoded, null in an empty frame
   * @param payload what follows the performative
   */
  public record Frame(int type, int channel, Object performative, byte[] payload) {}

  /**
   * A well-formed AMQP frame.
   *
   * @param channel of the session
   * @param performative open, begin…
   * @param payload behind it
   * @return the frame's bytes
   */
  public static byte[] amqp(int channel, Object performative, byte... payload) {
    byte[] body = encode(performative);
    byte[] both = Arrays.copyOf(body, body.length + payload.length);
    System.arraycopy(payload, 0, both, body.length, payload.length);
    return raw(both.length + HEAD, 2, 0, channel, both);
  }

  /**
   * A well-formed SASL frame.
   *
   * @param performative init, response…
   * @return the frame's bytes
   */
  public static byte[] sasl(Object performative) {
    byte[] body = encode(performative);
    return raw(body.length + HEAD, 2, 1, 0, body);
  }

  /**
   * A frame whose head says anything.
   *
   * @param size as announced
   * @param dataOffset in words
   * @param type of the frame
   * @param channel of the session
   * @param body what really follows
   * @return the frame's bytes
   */
  public static byte[] raw(int size, int dataOffset, int type, int channel, byte[] body) {
    return ByteBuffer.allocate(HEAD + body.length)
        .putInt(size)
        .put((byte) dataOffset)
        .put((byte) type)
        .putShort((short) channel)
        .put(body)
        .array();
  }

  /**
   * A performative whose fields are raw bytes.
   *
   * @param channel of the session
   * @param code of the performative
   * @param count of fields announced
   * @param fields their bytes
   * @return the frame's bytes
   */
  public static byte[] rawPerformative(int channel, int code, int count, byte[] fields) {
    ByteBuffer body = ByteBuffer.allocate(12 + fields.length);
    body.put((byte) 0).put((byte) 0x53).put((byte) code);
    body.put((byte) 0xd0).putInt(fields.length + 4).putInt(count).put(fields);
    byte[] bytes = Arrays.copyOf(body.array(), body.position());
    return raw(bytes.length + HEAD, 2, 0, channel, bytes);
  }

  /**
   * Encodes one value.
   *
   * @param value a performative or any AMQP value
   * @return its bytes
   */
  public static byte[] encode(Object value) {
    ByteBuffer buffer = ByteBuffer.allocate(1 << 20);
    DecoderImpl decoder = new DecoderImpl();
    EncoderImpl encoder = new EncoderImpl(decoder);
    AMQPDefinedTypes.registerAllTypes(decoder, encoder);
    encoder.setByteBuffer(buffer);
    encoder.writeObject(value);
    return Arrays.copyOf(buffer.array(), buffer.position());
  }

  static Frame decode(byte[] head, byte[] rest) {
    ByteBuffer frame = ByteBuffer.wrap(head);
    frame.getInt();
    int offset = frame.get() * 4 - HEAD;
    int type = frame.get();
    int channel = frame.getShort() & 0xffff;
    ByteBuffer body = ByteBuffer.wrap(rest, offset, rest.length - offset);
    if (!body.hasRemaining()) {
      return new Frame(type, channel, null, new byte[0]);
    }
    DecoderImpl decoder = new DecoderImpl();
    AMQPDefinedTypes.registerAllTypes(decoder, new EncoderImpl(decoder));
    decoder.setByteBuffer(body);
    Object performative = decoder.readObject();
    byte[] payload = new byte[body.remaining()];
    body.get(payload);
    return new Frame(type, channel, performative, payload);
  }

  /**
   * The first word of a client.
   *
   * @param mechanism its name
   * @param response its first response, may be null
   * @return the frame's bytes
   */
  public static byte[] init(String mechanism, byte[] response) {
    SaslInit init = new SaslInit();
    init.setMechanism(Symbol.valueOf(mechanism));
    init.setInitialResponse(response == null ? null : new Binary(response));
    return sasl(init);
  }

  /**
   * An open.
   *
   * @param container its id
   * @return the performative
   */
  public static Open open(String container) {
    Open open = new Open();
    open.setContainerId(container);
    open.setHostname("localhost");
    return open;
  }

  /**
   * A begin with ample windows.
   *
   * @return the performative
   */
  public static Begin begin() {
    Begin begin = new Begin();
    begin.setNextOutgoingId(UnsignedInteger.ZERO);
    begin.setIncomingWindow(UnsignedInteger.valueOf(10_000));
    begin.setOutgoingWindow(UnsignedInteger.valueOf(10_000));
    return begin;
  }

  /**
   * An attach.
   *
   * @param handle of the link
   * @param role of the peer
   * @param address of the node
   * @return the performative
   */
  public static Attach attach(long handle, Role role, String address) {
    Attach attach = new Attach();
    attach.setName("link-" + role + "-" + handle);
    attach.setHandle(UnsignedInteger.valueOf(handle));
    attach.setRole(role);
    attach.setSndSettleMode(SenderSettleMode.UNSETTLED);
    Source source = new Source();
    Target target = new Target();
    if (role == Role.SENDER) {
      target.setAddress(address);
      attach.setInitialDeliveryCount(UnsignedInteger.ZERO);
    } else {
      source.setAddress(address);
    }
    attach.setSource(source);
    attach.setTarget(target);
    return attach;
  }

  /**
   * A transfer.
   *
   * @param handle of the link
   * @param id of the delivery
   * @param more true when another part follows
   * @return the performative
   */
  public static Transfer transfer(long handle, long id, boolean more) {
    Transfer transfer = new Transfer();
    transfer.setHandle(UnsignedInteger.valueOf(handle));
    transfer.setDeliveryId(UnsignedInteger.valueOf(id));
    transfer.setDeliveryTag(new Binary(Long.toString(id).getBytes(StandardCharsets.US_ASCII)));
    transfer.setMessageFormat(UnsignedInteger.ZERO);
    transfer.setMore(more);
    transfer.setSettled(false);
    return transfer;
  }

  /**
   * A flow of the session alone.
   *
   * @param echo true to ask for an answer
   * @return the performative
   */
  public static Flow flow(boolean echo) {
    Flow flow = new Flow();
    flow.setNextIncomingId(UnsignedInteger.ZERO);
    flow.setIncomingWindow(UnsignedInteger.valueOf(10_000));
    flow.setNextOutgoingId(UnsignedInteger.ZERO);
    flow.setOutgoingWindow(UnsignedInteger.valueOf(10_000));
    flow.setEcho(echo);
    return flow;
  }

  /**
   * An open with properties that nothing in this file can say otherwise.
   *
   * @param properties the encoded value of the properties field
   * @return the frame's bytes
   */
  public static byte[] openWithProperties(byte[] properties) {
    byte[] container = encode("hostile");
    byte[] nothing = new byte[8];
    Arrays.fill(nothing, (byte) 0x40);
    ByteBuffer fields = ByteBuffer.allocate(container.length + nothing.length + properties.length);
    fields.put(container).put(nothing).put(properties);
    return rawPerformative(0, 0x10, 10, fields.array());
  }

  /**
   * Lists in lists.
   *
   * @param depth how deep
   * @return the encoded value
   */
  public static byte[] nested(int depth) {
    byte[] inner = {0x45};
    ByteBuffer all = ByteBuffer.allocate(depth * 9 + 1);
    for (int level = depth; level > 0; level--) {
      all.put((byte) 0xd0).putInt(4 + (level - 1) * 9 + inner.length).putInt(1);
    }
    return all.put(inner).array();
  }

  /**
   * An unsigned byte, which only the protocol's enums use.
   *
   * @param value it
   * @return it
   */
  public static UnsignedByte octet(int value) {
    return UnsignedByte.valueOf((byte) value);
  }

  /**
   * A channel number.
   *
   * @param value it
   * @return it
   */
  public static UnsignedShort channel(int value) {
    return UnsignedShort.valueOf((short) value);
  }

  /**
   * A map value.
   *
   * @param key of the one entry
   * @param value of the one entry
   * @return the encoded map
   */
  public static byte[] map(Object key, Object value) {
    return encode(Map.of(key, value));
  }
}
