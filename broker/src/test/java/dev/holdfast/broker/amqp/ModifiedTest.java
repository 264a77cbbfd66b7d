package dev.holdfast.broker.amqp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.holdfast.broker.domain.Outcome;
import dev.holdfast.broker.domain.OwnerCommand;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.UUID;
import org.apache.qpid.proton.amqp.DescribedType;
import org.apache.qpid.proton.amqp.Symbol;
import org.apache.qpid.proton.amqp.UnsignedInteger;
import org.apache.qpid.proton.amqp.UnsignedLong;
import org.apache.qpid.proton.amqp.messaging.Header;
import org.apache.qpid.proton.amqp.messaging.MessageAnnotations;
import org.apache.qpid.proton.amqp.messaging.Modified;
import org.apache.qpid.proton.amqp.messaging.Source;
import org.apache.qpid.proton.amqp.transport.Attach;
import org.apache.qpid.proton.amqp.transport.Disposition;
import org.apache.qpid.proton.amqp.transport.End;
import org.apache.qpid.proton.amqp.transport.Role;
import org.apache.qpid.proton.amqp.transport.Transfer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The outcome modified with all it can carry, and states that are no outcomes. */
class ModifiedTest {

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

  private void put(byte[]... messages) throws Exception {
    try (RawPeer sender = edge.peer()) {
      sender.sender(queue);
      for (int id = 0; id < messages.length; id++) {
        sender.send(0, RawPeer.transferFrame(0, id), messages[id]);
        sender.skipTo(Disposition.class);
      }
    }
  }

  private static Modified modified(Object... keysAndValues) {
    Map<Symbol, Object> notes = new LinkedHashMap<>();
    for (int i = 0; i < keysAndValues.length; i += 2) {
      notes.put(Symbol.getSymbol((String) keysAndValues[i]), keysAndValues[i + 1]);
    }
    Modified modified = new Modified();
    modified.setDeliveryFailed(true);
    modified.setMessageAnnotations(notes);
    return modified;
  }

  private static Disposition settled(
      int id, org.apache.qpid.proton.amqp.transport.DeliveryState state) {
    Disposition d = new Disposition();
    d.setRole(Role.RECEIVER);
    d.setFirst(UnsignedInteger.valueOf(id));
    d.setSettled(true);
    d.setState(state);
    return d;
  }

  private static Map<?, ?> annotations(RawPeer peer, RawPeer.Frame delivery) {
    byte[] payload = delivery.payload();
    Header header = (Header) peer.decode(payload);
    assertThat(header).isNotNull();
    byte[] rest = Arrays.copyOfRange(payload, peer.consumed(), payload.length);
    return peer.decode(rest) instanceof MessageAnnotations notes ? notes.getValue() : Map.of();
  }

  @Test
  void annotationsAreMergedOverAllRedeliveriesAndTheRestOfTheMessageIsKept() throws Exception {
    put(RawPeer.data(10));
    try (RawPeer peer = edge.peer()) {
      peer.receiver(queue).send(0, RawPeer.flowFrame(0, 0, 5));
      assertThat(annotations(peer, peer.next())).isEmpty();
      peer.send(0, settled(0, modified("x-opt-why", "first", "x-opt-a", 1)));
      RawPeer.Frame second = peer.next();
      assertThat(annotations(peer, second))
          .isEqualTo(
              Map.of(Symbol.getSymbol("x-opt-why"), "first", Symbol.getSymbol("x-opt-a"), 1));
      assertThat(second.payload()).endsWith(RawPeer.data(10));
      peer.send(0, settled(1, modified("x-opt-why", "second")));
      assertThat(annotations(peer, peer.next()))
          .isEqualTo(
              Map.of(Symbol.getSymbol("x-opt-why"), "second", Symbol.getSymbol("x-opt-a"), 1));
      Modified plain = new Modified();
      plain.setDeliveryFailed(true);
      peer.send(0, settled(2, plain));
      assertThat(annotations(peer, peer.next())).hasSize(2);
    }
  }

  @Test
  void theConsumerChoosesTheMomentOfTheNextTry() throws Exception {
    put(RawPeer.data(10));
    try (RawPeer peer = edge.peer()) {
      peer.receiver(queue).send(0, RawPeer.flowFrame(0, 0, 1));
      peer.expect(Transfer.class);
      peer.send(0, settled(0, modified("x-opt-delivery-time", 1_800_000_000_000L)));
      await().until(() -> edge.domain.seen(OwnerCommand.Settle.class).size() == 1);
      Outcome outcome = edge.domain.seen(OwnerCommand.Settle.class).get(0).outcome();
      assertThat(((Outcome.Modified) outcome).deliverAtMs()).isEqualTo(1_800_000_000_000L);
    }
  }

