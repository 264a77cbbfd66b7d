package dev.holdfast.it.spec;

import dev.holdfast.it.harness.SharedBroker;
import java.io.IOException;
import org.apache.qpid.protonj2.test.driver.codec.primitives.UnsignedInteger;
import org.apache.qpid.protonj2.test.driver.codec.transport.Role;
import org.junit.jupiter.api.Test;

/** Part 3, section 3.4: what a consumer says of a delivery. */
class Part3OutcomesIT {

  /** Takes the one message of the queue, and says this of it. */
  private static void takeAndSay(String queue, java.util.function.Consumer<Peer> outcome)
      throws IOException {
    try (Peer peer = Peer.begun().receiver(0, queue)) {
      peer.script.expectTransfer().withDeliveryId(0).withPayload(Peer.text("x"));
      peer.credit(0, 0, 1).done();
      outcome.accept(peer);
      peer.alive();
    }
  }

  private static org.apache.qpid.protonj2.test.driver.actions.DispositionInjectAction disposition(
      Peer peer) {
    return peer.script.remoteDisposition().withRole(Role.RECEIVER).withFirst(0).withSettled(true);
  }

  /** The message comes again with this count of failed deliveries. */
  static void assertComesAgain(String queue, int deliveryCount) throws IOException {
    try (Peer peer = Peer.begun().receiver(0, queue)) {
      peer.script
          .expectTransfer()
          .withPayload(
              Peer.message(
                  message ->
                      message.getDeliveryCount() == deliveryCount && !message.isFirstAcquirer()));
      peer.credit(0, 0, 1).done();
    }
  }

  @Test
  void s3_4_1_receivedIsNoOutcome() throws IOException {
    String queue = Peer.queue();
    Peer.put(queue, "x");
    takeAndSay(
        queue,
        peer ->
            peer.script
                .remoteDisposition()
                .withRole(Role.RECEIVER)
                .withFirst(0)
                .withSettled(false)
                .withState(
                    new org.apache.qpid.protonj2.test.driver.codec.messaging.Received()
                        .setSectionNumber(UnsignedInteger.ZERO)
                        .setSectionOffset(
                            org.apache.qpid.protonj2.test.driver.codec.primitives.UnsignedLong
                                .valueOf(0)))
                .now());
    SharedBroker.broker().cli().awaitMessages(queue, 1);
  }

  @Test
  void s3_4_2_acceptedTakesTheMessageAway() throws IOException {
    String queue = Peer.queue();
    Peer.put(queue, "x");
    takeAndSay(queue, peer -> disposition(peer).withState().accepted().now());
    SharedBroker.broker().cli().awaitMessages(queue, 0);
  }

  @Test
  void s3_4_3_rejectedMakesADeadLetter() throws IOException {
    String queue = Peer.queue();
    Peer.put(queue, "x");
    takeAndSay(
        queue, peer -> disposition(peer).withState().rejected("app:poison", "no good").now());
    SharedBroker.broker().cli().awaitMessages(queue, 0);
    try (Peer peer = Peer.begun().receiver(0, queue + "/$dead-letter")) {
      peer.script.expectTransfer().withPayload(Peer.text("x"));
      peer.credit(0, 0, 1).done();
    }
  }

  @Test
  void s3_4_4_releasedPutsTheMessageBackAndCountsNothing() throws IOException {
    String queue = Peer.queue();
    Peer.put(queue, "x");
    takeAndSay(queue, peer -> disposition(peer).withState().released().now());
    assertComesAgain(queue, 0);
  }

  @Test
  void s3_4_5_modifiedCountsAFailedDelivery() throws IOException {
    String queue = Peer.queue();
    Peer.put(queue, "x");
    takeAndSay(queue, peer -> disposition(peer).withState().modified(true).now());
    assertComesAgain(queue, 1);
  }

  @Test
  void s3_4_5_modifiedWithoutFailureCountsNothing() throws IOException {
    String queue = Peer.queue();
    Peer.put(queue, "x");
    takeAndSay(queue, peer -> disposition(peer).withState().modified(false).now());
    assertComesAgain(queue, 0);
  }

  @Test
  void s3_4_5_undeliverableHereIsNotDeliveredHereAgain() throws IOException {
    String queue = Peer.queue();
    Peer.put(queue, "x", "y");
    try (Peer here = Peer.begun().receiver(0, queue)) {
      here.script.expectTransfer().withDeliveryId(0).withPayload(Peer.text("x"));
      here.credit(0, 0, 1).done();
      disposition(here).withState().modified(false, true).now();
      here.alive();
      here.script.expectTransfer().withDeliveryId(1).withPayload(Peer.text("y"));
      here.credit(0, 1, 10).done().alive();
      try (Peer there = Peer.begun().receiver(0, queue)) {
        there.script.expectTransfer().withPayload(Peer.text("x"));
        there.credit(0, 0, 1).done();
      }
    }
  }
}
