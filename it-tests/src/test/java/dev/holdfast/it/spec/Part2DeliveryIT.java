package dev.holdfast.it.spec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.nullValue;

import dev.holdfast.it.harness.SharedBroker;
import java.io.IOException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.apache.qpid.protonj2.test.driver.codec.messaging.Accepted;
import org.apache.qpid.protonj2.test.driver.codec.primitives.Binary;
import org.apache.qpid.protonj2.test.driver.codec.primitives.UnsignedInteger;
import org.apache.qpid.protonj2.test.driver.codec.primitives.UnsignedLong;
import org.apache.qpid.protonj2.test.driver.codec.transport.DeliveryState;
import org.apache.qpid.protonj2.test.driver.codec.transport.ReceiverSettleMode;
import org.apache.qpid.protonj2.test.driver.codec.transport.Role;
import org.apache.qpid.protonj2.test.driver.codec.transport.SenderSettleMode;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Part 2, sections 2.6.12 to 2.6.14 and 2.7: deliveries and their settlement. */
class Part2DeliveryIT {
  private static final long LAST = 0xFFFFFFFFL;

  @ParameterizedTest
  @EnumSource(SenderSettleMode.class)
  void s2_6_12_theSenderSettlesAsWasAgreed(SenderSettleMode mode) throws IOException {
    String queue = Peer.queue();
    Peer.put(queue, "settled or not");
    try (Peer peer = Peer.begun()) {
      peer.script.expectAttach().ofSender().withSndSettleMode(mode);
      peer.script
          .remoteAttach()
          .ofReceiver()
          .withName("r")
          .withHandle(0)
          .withSndSettleMode(mode)
          .withSource()
          .withAddress(queue)
          .also()
          .now();
      peer.done();
      peer.script.expectTransfer().withSettled(mode == SenderSettleMode.SETTLED);
      peer.credit(0, 0, 1).done();
    }
    long left = mode == SenderSettleMode.SETTLED ? 0 : 1;
    SharedBroker.broker().cli().awaitMessages(queue, left);
  }

  @Test
  void s2_6_12_theReceiverSettlesFirstWhateverWasAskedFor() throws IOException {
    String queue = Peer.queue();
    Peer.put(queue, "x");
    try (Peer peer = Peer.begun()) {
      peer.script.expectAttach().ofSender().withRcvSettleMode(ReceiverSettleMode.FIRST);
      peer.script
          .remoteAttach()
          .ofReceiver()
          .withName("r")
          .withHandle(0)
          .withRcvSettleMode(ReceiverSettleMode.SECOND)
          .withSource()
          .withAddress(queue)
          .also()
          .now();
      peer.done();
      // A receiver that does not settle is answered by the sender's settlement.
      peer.script.expectTransfer().withDeliveryId(0);
      peer.credit(0, 0, 1).done();
      peer.script.expectDisposition().withRole(Role.SENDER).withFirst(0).withSettled(true);
      peer.script
          .remoteDisposition()
          .withRole(Role.RECEIVER)
          .withFirst(0)
          .withSettled(false)
          .withState()
          .accepted()
          .now();
      peer.done();
    }
    SharedBroker.broker().cli().awaitMessages(queue, 0);
  }

  @Test
  void s2_6_12_deliveryTagsDifferWhileUnsettled() throws IOException {
    String queue = Peer.queue();
    Peer.put(queue, "0", "1", "2", "3", "4");
    Set<Binary> tags = new HashSet<>();
    try (Peer peer = Peer.begun().receiver(0, queue)) {
      for (int id = 0; id < 5; id++) {
        peer.script
            .expectTransfer()
            .withDeliveryId(id)
            .withNonNullDeliveryTag()
            .withCapture(transfer -> tags.add(transfer.getDeliveryTag()));
      }
      peer.credit(0, 0, 5).done();
    }
    assertThat(tags).hasSize(5).allMatch(tag -> tag.getLength() >= 1 && tag.getLength() <= 32);
  }

  @Test
  void s2_6_13_unsettledDeliveriesOfAnotherLifeAreNotResumed() throws IOException {
    Map<Binary, DeliveryState> unsettled = new HashMap<>();
    unsettled.put(new Binary(new byte[] {1}), Accepted.getInstance());
    try (Peer peer = Peer.begun()) {
      peer.script.expectAttach().ofReceiver().withUnsettled(nullValue());
      peer.script.expectFlow().withHandle(0);
      peer.script
          .remoteAttach()
          .ofSender()
          .withName("s")
          .withHandle(0)
          .withInitialDeliveryCount(0)
          .withUnsettled(unsettled)
          .withTarget()
          .withAddress(Peer.queue())
          .also()
          .now();
      peer.done();
    }
  }

  @Test
  void s2_6_14_aDeliveryMayComeInPartsWithoutRepeatingItself() throws IOException {
    String queue = Peer.queue();
    try (Peer peer = Peer.begun().sender(0, queue)) {
      peer.script.expectDisposition().withFirst(0).withState().accepted();
      peer.script
          .remoteTransfer()
          .withHandle(0)
          .withDeliveryId(0)
          .withDeliveryTag(Peer.tag(0))
          .withMore(true)
          .withPayload(new byte[] {0, 0x53, 0x77})
          .now();
      // The fields of the first transfer hold for the rest: 0 is the handle, then nulls, then more.
      peer.bytes(Peer.frame(0, 0x14, 6, bytes(0x43, 0x40, 0x40, 0x40, 0x40, 0x41)));
      peer.bytes(continuation(new byte[] {(byte) 0xA1, 2, 'o', 'k'})).done();
    }
    try (Peer peer = Peer.begun().receiver(0, queue)) {
      peer.script.expectTransfer().withPayload(Peer.text("ok"));
      peer.credit(0, 0, 1).done();
    }
  }

