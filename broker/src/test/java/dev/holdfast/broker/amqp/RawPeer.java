package dev.holdfast.broker.amqp;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.Closeable;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import org.apache.qpid.proton.amqp.Binary;
import org.apache.qpid.proton.amqp.Symbol;
import org.apache.qpid.proton.amqp.UnsignedInteger;
import org.apache.qpid.proton.amqp.messaging.Source;
import org.apache.qpid.proton.amqp.messaging.Target;
import org.apache.qpid.proton.amqp.security.SaslInit;
import org.apache.qpid.proton.amqp.security.SaslMechanisms;
import org.apache.qpid.proton.amqp.security.SaslOutcome;
import org.apache.qpid.proton.amqp.transport.Attach;
import org.apache.qpid.proton.amqp.transport.Begin;
import org.apache.qpid.proton.amqp.transport.Close;
import org.apache.qpid.proton.amqp.transport.Flow;
import org.apache.qpid.proton.amqp.transport.Open;
import org.apache.qpid.proton.amqp.transport.ReceiverSettleMode;
import org.apache.qpid.proton.amqp.transport.Role;
import org.apache.qpid.proton.amqp.transport.SenderSettleMode;
import org.apache.qpid.proton.amqp.transport.Transfer;
import org.apache.qpid.proton.codec.AMQPDefinedTypes;
import org.apache.qpid.proton.codec.DecoderImpl;
import org.apache.qpid.proton.codec.EncoderImpl;

/** An AMQP peer that says exactly what it is told and shows what it hears, frame by frame. */
final class RawPeer implements Closeable {

  static final byte[] SASL = {'A', 'M', 'Q', 'P', 3, 1, 0, 0};
  static final byte[] AMQP = {'A', 'M', 'Q', 'P', 0, 1, 0, 0};

  /** A frame as it came. */
  record Frame(int type, int channel, Object body, byte[] payload) {}

  private int consumed;
  private final Socket socket;
  private final DataInputStream in;
  private final OutputStream out;
  private final DecoderImpl decoder = new DecoderImpl();
  private final EncoderImpl encoder = new EncoderImpl(decoder);

  RawPeer(int port) throws IOException {
    this(new Socket("127.0.0.1", port));
  }

  private RawPeer(Socket socket) throws IOException {
    this(socket, socket.getInputStream(), socket.getOutputStream());
  }

  /** Over streams that put something between the peer and the socket. */
  RawPeer(Socket socket, InputStream in, OutputStream out) throws IOException {
    this.socket = socket;
    socket.setTcpNoDelay(true);
    socket.setSoTimeout(10_000);
    this.in = new DataInputStream(new java.io.BufferedInputStream(in));
    this.out = out;
    AMQPDefinedTypes.registerAllTypes(decoder, encoder);
  }

  RawPeer send(byte... bytes) throws IOException {
    out.write(bytes);
    out.flush();
    return this;
  }

  RawPeer send(int channel, Object performative, byte... payload) throws IOException {
    return send(frame(0, channel, performative, payload));
  }

  byte[] encode(Object value) {
    ByteBuffer buffer = ByteBuffer.allocate(128 * 1024);
    encoder.setByteBuffer(buffer);
    encoder.writeObject(value);
    return Arrays.copyOf(buffer.array(), buffer.position());
  }

  byte[] frame(int type, int channel, Object performative, byte... payload) {
    return rawFrame(
        type, channel, join(performative == null ? new byte[0] : encode(performative), payload));
  }

  static byte[] rawFrame(int type, int channel, byte[] body) {
    return ByteBuffer.allocate(8 + body.length)
        .putInt(8 + body.length)
        .put((byte) 2)
        .put((byte) type)
        .putShort((short) channel)
        .put(body)
        .array();
  }

  static byte[] join(byte[]... parts) {
    int size = Arrays.stream(parts).mapToInt(p -> p.length).sum();
    ByteBuffer all = ByteBuffer.allocate(size);
    for (byte[] part : parts) {
      all.put(part);
    }
    return all.array();
  }

  byte[] header() throws IOException {
    byte[] header = new byte[8];
    in.readFully(header);
    return header;
  }

  /** The next frame that is not empty. */
  Frame next() throws IOException {
    while (true) {
      int size = in.readInt();
      byte[] rest = new byte[size - 4];
      in.readFully(rest);
      int body = rest[0] * 4 - 4;
      if (body == rest.length) {
        continue;
      }
      ByteBuffer buffer = ByteBuffer.wrap(rest, body, rest.length - body);
      decoder.setByteBuffer(buffer);
      Object value = decoder.readObject();
      byte[] payload = new byte[buffer.remaining()];
      buffer.get(payload);
      return new Frame(rest[1], ((rest[2] & 0xFF) << 8) | (rest[3] & 0xFF), value, payload);
    }
  }

  void expectEmptyFrame() throws IOException {
    assertThat(in.readInt()).isEqualTo(8);
    assertThat(in.readInt()).isEqualTo(0x0200_0000);
  }

  <T> T expect(Class<T> type) throws IOException {
    Frame frame = next();
    assertThat(frame.body()).isInstanceOf(type);
    return type.cast(frame.body());
  }

