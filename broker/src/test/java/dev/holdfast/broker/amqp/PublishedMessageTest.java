package dev.holdfast.broker.amqp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.holdfast.broker.domain.IncomingMessage;
import dev.holdfast.broker.domain.OwnerCommand;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.apache.qpid.proton.amqp.Binary;
import org.apache.qpid.proton.amqp.Symbol;
import org.apache.qpid.proton.amqp.messaging.Accepted;
import org.apache.qpid.proton.amqp.messaging.Data;
import org.apache.qpid.proton.amqp.messaging.MessageAnnotations;
import org.apache.qpid.proton.amqp.messaging.Properties;
import org.apache.qpid.proton.amqp.messaging.Rejected;
import org.apache.qpid.proton.amqp.messaging.Released;
import org.apache.qpid.proton.amqp.messaging.Source;
import org.apache.qpid.proton.amqp.transport.Attach;
import org.apache.qpid.proton.amqp.transport.Detach;
import org.apache.qpid.proton.amqp.transport.Disposition;
import org.apache.qpid.proton.amqp.transport.Transfer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What the domain hears of a message beside its bytes, and what a message may not say. */
class PublishedMessageTest {

  static EdgeFixture edge;

  @BeforeAll
  static void start() throws Exception {
    edge = new EdgeFixture(AmqpLimits.defaults());
  }

  @AfterAll
  static void stop() throws Exception {
    edge.close();
  }

  private final String queue = "q-" + UUID.randomUUID();

  @BeforeEach
  void forget() {
    edge.domain.seen.clear();
  }

  private static final Data BODY = new Data(new Binary(new byte[] {1, 2, 3}));

  private static byte[] encode(RawPeer peer, Object... sections) {
    byte[] message = {};
    for (Object section : sections) {
      message = RawPeer.join(message, peer.encode(section));
    }
    return message;
  }

  private static MessageAnnotations notes(Map<String, Object> notes) {
    Map<Symbol, Object> symbols = new java.util.LinkedHashMap<>();
    notes.forEach((key, value) -> symbols.put(Symbol.getSymbol(key), value));
    return new MessageAnnotations(symbols);
  }

  private IncomingMessage published(String address, Object... sections) throws Exception {
    try (RawPeer peer = edge.peer()) {
      peer.sender(address).send(0, RawPeer.transferFrame(0, 0), encode(peer, sections));
      peer.skipTo(Disposition.class);
    }
    List<OwnerCommand.Publish> seen = edge.domain.seen(OwnerCommand.Publish.class);
    return seen.get(seen.size() - 1).message();
  }

  private String refusal(Object... sections) throws Exception {
    try (RawPeer peer = edge.peer()) {
      peer.sender(queue).send(0, RawPeer.transferFrame(0, 0), encode(peer, sections));
      Rejected rejected = (Rejected) peer.skipTo(Disposition.class).getState();
      return rejected.getError().getCondition().toString();
    }
  }

  @Test
  void anOrdinaryMessageHasNoMarks() throws Exception {
    Properties properties = new Properties();
    properties.setMessageId("id-1");
    IncomingMessage message =
        published(queue, notes(Map.of("x-opt-jms-dest", (byte) 0)), properties, BODY);
    assertThat(message.marks()).isSameAs(IncomingMessage.Marks.NONE);
  }

  @Test
  void marksAreRead() throws Exception {
    Properties properties = new Properties();
    properties.setGroupId("g");
    IncomingMessage.Marks marks =
        published(
                queue,
                notes(
                    Map.of(
                        "x-opt-delivery-time",
                        1_800_000_000_000L,
                        "x-opt-delivery-delay",
                        5_000,
                        "x-opt-idempotency-key",
                        "key-1")),
                properties,
                BODY)
            .marks();
    assertThat(marks.groupId()).isEqualTo("g");
    assertThat(marks.deliverAtMs()).isEqualTo(1_800_000_000_000L);
    assertThat(marks.delayMs()).isEqualTo(5_000);
    assertThat(marks.idempotencyKey()).isEqualTo("key-1");
    assertThat(marks.messageId()).isNull();
    assertThat(marks.bodyDigest()).isNotZero();
  }

