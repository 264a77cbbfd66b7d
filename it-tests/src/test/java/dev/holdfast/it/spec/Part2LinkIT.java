package dev.holdfast.it.spec;

import static org.hamcrest.Matchers.anyOf;
import static org.hamcrest.Matchers.greaterThan;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.nullValue;

import dev.holdfast.it.harness.SharedBroker;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import org.apache.qpid.protonj2.test.driver.codec.primitives.Symbol;
import org.apache.qpid.protonj2.test.driver.codec.primitives.UnsignedLong;
import org.apache.qpid.protonj2.test.driver.codec.transport.Role;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Part 2, sections 2.6.1 to 2.6.11: links and their credit. */
class Part2LinkIT {
  private static final long LAST = 0xFFFFFFFFL;

  @Test
  void s2_6_1_aNameIsOneLinkInEachDirection() throws IOException {
    String queue = Peer.queue();
    try (Peer peer = Peer.begun()) {
      peer.script.expectAttach().ofReceiver().withName("both");
      peer.script.expectFlow().withHandle(0);
      peer.script
          .remoteAttach()
          .ofSender()
          .withName("both")
          .withHandle(0)
          .withInitialDeliveryCount(0)
          .withTarget()
          .withAddress(queue)
          .also()
          .now();
      peer.done();
      peer.script.expectAttach().ofSender().withName("both");
      peer.script
          .remoteAttach()
          .ofReceiver()
          .withName("both")
          .withHandle(1)
          .withSource()
          .withAddress(queue)
          .also()
          .now();
      peer.done().send(0, "still here");
    }
  }

  @Test
  void s2_6_3_theAnswerTakesTheOtherRoleAndTheSameName() throws IOException {
    try (Peer peer = Peer.begun()) {
      peer.script
          .expectAttach()
          .withName("mine")
          .withRole(Role.SENDER)
          .withInitialDeliveryCount(0)
          .withUnsettled(nullValue());
      peer.script
          .remoteAttach()
          .withName("mine")
          .withRole(Role.RECEIVER)
          .withHandle(9)
          .withSource()
          .withAddress(Peer.queue())
          .also()
          .withProperty("unknown", "property")
          .now();
      peer.done();
    }
  }

