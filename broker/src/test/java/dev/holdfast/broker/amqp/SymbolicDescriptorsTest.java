package dev.holdfast.broker.amqp;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.holdfast.broker.domain.Outcome;
import dev.holdfast.broker.domain.OwnerCommand;
import java.util.Arrays;
import org.apache.qpid.proton.amqp.UnsignedInteger;
import org.apache.qpid.proton.amqp.messaging.Accepted;
import org.apache.qpid.proton.amqp.transport.Disposition;
import org.apache.qpid.proton.amqp.transport.Role;
import org.apache.qpid.proton.amqp.transport.Transfer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Types of the standard may be described by their code or by their symbol (part 1 §1.3). */
class SymbolicDescriptorsTest {

  private static EdgeFixture edge;

  @BeforeAll
  static void start() throws Exception {
    edge = new EdgeFixture(AmqpLimits.defaults());
  }

  @AfterAll
  static void stop() throws Exception {
    edge.close();
  }

  private static byte[] symbol(String name) {
    byte[] text = name.getBytes(US_ASCII);
    return RawPeer.join(new byte[] {0, (byte) 0xA3, (byte) text.length}, text);
  }

  /** The frame's performative by its symbol instead of its code. */
  private static byte[] renamed(RawPeer peer, String name, Object performative) {
    byte[] encoded = peer.encode(performative);
    return RawPeer.join(symbol(name), Arrays.copyOfRange(encoded, 3, encoded.length));
  }

  @Test
  void framesSectionsAndStatesAreKnownByTheirSymbols() throws Exception {
    byte[] value = RawPeer.join(symbol("amqp:amqp-value:*"), new byte[] {(byte) 0xA1, 2, 'h', 'i'});
    try (RawPeer sender = edge.peer();
        RawPeer receiver = edge.peer()) {
      sender.sender("symbols");
      byte[] header = RawPeer.join(symbol("amqp:header:list"), new byte[] {0x45});
      byte[] transfer = renamed(sender, "amqp:transfer:list", RawPeer.transferFrame(0, 0));
      sender.send(RawPeer.rawFrame(0, 0, RawPeer.join(transfer, header, value)));
      assertThat(sender.skipTo(Disposition.class).getState()).isInstanceOf(Accepted.class);

      receiver.receiver("symbols");
      byte[] flow = renamed(receiver, "amqp:flow:list", RawPeer.flowFrame(0, 0, 1));
      receiver.send(RawPeer.rawFrame(0, 0, flow));
      RawPeer.Frame delivery = receiver.next();
      assertThat(delivery.body()).isInstanceOf(Transfer.class);
      assertThat(delivery.payload()).endsWith(value);

      edge.domain.seen.clear();
      Disposition rejected = new Disposition();
      rejected.setRole(Role.RECEIVER);
      rejected.setFirst(UnsignedInteger.ZERO);
      rejected.setSettled(true);
      rejected.setState(Accepted.getInstance());
      byte[] disposition = renamed(receiver, "amqp:disposition:list", rejected);
      // The state is the last field: 00 53 24 45 becomes 00 A3 .. "amqp:rejected:list" 45.
      byte[] head = Arrays.copyOf(disposition, disposition.length - 4);
      byte[] state = RawPeer.join(symbol("amqp:rejected:list"), new byte[] {0x45});
      int size = symbol("amqp:disposition:list").length + 1;
      head[size] += (byte) (state.length - 4);
      receiver.send(RawPeer.rawFrame(0, 0, RawPeer.join(head, state)));
      await().until(() -> !edge.domain.seen(OwnerCommand.Settle.class).isEmpty());
      assertThat(edge.domain.seen(OwnerCommand.Settle.class).get(0).outcome())
          .isEqualTo(new Outcome.Rejected("", ""));
    }
  }
}
