package dev.holdfast.it.spec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.greaterThan;

import dev.holdfast.it.harness.SharedBroker;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.qpid.proton.amqp.Binary;
import org.apache.qpid.proton.amqp.Symbol;
import org.apache.qpid.proton.amqp.UnsignedByte;
import org.apache.qpid.proton.amqp.messaging.AmqpSequence;
import org.apache.qpid.proton.amqp.messaging.AmqpValue;
import org.apache.qpid.proton.amqp.messaging.ApplicationProperties;
import org.apache.qpid.proton.amqp.messaging.Data;
import org.apache.qpid.proton.amqp.messaging.DeliveryAnnotations;
import org.apache.qpid.proton.amqp.messaging.Footer;
import org.apache.qpid.proton.amqp.messaging.Header;
import org.apache.qpid.proton.amqp.messaging.MessageAnnotations;
import org.apache.qpid.proton.amqp.messaging.Properties;
import org.apache.qpid.proton.amqp.messaging.Section;
import org.apache.qpid.proton.codec.AMQPDefinedTypes;
import org.apache.qpid.proton.codec.DecoderImpl;
import org.apache.qpid.proton.codec.EncoderImpl;
import org.apache.qpid.protonj2.test.driver.codec.messaging.Released;
import org.apache.qpid.protonj2.test.driver.codec.primitives.UnsignedInteger;
import org.hamcrest.Description;
import org.hamcrest.Matcher;
import org.hamcrest.TypeSafeMatcher;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Part 3: message format, sources and targets of queues. */
class Part3MessagingIT {

  private static byte[] encode(Section... sections) {
    DecoderImpl decoder = new DecoderImpl();
    EncoderImpl encoder = new EncoderImpl(decoder);
    AMQPDefinedTypes.registerAllTypes(decoder, encoder);
    ByteBuffer buffer = ByteBuffer.allocate(64 * 1024);
    encoder.setByteBuffer(buffer);
    for (Section section : sections) {
      encoder.writeObject(section);
    }
    return Arrays.copyOf(buffer.array(), buffer.position());
  }

  private static byte[] join(byte[]... parts) {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    for (byte[] part : parts) {
      all.writeBytes(part);
    }
    return all.toByteArray();
  }

  /** A payload that has these bytes at its end and nothing but a header before them. */
  private static Matcher<ByteBuffer> headerAndThen(byte[] rest) {
    return new TypeSafeMatcher<>() {
      @Override
      protected boolean matchesSafely(ByteBuffer payload) {
        byte[] bytes = new byte[payload.remaining()];
        payload.duplicate().get(bytes);
        int header = bytes.length - rest.length;
        return header >= 0
            && Arrays.equals(bytes, header, bytes.length, rest, 0, rest.length)
            && (header == 0 || (bytes[2] == 0x70 && headerEnd(bytes) == header));
      }

      private static int headerEnd(byte[] bytes) {
        return bytes[3] == 0x45 ? 4 : 5 + bytes[4];
      }

      @Override
      public void describeTo(Description description) {
        description.appendText("a header and then the bytes that were sent");
      }
    };
  }

  private static void send(String queue, byte[] message) throws IOException {
    try (Peer peer = Peer.begun().sender(0, queue)) {
      peer.script.expectDisposition().withFirst(0).withSettled(true).withState().accepted();
      peer.script
          .remoteTransfer()
          .withHandle(0)
          .withDeliveryId(0)
          .withDeliveryTag(Peer.tag(0))
          .withPayload(message)
          .now();
      peer.done();
    }
  }

  private static long messages(String queue) {
    return SharedBroker.broker().cli().messages(queue);
  }