  @Test
  void whatOnlyTheBrokerMayWriteIsLeftOut() throws Exception {
    put(RawPeer.data(10), RawPeer.data(10));
    try (RawPeer peer = edge.peer()) {
      peer.receiver(queue).send(0, RawPeer.flowFrame(0, 0, 2));
      peer.expect(Transfer.class);
      peer.expect(Transfer.class);
      peer.send(0, settled(0, modified("x-opt-hf-sender", "user:root", "x-opt-a", 1)))
          .send(0, settled(1, modified("x-opt-hf-sender", "user:root")));
      await().until(() -> edge.domain.seen(OwnerCommand.Settle.class).size() == 2);
      Outcome.Modified some =
          (Outcome.Modified) edge.domain.seen(OwnerCommand.Settle.class).get(0).outcome();
      assertThat(some.annotations()).isEqualTo(peer.encode(Map.of(Symbol.getSymbol("x-opt-a"), 1)));
      Outcome.Modified none =
          (Outcome.Modified) edge.domain.seen(OwnerCommand.Settle.class).get(1).outcome();
      assertThat(none.annotations()).isNull();
    }
  }

  @Test
  void aDefaultOutcomeIsReadInTheSameWay() throws Exception {
    try (RawPeer peer = edge.peer()) {
      Attach asked = RawPeer.attachFrame("r", 0, false, queue);
      ((Source) asked.getSource()).setDefaultOutcome(modified("x-opt-a", 1));
      peer.begin().send(0, asked).expect(Attach.class);
      Outcome outcome = edge.domain.seen(OwnerCommand.OpenConsumer.class).get(0).defaultOutcome();
      assertThat(((Outcome.Modified) outcome).annotations())
          .isEqualTo(peer.encode(Map.of(Symbol.getSymbol("x-opt-a"), 1)));
    }
  }

  @Test
  void tooMuchOrOfTheWrongTypeEndsTheSession() throws Exception {
    Map<Modified, String> cases =
        Map.of(
            modified("x-opt-a", "x".repeat(5_000)),
            "amqp:resource-limit-exceeded",
            modified("x-opt-delivery-time", "soon"),
            "amqp:invalid-field");
    for (Map.Entry<Modified, String> one : cases.entrySet()) {
      put(RawPeer.data(10));
      try (RawPeer peer = edge.peer()) {
        peer.receiver(queue).send(0, RawPeer.flowFrame(0, 0, 1));
        peer.expect(Transfer.class);
        peer.send(0, settled(0, one.getKey()));
        assertThat(peer.expect(End.class).getError().getCondition().toString())
            .isEqualTo(one.getValue());
      }
    }
  }

  /** A state of some extension. */
  private record Unknown()
      implements org.apache.qpid.proton.amqp.transport.DeliveryState, DescribedType {
    @Override
    public DeliveryStateType getType() {
      return DeliveryStateType.Accepted;
    }

    @Override
    public Object getDescriptor() {
      return UnsignedLong.valueOf(0x7777_0000_0000L);
    }

    @Override
    public Object getDescribed() {
      return java.util.List.of();
    }
  }

  @Test
  void aMessageIsNotConsumedByAStateThatIsNotKnown() throws Exception {
    put(RawPeer.data(10));
    try (RawPeer peer = edge.peer()) {
      peer.receiver(queue).send(0, RawPeer.flowFrame(0, 0, 1));
      peer.expect(Transfer.class);
      peer.send(0, settled(0, new Unknown()));
      assertThat(peer.expect(End.class).getError().getCondition().toString())
          .isEqualTo("amqp:not-implemented");
      await().until(() -> edge.domain.size(queue) == 1);
    }
  }

  // ---- max-message-size of the peer ----

  @Test
  void whatIsTooLargeForTheReceiverIsLeftToOthers() throws Exception {
    put(RawPeer.data(10), RawPeer.data(200), RawPeer.data(11));
    try (RawPeer peer = edge.peer()) {
      Attach asked = RawPeer.attachFrame("r", 0, false, queue);
      asked.setMaxMessageSize(UnsignedLong.valueOf(100));
      peer.begin().send(0, asked).expect(Attach.class);
      peer.send(0, RawPeer.flowFrame(0, 0, 2));
      assertThat(peer.next().payload()).endsWith(RawPeer.data(10));
      assertThat(peer.next().payload()).endsWith(RawPeer.data(11));
      await().until(() -> !edge.domain.seen(OwnerCommand.Settle.class).isEmpty());
      assertThat(edge.domain.seen(OwnerCommand.Settle.class))
          .extracting(OwnerCommand.Settle::outcome)
          .contains(new Outcome.Modified(false, true));
    }
  }
}
