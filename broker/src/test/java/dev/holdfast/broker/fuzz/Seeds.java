package dev.holdfast.broker.fuzz;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.holdfast.broker.amqp.Samples;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Date;
import java.util.List;
import java.util.Map;
import org.apache.qpid.proton.amqp.Binary;
import org.apache.qpid.proton.amqp.Symbol;
import org.apache.qpid.proton.amqp.UnsignedByte;
import org.apache.qpid.proton.amqp.UnsignedInteger;
import org.apache.qpid.proton.amqp.UnsignedLong;
import org.apache.qpid.proton.amqp.messaging.AmqpSequence;
import org.apache.qpid.proton.amqp.messaging.AmqpValue;
import org.apache.qpid.proton.amqp.messaging.ApplicationProperties;
import org.apache.qpid.proton.amqp.messaging.Data;
import org.apache.qpid.proton.amqp.messaging.DeliveryAnnotations;
import org.apache.qpid.proton.amqp.messaging.Footer;
import org.apache.qpid.proton.amqp.messaging.Header;
import org.apache.qpid.proton.amqp.messaging.MessageAnnotations;
import org.apache.qpid.proton.amqp.messaging.Modified;
import org.apache.qpid.proton.amqp.messaging.Properties;
import org.apache.qpid.proton.amqp.messaging.Rejected;
import org.apache.qpid.proton.amqp.messaging.Source;
import org.apache.qpid.proton.amqp.transport.Attach;
import org.apache.qpid.proton.amqp.transport.Begin;
import org.apache.qpid.proton.amqp.transport.DeliveryState;
import org.apache.qpid.proton.amqp.transport.Detach;
import org.apache.qpid.proton.amqp.transport.Disposition;
import org.apache.qpid.proton.amqp.transport.End;
import org.apache.qpid.proton.amqp.transport.ErrorCondition;
import org.apache.qpid.proton.amqp.transport.Flow;
import org.apache.qpid.proton.amqp.transport.Role;
import org.apache.qpid.proton.amqp.transport.Transfer;
import org.apache.qpid.proton.codec.AMQPDefinedTypes;
import org.apache.qpid.proton.codec.DecoderImpl;
import org.apache.qpid.proton.codec.EncoderImpl;

/** Where the fuzzer starts from: inputs that are right. */
final class Seeds {

  private Seeds() {}

  static List<byte[]> frames() {
    Flow flow = new Flow();
    flow.setNextIncomingId(UnsignedInteger.ONE);
    flow.setIncomingWindow(UnsignedInteger.valueOf(100));
    flow.setNextOutgoingId(UnsignedInteger.ZERO);
    flow.setOutgoingWindow(UnsignedInteger.valueOf(70_000));
    flow.setHandle(UnsignedInteger.valueOf(3));
    flow.setLinkCredit(UnsignedInteger.valueOf(10));
    Transfer transfer = new Transfer();
    transfer.setHandle(UnsignedInteger.ZERO);
    transfer.setDeliveryId(UnsignedInteger.ONE);
    transfer.setDeliveryTag(new Binary(new byte[] {1, 2}));
    transfer.setSettled(true);
    Detach detach = new Detach();
    detach.setHandle(UnsignedInteger.ZERO);
    detach.setError(new ErrorCondition(Symbol.valueOf("amqp:not-found"), "none"));
    Begin begin = new Begin();
    begin.setNextOutgoingId(UnsignedInteger.ZERO);
    begin.setIncomingWindow(UnsignedInteger.ONE);
    begin.setOutgoingWindow(UnsignedInteger.ONE);
    Rejected rejected = new Rejected();
    rejected.setError(new ErrorCondition(Symbol.valueOf("app:bad"), "no good"));
    Modified modified = new Modified();
    modified.setDeliveryFailed(true);
    modified.setMessageAnnotations(Map.of(Symbol.valueOf("x-opt-why"), "because"));
    Source source = new Source();
    source.setAddress("there");
    source.setCapabilities(Symbol.valueOf("queue"), Symbol.valueOf("shared"));
    source.setFilter(Map.of(Symbol.valueOf("own"), "x = 1"));
    source.setDynamicNodeProperties(Map.of(Symbol.valueOf("lifetime-policy"), 5));
    Attach receiver = new Attach();
    receiver.setName("receiver");
    receiver.setHandle(UnsignedInteger.ONE);
    receiver.setRole(Role.RECEIVER);
    receiver.setSource(source);
    receiver.setDesiredCapabilities(Symbol.valueOf("one"), Symbol.valueOf("two"));
    return List.of(
        conversation(Samples.open(), begin, Samples.attach(), flow),
        conversation(receiver),
        conversation(transfer, disposition(rejected), disposition(modified)),
        conversation(disposition(null), detach, new End()));
  }

