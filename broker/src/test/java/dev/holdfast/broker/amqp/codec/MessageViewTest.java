package dev.holdfast.broker.amqp.codec;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.broker.domain.Durability;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Date;
import java.util.Map;
import java.util.Random;
import org.apache.qpid.proton.amqp.Binary;
import org.apache.qpid.proton.amqp.Symbol;
import org.apache.qpid.proton.amqp.UnsignedByte;
import org.apache.qpid.proton.amqp.UnsignedInteger;
import org.apache.qpid.proton.amqp.messaging.AmqpSequence;
import org.apache.qpid.proton.amqp.messaging.AmqpValue;
import org.apache.qpid.proton.amqp.messaging.ApplicationProperties;
import org.apache.qpid.proton.amqp.messaging.Data;
import org.apache.qpid.proton.amqp.messaging.DeliveryAnnotations;
import org.apache.qpid.proton.amqp.messaging.Footer;
import org.apache.qpid.proton.amqp.messaging.Header;
import org.apache.qpid.proton.amqp.messaging.MessageAnnotations;
import org.apache.qpid.proton.amqp.messaging.Properties;
import org.apache.qpid.proton.codec.AMQPDefinedTypes;
import org.apache.qpid.proton.codec.DecoderImpl;
import org.apache.qpid.proton.codec.EncoderImpl;
import org.junit.jupiter.api.Test;

class MessageViewTest {

  private final MessageView view = new MessageView();

  static byte[] encode(Object... sections) {
    DecoderImpl decoder = new DecoderImpl();
    EncoderImpl encoder = new EncoderImpl(decoder);
    AMQPDefinedTypes.registerAllTypes(decoder, encoder);
    ByteBuffer buffer = ByteBuffer.allocate(64 * 1024);
    encoder.setByteBuffer(buffer);
    for (Object section : sections) {
      encoder.writeObject(section);
    }
    return Arrays.copyOf(buffer.array(), buffer.position());
  }

  private static Header header() {
    Header header = new Header();
    header.setDurable(false);
    header.setPriority(UnsignedByte.valueOf((byte) 7));
    header.setTtl(UnsignedInteger.valueOf(30_000));
    return header;
  }

  private static Properties properties() {
    Properties properties = new Properties();
    properties.setMessageId("id");
    properties.setUserId(new Binary(new byte[] {1}));
    properties.setTo("öl");
    properties.setAbsoluteExpiryTime(new Date(1_234_567_890_123L));
    properties.setGroupId("g");
    return properties;
  }

  private static final Data DATA = new Data(new Binary(new byte[300]));
  private static final DeliveryAnnotations HOP =
      new DeliveryAnnotations(Map.of(Symbol.getSymbol("x"), 1));
  private static final MessageAnnotations NOTES =
      new MessageAnnotations(Map.of(Symbol.getSymbol("y"), 2));
  private static final ApplicationProperties PROPS =
      new ApplicationProperties(Map.of("a", "b", "c", 3));
  private static final Footer FOOTER = new Footer(Map.of(Symbol.getSymbol("z"), 4));

  @Test
  void readsWhatABrokerNeedsAndFindsTheRest() {
    byte[] message = encode(header(), HOP, NOTES, properties(), PROPS, DATA, DATA, FOOTER);
    assertThat(view.scan(message, 0, message.length)).isTrue();
    assertThat(view.durability()).isEqualTo(Durability.NOT_DURABLE);
    assertThat(view.priority()).isEqualTo((byte) 7);
    assertThat(view.ttlMs()).isEqualTo(30_000);
    assertThat(view.to()).isEqualTo("öl");
    assertThat(view.expiryMs()).isEqualTo(1_234_567_890_123L);
    assertThat(Arrays.copyOfRange(message, view.bareFrom(), message.length))
        .isEqualTo(encode(NOTES, properties(), PROPS, DATA, DATA, FOOTER));
  }

  @Test
  void anAbsentHeaderMeansOrdinaryAndKept() {
    byte[] message = encode(new AmqpValue("x"));
    assertThat(view.scan(message, 0, message.length)).isTrue();
    assertThat(view.durability()).isEqualTo(Durability.UNSAID);
    assertThat(view.durability().kept()).isTrue();
    assertThat(view.priority()).isEqualTo((byte) 4);
    assertThat(view.ttlMs()).isEqualTo(-1);
    assertThat(view.to()).isNull();
    assertThat(view.bareFrom()).isZero();
  }

  @Test
  void takesEveryKindOfBody() {
    for (Object body :
        new Object[] {
          DATA,
          new AmqpValue(Map.of("k", "v")),
          new AmqpValue(null),
          new AmqpSequence(java.util.List.of(1, 2)),
          new AmqpValue(new int[] {1, 2})
        }) {
      byte[] message = encode(NOTES, body, FOOTER);
      assertThat(view.scan(message, 0, message.length)).as("%s", body).isTrue();
    }
  }

  @Test
  void refusesSectionsOutOfOrderRepeatedOrMixed() {
    Object[][] wrong = {
      {HOP, header(), DATA},
      {header(), header(), DATA},
      {DATA, PROPS},
      {PROPS, NOTES, DATA},
      {DATA, new AmqpValue(1)},
      {new AmqpValue(1), new AmqpValue(2)},
      {FOOTER, DATA},
      {new AmqpSequence(java.util.List.of(1)), DATA},
      {PROPS, PROPS},
      {Boolean.TRUE},
    };
    for (Object[] sections : wrong) {
      byte[] message = encode(sections);
      assertThat(view.scan(message, 0, message.length)).as(Arrays.toString(sections)).isFalse();
    }
  }

  @Test
  void refusesEveryTruncationThatCutsASection() {
    byte[] message = encode(header(), HOP, NOTES, properties(), PROPS, DATA);
    int body = encode(header(), HOP, NOTES, properties(), PROPS).length;
    for (int cut = body + 1; cut < message.length; cut++) {
      assertThat(view.scan(message, 0, cut)).isFalse();
    }
  }

  @Test
  void survivesMutation() {
    byte[] message =
        encode(header(), HOP, NOTES, properties(), PROPS, new AmqpValue("hello"), FOOTER);
    Random random = new Random(7);
    for (int round = 0; round < 300_000; round++) {
      byte[] mutant = message.clone();
      for (int i = 0; i <= random.nextInt(5); i++) {
        mutant[random.nextInt(mutant.length)] = (byte) random.nextInt(256);
      }
      if (view.scan(mutant, 0, mutant.length)) {
        assertThat(view.bareFrom()).isBetween(0, mutant.length);
        view.to();
      }
    }
  }
}