  private static byte[] bytes(int... values) {
    byte[] bytes = new byte[values.length];
    for (int i = 0; i < values.length; i++) {
      bytes[i] = (byte) values[i];
    }
    return bytes;
  }

  /** A transfer on handle 0 of which only the payload is said. */
  private static byte[] continuation(byte[] payload) {
    byte[] transfer = Peer.frame(0, 0x14, 1, (byte) 0x43);
    byte[] all = java.util.Arrays.copyOf(transfer, transfer.length + payload.length);
    System.arraycopy(payload, 0, all, transfer.length, payload.length);
    all[3] = (byte) all.length;
    return all;
  }

  @Test
  void s2_7_5_deliveryIdsWrap() throws IOException {
    String queue = Peer.queue();
    try (Peer peer = Peer.begun().sender(0, queue)) {
      for (long id : new long[] {LAST - 1, LAST, 0, 1}) {
        peer.script.expectDisposition().withFirst(id).withState().accepted();
        peer.script
            .remoteTransfer()
            .withHandle(0)
            .withDeliveryId(id)
            .withDeliveryTag(Peer.tag((int) id))
            .withBody()
            .withString("" + id)
            .also()
            .now();
        peer.done();
      }
    }
    SharedBroker.broker().cli().awaitMessages(queue, 4);
  }

  @Test
  void s2_7_6_aDispositionCoversARangeOverSeveralLinks() throws IOException {
    String one = Peer.queue();
    String two = Peer.queue();
    Peer.put(one, "a");
    Peer.put(two, "b");
    try (Peer peer = Peer.begun().receiver(0, one).receiver(1, two)) {
      peer.script.expectTransfer().withHandle(0).withDeliveryId(0);
      peer.credit(0, 0, 1).done();
      peer.script.expectTransfer().withHandle(1).withDeliveryId(1);
      peer.credit(1, 0, 1).done();
      peer.script
          .remoteDisposition()
          .withRole(Role.RECEIVER)
          .withFirst(0)
          .withLast(1)
          .withSettled(true)
          .withState()
          .accepted()
          .now();
      peer.alive();
    }
    SharedBroker.broker().cli().awaitMessages(one, 0);
    SharedBroker.broker().cli().awaitMessages(two, 0);
  }

  @Test
  void s2_7_6_aDispositionOfTheOtherRoleSaysNothingOfOurDeliveries() throws IOException {
    String queue = Peer.queue();
    Peer.put(queue, "kept");
    try (Peer peer = Peer.begun().receiver(0, queue)) {
      peer.script.expectTransfer().withDeliveryId(0);
      peer.credit(0, 0, 1).done();
      peer.script
          .remoteDisposition()
          .withRole(Role.SENDER)
          .withFirst(0)
          .withSettled(true)
          .withState()
          .accepted()
          .now();
      peer.alive();
    }
    SharedBroker.broker().cli().awaitMessages(queue, 1);
  }

  @Test
  void s2_7_3_aMessageLargerThanTheReceiverTakesIsNotSent() throws IOException {
    String queue = Peer.queue();
    Peer.put(queue, "x".repeat(200), "small");
    try (Peer peer = Peer.begun()) {
      peer.attachedReceiver(0);
      peer.script
          .remoteAttach()
          .ofReceiver()
          .withName("small")
          .withHandle(0)
          .withMaxMessageSize(UnsignedLong.valueOf(100))
          .withSource()
          .withAddress(queue)
          .also()
          .now();
      peer.done();
      // It is left to others; the next one comes.
      peer.script.expectTransfer().withPayload(Peer.text("small"));
      peer.credit(0, 0, 1).done();
    }
    SharedBroker.broker().cli().awaitMessages(queue, 2);
  }

  @Test
  void s2_7_5_aContinuationMustNotChangeTheTag() throws IOException {
    try (Peer peer = Peer.begun().sender(0, Peer.queue())) {
      peer.script.expectDetach().withHandle(0).withClosed(true).withError("amqp:invalid-field");
      for (int part = 0; part < 2; part++) {
        peer.script
            .remoteTransfer()
            .withHandle(0)
            .withDeliveryId(0)
            .withDeliveryTag(Peer.tag(part))
            .withMore(part == 0)
            .withPayload(new byte[] {0, 0x53, 0x77})
            .now();
      }
      peer.done();
    }
  }

  @Test
  void s2_7_5_aContinuationMustNotChangeTheMessageFormat() throws IOException {
    try (Peer peer = Peer.begun().sender(0, Peer.queue())) {
      peer.script.expectDetach().withHandle(0).withClosed(true).withError("amqp:invalid-field");
      for (int part = 0; part < 2; part++) {
        peer.script
            .remoteTransfer()
            .withHandle(0)
            .withDeliveryId(0)
            .withDeliveryTag(Peer.tag(0))
            .withMessageFormat(UnsignedInteger.valueOf(part).longValue())
            .withMore(part == 0)
            .withPayload(new byte[] {0, 0x53, 0x77})
            .now();
      }
      peer.done();
    }
  }
}