  /** Reads on until a frame of this type. */
  <T> T skipTo(Class<T> type) throws IOException {
    while (true) {
      Object body = next().body();
      if (type.isInstance(body)) {
        return type.cast(body);
      }
    }
  }

  void expectEnd() throws IOException {
    try {
      assertThat(in.read()).isEqualTo(-1);
    } catch (SocketException reset) {
      assertThat(reset).hasMessageContaining("reset");
    }
  }

  /** Everything until the end. */
  byte[] rest() throws IOException {
    try {
      return in.readAllBytes();
    } catch (SocketException reset) {
      return new byte[0];
    }
  }

  /** Expects the connection to be closed with this condition. */
  Close expectClose(String condition) throws IOException {
    Close close = skipTo(Close.class);
    assertThat(close.getError()).isNotNull();
    assertThat(close.getError().getCondition().toString()).isEqualTo(condition);
    expectEnd();
    return close;
  }

  RawPeer sasl() throws IOException {
    SaslInit init = new SaslInit();
    init.setMechanism(Symbol.getSymbol("ANONYMOUS"));
    send(SASL).send(frame(1, 0, init));
    assertThat(header()).isEqualTo(SASL);
    expect(SaslMechanisms.class);
    assertThat(expect(SaslOutcome.class).getCode().getValue().intValue()).isZero();
    send(AMQP);
    assertThat(header()).isEqualTo(AMQP);
    return this;
  }

  static Open openFrame(String container) {
    Open open = new Open();
    open.setContainerId(container);
    return open;
  }

  RawPeer open() throws IOException {
    sasl().send(0, openFrame("raw-" + System.identityHashCode(this)));
    expect(Open.class);
    return this;
  }

  static Begin beginFrame() {
    Begin begin = new Begin();
    begin.setNextOutgoingId(UnsignedInteger.ZERO);
    begin.setIncomingWindow(UnsignedInteger.valueOf(1000));
    begin.setOutgoingWindow(UnsignedInteger.valueOf(1000));
    return begin;
  }

  RawPeer begin() throws IOException {
    open().send(0, beginFrame());
    expect(Begin.class);
    return this;
  }

  static Attach attachFrame(String name, int handle, boolean sender, String address) {
    Attach attach = new Attach();
    attach.setName(name);
    attach.setHandle(UnsignedInteger.valueOf(handle));
    attach.setRole(sender ? Role.SENDER : Role.RECEIVER);
    attach.setSndSettleMode(SenderSettleMode.MIXED);
    attach.setRcvSettleMode(ReceiverSettleMode.FIRST);
    Source source = new Source();
    Target target = new Target();
    if (sender) {
      attach.setInitialDeliveryCount(UnsignedInteger.ZERO);
      target.setAddress(address);
    } else {
      source.setAddress(address);
    }
    attach.setSource(source);
    attach.setTarget(target);
    return attach;
  }

  /** Attaches a sender on handle 0 and takes the credit. */
  RawPeer sender(String address) throws IOException {
    begin().send(0, attachFrame("s", 0, true, address));
    expect(Attach.class);
    assertThat(expect(Flow.class).getLinkCredit().intValue()).isPositive();
    return this;
  }

  /** Attaches a receiver on handle 0. */
  RawPeer receiver(String address) throws IOException {
    begin().send(0, attachFrame("r", 0, false, address));
    expect(Attach.class);
    return this;
  }

  static Transfer transferFrame(int handle, int id) {
    Transfer transfer = new Transfer();
    transfer.setHandle(UnsignedInteger.valueOf(handle));
    transfer.setDeliveryId(UnsignedInteger.valueOf(id));
    transfer.setDeliveryTag(new Binary(new byte[] {(byte) (id >> 8), (byte) id}));
    transfer.setMessageFormat(UnsignedInteger.ZERO);
    return transfer;
  }

  static Flow flowFrame(Integer handle, int deliveryCount, int credit) {
    Flow flow = new Flow();
    flow.setNextIncomingId(UnsignedInteger.ZERO);
    flow.setIncomingWindow(UnsignedInteger.valueOf(1000));
    flow.setNextOutgoingId(UnsignedInteger.ZERO);
    flow.setOutgoingWindow(UnsignedInteger.valueOf(1000));
    if (handle != null) {
      flow.setHandle(UnsignedInteger.valueOf(handle));
      flow.setDeliveryCount(UnsignedInteger.valueOf(deliveryCount));
      flow.setLinkCredit(UnsignedInteger.valueOf(credit));
    }
    return flow;
  }

  /** A message with one data section. */
  static byte[] data(int size) {
    byte[] message = new byte[8 + size];
    message[1] = 0x53;
    message[2] = 0x75;
    message[3] = (byte) 0xB0;
    ByteBuffer.wrap(message, 4, 4).putInt(size);
    for (int i = 0; i < size; i++) {
      message[8 + i] = (byte) i;
    }
    return message;
  }

  /** The first value in there. */
  Object decode(byte[] bytes) {
    ByteBuffer buffer = ByteBuffer.wrap(bytes);
    decoder.setByteBuffer(buffer);
    Object value = decoder.readObject();
    consumed = buffer.position();
    return value;
  }

  /** How many bytes the value took that was decoded last. */
  int consumed() {
    return consumed;
  }

  /** Nothing more will be sent. */
  void halfClose() throws IOException {
    socket.shutdownOutput();
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