  static Stream<Arguments> bodies() {
    return Stream.of(
        Arguments.of("3.2.6 data", new Section[] {new Data(new Binary(new byte[] {1, 2}))}),
        Arguments.of(
            "3.2.6 data twice",
            new Section[] {
              new Data(new Binary(new byte[300])), new Data(new Binary(new byte[] {2}))
            }),
        Arguments.of(
            "3.2.7 sequences",
            new Section[] {
              new AmqpSequence(java.util.List.of(1, "two")), new AmqpSequence(java.util.List.of())
            }),
        Arguments.of("3.2.8 value", new Section[] {new AmqpValue(Map.of("k", 1.5))}),
        Arguments.of("3.2.8 null", new Section[] {new AmqpValue(null)}));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("bodies")
  void s3_2_theBareMessageArrivesBitForBit(String name, Section[] body) throws IOException {
    Properties properties = new Properties();
    properties.setMessageId(new Binary(new byte[] {1, 2, 3}));
    properties.setTo("somewhere else");
    properties.setSubject("subject");
    byte[] kept =
        join(
            encode(new MessageAnnotations(Map.of(Symbol.valueOf("x-opt-own"), "kept"))),
            encode(properties),
            encode(new ApplicationProperties(Map.of("key", 5))),
            encode(body),
            encode(new Footer(Map.of(Symbol.valueOf("x-sum"), 1))));
    Header header = new Header();
    header.setPriority(UnsignedByte.valueOf((byte) 6));
    byte[] hop =
        encode(header, new DeliveryAnnotations(Map.of(Symbol.valueOf("x-hop"), "dropped")));
    String queue = Peer.queue();
    send(queue, join(hop, kept));
    try (Peer peer = Peer.begun().receiver(0, queue)) {
      peer.script.expectTransfer().withPayload(headerAndThen(kept));
      peer.credit(0, 0, 1).done();
    }
  }

  @Test
  void s3_2_1_theHeaderSaysPriorityDurabilityAndWhatIsLeftOfTtl() throws IOException {
    String queue = Peer.queue();
    try (Peer peer = Peer.begun().sender(0, queue)) {
      peer.script.expectDisposition().withState().accepted();
      peer.script
          .remoteTransfer()
          .withHandle(0)
          .withDeliveryId(0)
          .withDeliveryTag(Peer.tag(0))
          .withHeader()
          .withDurability(true)
          .withPriority((byte) 7)
          .withTimeToLive(600_000)
          .also()
          .withBody()
          .withString("x")
          .also()
          .now();
      peer.done();
    }
    try (Peer peer = Peer.begun().receiver(0, queue)) {
      peer.script
          .expectTransfer()
          .withPayload(
              Peer.message(
                  message ->
                      message.isDurable()
                          && message.getPriority() == 7
                          && message.getTtl() > 0
                          && message.getTtl() <= 600_000
                          && message.isFirstAcquirer()));
      peer.credit(0, 0, 1).done();
    }
  }

  @Test
  void s3_5_1_theDefaultOutcomeIsAppliedWhenNothingWasSaid() throws IOException {
    String queue = Peer.queue();
    Peer.put(queue, "x");
    try (Peer peer = Peer.begun()) {
      peer.attachedReceiver(0).withSource().withDefaultOutcome(Released.getInstance()).also();
      peer.script
          .remoteAttach()
          .ofReceiver()
          .withName("r")
          .withHandle(0)
          .withSource()
          .withAddress(queue)
          .withDefaultOutcome(Released.getInstance())
          .also()
          .now();
      peer.done();
      peer.script.expectTransfer();
      peer.credit(0, 0, 1).done();
      peer.script.expectDetach();
      peer.script.remoteDetach().withHandle(0).withClosed(true).now();
      peer.done();
    }
    Part3OutcomesIT.assertComesAgain(queue, 0);
  }

  @Test
  void s3_5_1_theSourceNamesTheOutcomesItKnows() throws IOException {
    try (Peer peer = Peer.begun()) {
      peer.attachedReceiver(0)
          .withSource()
          .withOutcomes(
              "amqp:accepted:list",
              "amqp:rejected:list",
              "amqp:released:list",
              "amqp:modified:list")
          .also();
      peer.script
          .remoteAttach()
          .ofReceiver()
          .withName("r")
          .withHandle(0)
          .withSource()
          .withAddress(Peer.queue())
          .also()
          .now();
      peer.done();
    }
  }

  @Test
  void s3_5_2_aTargetWithoutAddressRoutesByTo() throws IOException {
    String queue = Peer.queue();
    try (Peer peer = Peer.begun()) {
      peer.script.expectAttach().ofReceiver().withTarget().withAddress((String) null).also();
      peer.script.expectFlow().withLinkCredit(greaterThan(UnsignedInteger.ZERO));
      peer.script
          .remoteAttach()
          .ofSender()
          .withName("any")
          .withHandle(0)
          .withInitialDeliveryCount(0)
          .withTarget()
          .also()
          .now();
      peer.done();
      peer.script.expectDisposition().withFirst(0).withState().accepted();
      to(peer, 0, queue);
      peer.done();
      peer.script.expectDisposition().withFirst(1).withState().rejected("amqp:not-found");
      to(peer, 1, "spec.nowhere");
      peer.done();
    }
    assertThat(messages(queue)).isEqualTo(1);
  }

  private static void to(Peer peer, int id, String address) {
    peer.script
        .remoteTransfer()
        .withHandle(0)
        .withDeliveryId(id)
        .withDeliveryTag(Peer.tag(id))
        .withProperties()
        .withTo(address)
        .also()
        .withBody()
        .withString("x")
        .also()
        .now();
  }
}
