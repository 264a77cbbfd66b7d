package dev.holdfast.broker.amqp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.holdfast.broker.domain.OwnerCommand;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.apache.qpid.proton.amqp.Symbol;
import org.apache.qpid.proton.amqp.UnsignedInteger;
import org.apache.qpid.proton.amqp.messaging.Accepted;
import org.apache.qpid.proton.amqp.messaging.AmqpSequence;
import org.apache.qpid.proton.amqp.messaging.DeliveryAnnotations;
import org.apache.qpid.proton.amqp.messaging.Footer;
import org.apache.qpid.proton.amqp.messaging.Header;
import org.apache.qpid.proton.amqp.messaging.MessageAnnotations;
import org.apache.qpid.proton.amqp.messaging.Rejected;
import org.apache.qpid.proton.amqp.transport.Disposition;
import org.apache.qpid.proton.amqp.transport.Role;
import org.apache.qpid.proton.amqp.transport.Transfer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class TransferTest {

  static EdgeFixture edge;

  @BeforeAll
  static void start() throws Exception {
    edge = new EdgeFixture(AmqpLimits.defaults());
  }

  @AfterAll
  static void stop() throws Exception {
    edge.close();
  }

  @Test
  void aMessageGoesThroughAndIsAnsweredInOneRange() throws Exception {
    try (RawPeer sender = edge.peer();
        RawPeer receiver = edge.peer()) {
      sender.sender("through");
      ByteArrayOutputStream burst = new ByteArrayOutputStream();
      for (int id = 0; id < 10; id++) {
        burst.write(sender.frame(0, 0, RawPeer.transferFrame(0, id), RawPeer.data(100)));
      }
      sender.send(burst.toByteArray());
      int answered = 0;
      while (answered < 10) {
        Disposition d = sender.skipTo(Disposition.class);
        assertThat(d.getRole()).isEqualTo(Role.RECEIVER);
        assertThat(d.getSettled()).isTrue();
        assertThat(d.getState()).isInstanceOf(Accepted.class);
        assertThat(d.getFirst().intValue()).isEqualTo(answered);
        answered = d.getLast().intValue() + 1;
      }
      receiver.receiver("through").send(0, RawPeer.flowFrame(0, 0, 10));
      for (int id = 0; id < 10; id++) {
        RawPeer.Frame frame = receiver.next();
        assertThat(((Transfer) frame.body()).getDeliveryId().intValue()).isEqualTo(id);
        byte[] payload = frame.payload();
        assertThat(payload).endsWith(RawPeer.data(100));
      }
      Disposition all = new Disposition();
      all.setRole(Role.RECEIVER);
      all.setFirst(UnsignedInteger.ZERO);
      all.setLast(UnsignedInteger.MAX_VALUE);
      all.setSettled(true);
      all.setState(Accepted.getInstance());
      edge.domain.seen.clear();
      receiver.send(0, all);
      await().until(() -> edge.domain.seen(OwnerCommand.Settle.class).size() == 10);
    }
  }

  @Test
  void aLargeMessageGoesThroughBothWays() throws Exception {
    byte[] message = RawPeer.data(5_000_000);
    try (RawPeer sender = edge.peer();
        RawPeer receiver = edge.peer()) {
      sender.sender("large");
      int chunk = 60_000;
      for (int from = 0; from < message.length; from += chunk) {
        int to = Math.min(message.length, from + chunk);
        Transfer t = RawPeer.transferFrame(0, 0);
        t.setMore(to < message.length);
        sender.send(0, t, java.util.Arrays.copyOfRange(message, from, to));
      }
      assertThat(sender.skipTo(Disposition.class).getState()).isInstanceOf(Accepted.class);
      receiver.receiver("large").send(0, RawPeer.flowFrame(0, 0, 1));
      ByteArrayOutputStream got = new ByteArrayOutputStream();
      boolean more = true;
      while (more) {
        RawPeer.Frame frame = receiver.next();
        got.write(frame.payload());
        more = ((Transfer) frame.body()).getMore();
      }
      byte[] all = got.toByteArray();
      assertThat(java.util.Arrays.copyOfRange(all, all.length - message.length, all.length))
          .isEqualTo(message);
    }
  }

  @Test
  void whatTheBrokerDoesNotKnowPassesUntouched() throws Exception {
    try (RawPeer sender = edge.peer();
        RawPeer receiver = edge.peer()) {
      byte[] kept =
          RawPeer.join(
              sender.encode(
                  new MessageAnnotations(Map.of(Symbol.getSymbol("x-opt-other"), List.of(1, 2)))),
              sender.encode(new AmqpSequence(List.of("a", 2))),
              sender.encode(new AmqpSequence(List.of())),
              sender.encode(new Footer(Map.of(Symbol.getSymbol("sum"), 3))));
      byte[] hop = sender.encode(new DeliveryAnnotations(Map.of(Symbol.getSymbol("x-opt-hop"), 1)));
      Transfer transfer = RawPeer.transferFrame(0, 0);
      transfer.setMessageFormat(UnsignedInteger.valueOf(0x0102_0304));
      sender.sender("untouched").send(0, transfer, RawPeer.join(hop, kept));
      sender.skipTo(Disposition.class);
      receiver.receiver("untouched").send(0, RawPeer.flowFrame(0, 0, 1));
      RawPeer.Frame delivery = receiver.next();
      assertThat(((Transfer) delivery.body()).getMessageFormat().intValue()).isEqualTo(0x0102_0304);
      assertThat(receiver.decode(delivery.payload())).isInstanceOf(Header.class);
      assertThat(
              Arrays.copyOfRange(
                  delivery.payload(), receiver.consumed(), delivery.payload().length))
          .isEqualTo(kept);
    }
  }

  @Test
  void theAnonymousTerminusRoutesByTo() throws Exception {
    try (RawPeer peer = edge.peer()) {
      peer.sender(null);
      var properties = new org.apache.qpid.proton.amqp.messaging.Properties();
      properties.setTo("by-to");
      peer.send(
          0, RawPeer.transferFrame(0, 0), RawPeer.join(peer.encode(properties), RawPeer.data(3)));
      assertThat(peer.skipTo(Disposition.class).getState()).isInstanceOf(Accepted.class);
      assertThat(edge.domain.size("by-to")).isEqualTo(1);
      peer.send(0, RawPeer.transferFrame(0, 1), RawPeer.data(3));
      assertRejected(peer, "amqp:not-found");
      properties.setTo("missing");
      peer.send(
          0, RawPeer.transferFrame(0, 2), RawPeer.join(peer.encode(properties), RawPeer.data(3)));
      assertRejected(peer, "amqp:not-found");
      peer.send(0, RawPeer.transferFrame(0, 3), (byte) 1, (byte) 2);
      assertRejected(peer, "amqp:decode-error");
    }
  }

  private static void assertRejected(RawPeer peer, String condition) throws Exception {
    Object state = peer.skipTo(Disposition.class).getState();
    assertThat(state).isInstanceOf(Rejected.class);
    assertThat(((Rejected) state).getError().getCondition().toString()).isEqualTo(condition);
  }

  @Test
  void creditIsToppedUpInBatches() throws Exception {
    int messages = 10_000;
    try (RawPeer peer = edge.peer()) {
      peer.begin().send(0, RawPeer.attachFrame("s", 0, true, "credit"));
      peer.expect(org.apache.qpid.proton.amqp.transport.Attach.class);
      List<Integer> grants = new ArrayList<>();
      int sent = 0;
      int limit = 0;
      int answered = 0;
      int window = 0;
      while (answered < messages) {
        while (sent < limit && sent < messages && window > 0) {
          peer.send(0, RawPeer.transferFrame(0, sent++), RawPeer.data(10));
          window--;
        }
        Object body = peer.next().body();
        if (body instanceof org.apache.qpid.proton.amqp.transport.Flow flow) {
          window = flow.getNextIncomingId().intValue() + flow.getIncomingWindow().intValue() - sent;
          if (flow.getHandle() != null) {
            limit = flow.getDeliveryCount().intValue() + flow.getLinkCredit().intValue();
            grants.add(limit);
          }
        } else if (body instanceof Disposition d) {
          answered = d.getLast().intValue() + 1;
        }
      }
      assertThat(grants.size()).isBetween(5, 60);
    }
  }
}