  @Test
  void theDigestIsOfTheBodyAlone() throws Exception {
    MessageAnnotations key = notes(Map.of("x-opt-idempotency-key", "k"));
    Properties properties = new Properties();
    properties.setSubject("s");
    long digest = published(queue, key, BODY).marks().bodyDigest();
    assertThat(published(queue, key, properties, BODY).marks().bodyDigest()).isEqualTo(digest);
    Data other = new Data(new Binary(new byte[] {1, 2, 4}));
    assertThat(published(queue, key, other).marks().bodyDigest()).isNotEqualTo(digest);
  }

  @Test
  void messageIdsCountWhereTheNodeIsNotKnownYet() throws Exception {
    Properties properties = new Properties();
    properties.setMessageId("id-1");
    properties.setTo(queue);
    MessageAnnotations reserved = notes(Map.of("x-opt-hf-sender", "x"));
    IncomingMessage.Marks marks = published(null, reserved, properties, BODY).marks();
    assertThat(marks.messageId()).isEqualTo("id-1");
    long digest =
        published(queue, notes(Map.of("x-opt-idempotency-key", "k")), BODY).marks().bodyDigest();
    assertThat(marks.bodyDigest()).isEqualTo(digest);
  }

  @Test
  void annotationsOfTheWrongTypeAreRejected() throws Exception {
    assertThat(refusal(notes(Map.of("x-opt-delivery-time", "tomorrow")), BODY))
        .isEqualTo("amqp:invalid-field");
    assertThat(refusal(notes(Map.of("x-opt-idempotency-key", 7)), BODY))
        .isEqualTo("amqp:invalid-field");
  }

  @Test
  void whatOnlyTheBrokerMayWriteIsTakenOff() throws Exception {
    IncomingMessage message =
        published(
            queue,
            notes(Map.of("x-opt-hf-sender", "user:root", "x-opt-mine", 1)),
            new Properties(),
            BODY);
    try (RawPeer peer = edge.peer()) {
      assertThat(message.body())
          .isEqualTo(encode(peer, notes(Map.of("x-opt-mine", 1)), new Properties(), BODY));
    }
  }

  @Test
  void aSenderThatTakesNoRejectionIsDetached() throws Exception {
    Attach asked = RawPeer.attachFrame("s", 0, true, queue);
    ((Source) asked.getSource())
        .setOutcomes(Accepted.DESCRIPTOR_SYMBOL, Released.DESCRIPTOR_SYMBOL);
    try (RawPeer peer = edge.peer()) {
      peer.begin().send(0, asked).expect(Attach.class);
      byte[] bad = encode(peer, notes(Map.of("x-opt-idempotency-key", 7)), BODY);
      peer.send(0, RawPeer.transferFrame(0, 0), encode(peer, BODY));
      assertThat(peer.skipTo(Disposition.class).getState()).isInstanceOf(Accepted.class);
      peer.send(0, RawPeer.transferFrame(0, 1), bad);
      assertThat(peer.expect(Detach.class).getError().getCondition().toString())
          .isEqualTo("amqp:invalid-field");
    }
  }

  @Test
  void aUserIdIsTheSendersOrNone() throws Exception {
    // The peer is user:anonymous.
    for (String own : List.of("anonymous", "user:anonymous")) {
      Properties properties = new Properties();
      properties.setUserId(new Binary(own.getBytes(StandardCharsets.UTF_8)));
      assertThat(published(queue, properties, BODY).body()).isNotEmpty();
    }
    Properties properties = new Properties();
    properties.setUserId(new Binary("root".getBytes(StandardCharsets.UTF_8)));
    assertThat(refusal(properties, BODY)).isEqualTo("amqp:unauthorized-access");
    try (RawPeer peer = edge.peer()) {
      Transfer settled = RawPeer.transferFrame(0, 0);
      settled.setSettled(true);
      peer.sender(queue).send(0, settled, encode(peer, properties, BODY));
      assertThat(peer.skipTo(Detach.class).getError().getCondition().toString())
          .isEqualTo("amqp:unauthorized-access");
    }
    await()
        .until(
            () ->
                edge.domain.seen(OwnerCommand.ClosePublisher.class).size()
                    >= edge.domain.seen(OwnerCommand.OpenPublisher.class).size());
    assertThat(edge.domain.seen(OwnerCommand.Publish.class)).hasSize(2);
  }
}