  private static Disposition disposition(DeliveryState state) {
    Disposition disposition = new Disposition();
    disposition.setRole(Role.RECEIVER);
    disposition.setFirst(UnsignedInteger.ZERO);
    disposition.setLast(UnsignedInteger.valueOf(5));
    disposition.setState(state);
    return disposition;
  }

  private static byte[] conversation(Object... performatives) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.write(20);
    for (Object performative : performatives) {
      byte[] body = encode(performative);
      out.writeBytes(ByteBuffer.allocate(8).putInt(8 + body.length).putInt(0x0200_0000).array());
      out.writeBytes(body);
    }
    return out.toByteArray();
  }

  /** A message with all there can be from the annotations on. */
  static byte[] message() {
    Properties properties = new Properties();
    properties.setMessageId(UnsignedLong.valueOf(7));
    properties.setTo("there");
    properties.setSubject("type");
    properties.setReplyTo("back");
    properties.setCorrelationId("5");
    properties.setContentType(Symbol.valueOf("text/plain"));
    properties.setAbsoluteExpiryTime(new Date(2_000_000_000_000L));
    properties.setGroupId("group");
    properties.setGroupSequence(UnsignedInteger.ONE);
    return encode(
        new MessageAnnotations(Map.of(Symbol.valueOf("x-opt-delivery-delay"), 5L)),
        properties,
        new ApplicationProperties(Map.of("own", 6, "text", "a", "yes", true)),
        new AmqpValue(List.of(1, "two", Map.of("k", 3.5f))),
        new Footer(Map.of(Symbol.valueOf("sum"), 1)));
  }

  static List<byte[]> messages() {
    Header header = new Header();
    header.setDurable(true);
    header.setPriority(UnsignedByte.valueOf((byte) 9));
    header.setTtl(UnsignedInteger.valueOf(60_000));
    byte[] hop =
        encode(header, new DeliveryAnnotations(Map.of(Symbol.valueOf("x-hop"), "dropped")));
    byte[] message = message();
    byte[] both = Arrays.copyOf(hop, hop.length + message.length);
    System.arraycopy(message, 0, both, hop.length, message.length);
    return List.of(
        both,
        encode(new Data(new Binary(new byte[20])), new Data(new Binary(new byte[1]))),
        encode(new AmqpSequence(List.of(1, 2L)), new AmqpSequence(List.of())));
  }

  static List<byte[]> documents() {
    return List.of(
        ("{\"key\":\"k\",\"body\":{\"text\":\"hi\"},\"properties\":{\"messageId\":\"1\",\"to\":\"q\","
                + "\"absoluteExpiryTime\":\"2030-01-01T00:00:00Z\",\"contentType\":\"a/b\"},"
                + "\"applicationProperties\":{\"a\":1,\"b\":true,\"c\":2.5,\"d\":\"x\"}}")
            .getBytes(UTF_8),
        "{\"body\":{\"base64\":\"AQID\"}}".getBytes(UTF_8));
  }

  static List<byte[]> selectors() {
    return List.of(
        "a = 1 AND (b <> 'x' OR NOT c IS NULL)".getBytes(UTF_8),
        "JMSPriority BETWEEN 1 AND 5 AND name LIKE 'a!_%' ESCAPE '!'".getBytes(UTF_8),
        "-x * 2.5E3 + y / 4 >= 0x1F OR text IN ('a','b') OR \"amqp.to\" = TRUE".getBytes(UTF_8));
  }

  private static byte[] encode(Object... values) {
    DecoderImpl decoder = new DecoderImpl();
    EncoderImpl encoder = new EncoderImpl(decoder);
    AMQPDefinedTypes.registerAllTypes(decoder, encoder);
    ByteBuffer buffer = ByteBuffer.allocate(8_192);
    encoder.setByteBuffer(buffer);
    for (Object value : values) {
      encoder.writeObject(value);
    }
    return Arrays.copyOf(buffer.array(), buffer.position());
  }
}