  @Test
  void s2_6_3_theReceiverIsToldTheGreatestMessage() throws IOException {
    try (Peer peer = Peer.begun()) {
      peer.script.expectAttach().withMaxMessageSize(greaterThan(UnsignedLong.valueOf(1 << 20)));
      peer.script.expectFlow();
      peer.script
          .remoteAttach()
          .ofSender()
          .withName("s")
          .withHandle(0)
          .withInitialDeliveryCount(7)
          .withTarget()
          .withAddress(Peer.queue())
          .also()
          .now();
      peer.done();
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void s2_6_4_aDetachIsAnsweredInKindAndFreesTheHandle(boolean closed) throws IOException {
    String queue = Peer.queue();
    try (Peer peer = Peer.begun()) {
      for (int round = 0; round < 3; round++) {
        peer.receiver(0, queue);
        peer.script
            .expectDetach()
            .withHandle(0)
            .withClosed(closed ? is(true) : anyOf(nullValue(), is(false)))
            .withError(nullValue());
        peer.script.remoteDetach().withHandle(0).withClosed(closed).now();
        peer.done();
      }
      peer.alive();
    }
  }

  @Test
  void s2_6_4_whatWasOutWhenALinkDetachesComesAgain() throws IOException {
    String queue = Peer.queue();
    Peer.put(queue, "kept");
    try (Peer peer = Peer.begun().receiver(0, queue)) {
      peer.script.expectTransfer().withDeliveryId(0);
      peer.credit(0, 0, 1).done();
      peer.script.expectDetach();
      peer.script.remoteDetach().withHandle(0).withClosed(false).now();
      peer.done().receiver(0, queue);
      peer.script.expectTransfer().withDeliveryId(1).withPayload(Peer.text("kept"));
      peer.credit(0, 0, 1).done();
    }
  }

  @Test
  void s2_6_5_aTerminusThatIsNotThereIsRefusedByANullTerminus() throws IOException {
    try (Peer peer = Peer.begun()) {
      peer.script.expectAttach().ofReceiver().withNullTarget();
      peer.script.expectDetach().withClosed(true).withError("amqp:not-found").respond();
      peer.script
          .remoteAttach()
          .ofSender()
          .withName("s")
          .withHandle(0)
          .withInitialDeliveryCount(0)
          .withTarget()
          .withAddress("spec.nowhere")
          .also()
          .now();
      peer.done();
      peer.script.expectAttach().ofSender().withNullSource();
      peer.script.expectDetach().withClosed(true).withError("amqp:not-found").respond();
      peer.script
          .remoteAttach()
          .ofReceiver()
          .withName("r")
          .withHandle(0)
          .withSource()
          .withAddress("spec.nowhere")
          .also()
          .now();
      peer.done().alive();
    }
  }

  @Test
  void s2_6_7_creditIsNotExceededAndMayBeTakenBack() throws IOException {
    String queue = Peer.queue();
    Peer.put(queue, "0", "1", "2", "3");
    try (Peer peer = Peer.begun().receiver(0, queue)) {
      peer.script.expectTransfer().withDeliveryId(0);
      peer.script.expectTransfer().withDeliveryId(1);
      peer.credit(0, 0, 2).done().alive();
      peer.credit(0, 2, 0).alive();
      peer.script.expectTransfer().withDeliveryId(2).withPayload(Peer.text("2"));
      peer.credit(0, 2, 1).done().alive();
    }
  }

  @Test
  void s2_6_7_theDeliveryCountStartsWhereTheSenderSaysAndWraps() throws IOException {
    String queue = Peer.queue();
    try (Peer peer = Peer.begun()) {
      peer.script.expectAttach().ofReceiver();
      peer.script.expectFlow().withHandle(0).withDeliveryCount(LAST).withLinkCredit(2048);
      peer.script
          .remoteAttach()
          .ofSender()
          .withName("wraps")
          .withHandle(0)
          .withInitialDeliveryCount(LAST)
          .withTarget()
          .withAddress(queue)
          .also()
          .now();
      peer.done().send(0, "a", "b");
      peer.script.expectFlow().withHandle(0).withDeliveryCount(1).withLinkCredit(2046);
      peer.script
          .remoteFlow()
          .withNextIncomingId(0)
          .withIncomingWindow(10)
          .withNextOutgoingId(2)
          .withOutgoingWindow(10)
          .withHandle(0)
          .withDeliveryCount(1)
          .withEcho(true)
          .now();
      peer.done();
    }
  }

  @Test
  void s2_6_7_drainUsesUpTheCreditAndSaysSo() throws IOException {
    String queue = Peer.queue();
    Peer.put(queue, "only");
    try (Peer peer = Peer.begun().receiver(0, queue)) {
      peer.script.expectTransfer().withDeliveryId(0);
      peer.script
          .expectFlow()
          .withHandle(0)
          .withDeliveryCount(100)
          .withLinkCredit(0)
          .withDrain(true);
      peer.script
          .remoteFlow()
          .withNextIncomingId(0)
          .withIncomingWindow(1000)
          .withNextOutgoingId(0)
          .withOutgoingWindow(10)
          .withHandle(0)
          .withDeliveryCount(0)
          .withLinkCredit(100)
          .withDrain(true)
          .now();
      peer.done().alive();
    }
  }

  @Test
  void s2_7_4_theFlowOfALinkSaysWhyItIsHeldBackAndThatItGoesOn() throws IOException {
    String queue = Peer.queue();
    try (Peer peer = Peer.begun()) {
      peer.receiver(0, queue).credit(0, 0, 5);
      heldBack(peer, "a bug");
      SharedBroker.broker().cli().ok("queue", "pause", queue, "--reason", "a bug");
      peer.done();
      heldBack(peer, null);
      SharedBroker.broker().cli().ok("queue", "resume", queue);
      peer.done().alive();
    }
  }

  private static void heldBack(Peer peer, @Nullable String reason) {
    Map<Symbol, Object> properties = new HashMap<>();
    properties.put(Symbol.valueOf("holdfast:delivery-paused"), reason);
    peer.script
        .expectFlow()
        .withHandle(0)
        .withDeliveryCount(0)
        .withLinkCredit(5)
        .withDrain(false)
        .withProperties(properties);
  }
}
