package dev.holdfast.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.holdfast.client.HoldfastException.Reason;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.apache.qpid.proton.amqp.Symbol;
import org.apache.qpid.proton.amqp.messaging.Accepted;
import org.apache.qpid.proton.amqp.messaging.AmqpValue;
import org.apache.qpid.proton.amqp.messaging.Data;
import org.apache.qpid.proton.amqp.messaging.Modified;
import org.apache.qpid.proton.amqp.messaging.Rejected;
import org.apache.qpid.proton.amqp.messaging.Released;
import org.apache.qpid.proton.amqp.transport.DeliveryState;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class SendTest {
  private ScriptedPeer peer;
  private Holdfast holdfast;

  @BeforeEach
  void connect() throws Exception {
    peer = new ScriptedPeer();
    holdfast = Holdfast.builder(peer.uri()).closeTimeout(Duration.ofSeconds(2)).connect();
  }

  @AfterEach
  void close() throws Exception {
    holdfast.close();
    peer.close();
  }

  @Test
  void acceptedIsAReceipt() {
    try (Producer orders = holdfast.producer("orders")) {
      Receipt receipt =
          orders.send(Message.builder().id("m-1").text("one").property("n", 1).build());

      assertThat(receipt).isEqualTo(new Receipt("orders", "m-1", 1, false));
    }
    assertThat(peer.received).hasSize(1);
    assertThat(((AmqpValue) peer.received.get(0).getBody()).getValue()).isEqualTo("one");
    assertThat(peer.received.get(0).isDurable()).isTrue();
  }

  private static Object keyOf(org.apache.qpid.proton.message.Message message) {
    return message.getMessageAnnotations() == null
        ? null
        : message.getMessageAnnotations().getValue().get(Symbol.valueOf("x-opt-idempotency-key"));
  }

  @Test
  void everyMessageHasAnIdempotencyKeyUnlessItIsToldOtherwise() {
    try (Producer orders = holdfast.producer("orders");
        Producer plain = holdfast.producerBuilder("orders").automaticKeys(false).open()) {
      orders.send(Message.text("a"));
      orders.send(Message.text("a"));
      orders.send(Message.text("b"), "mine");
      orders.send(Message.builder().text("c").idempotencyKey("own").build());
      plain.send(Message.text("d"));
    }
    assertThat(keyOf(peer.received.get(0))).isNotNull().isNotEqualTo(keyOf(peer.received.get(1)));
    assertThat(keyOf(peer.received.get(2))).isEqualTo("mine");
    assertThat(keyOf(peer.received.get(3))).isEqualTo("own");
    assertThat(keyOf(peer.received.get(4))).isNull();
  }

  @Test
  void aDuplicateIsAReceiptThatSaysSo() {
    peer.answer = message -> rejected("holdfast:duplicate", "stored already");
    try (Producer orders = holdfast.producer("orders")) {
      assertThat(orders.send(Message.text("a"), "k").duplicate()).isTrue();
      peer.answer = message -> Accepted.getInstance();
      assertThat(orders.send(Message.text("b"), "l").duplicate()).isFalse();
    }
  }

  @Test
  void everyPropertyReachesThePeer() {
    Instant at = Instant.ofEpochMilli(1_700_000_000_123L);
    try (Producer orders = holdfast.producer("orders")) {
      orders.send(
          Message.builder()
              .bytes(new byte[] {1, 2, 3})
              .correlationId("c")
              .subject("s")
              .replyTo("r")
              .to("t")
              .contentType("application/json")
              .groupId("g")
              .ttl(Duration.ofSeconds(7))
              .priority(9)
              .durable(false)
              .property("at", at)
              .annotation("x-opt-note", "n")
              .build());
    }
    org.apache.qpid.proton.message.Message got = peer.received.get(0);
    assertThat(got.getCorrelationId()).isEqualTo("c");
    assertThat(got.getSubject()).isEqualTo("s");
    assertThat(got.getReplyTo()).isEqualTo("r");
    assertThat(got.getAddress()).isEqualTo("t");
    assertThat(got.getContentType()).isEqualTo("application/json");
    assertThat(got.getGroupId()).isEqualTo("g");
    assertThat(got.getTtl()).isEqualTo(7_000);
    assertThat(got.getPriority()).isEqualTo((short) 9);
    assertThat(got.isDurable()).isFalse();
    assertThat(((Data) got.getBody()).getValue().getArray()).containsExactly(1, 2, 3);
    Message read = MessageCodec.decode(got);
    assertThat(read.property("at")).contains(at);
    assertThat(read.annotations()).containsEntry("x-opt-note", "n");
    assertThat(read.toBuilder().build().bodyAsBytes()).containsExactly(1, 2, 3);
  }

  @Test
  void outcomesHaveReasons() {
    Producer orders = holdfast.producer("orders");
    assertThat(refusal(orders, rejected("amqp:resource-limit-exceeded", "disk full")))
        .satisfies(
            failed -> {
              assertThat(failed.reason()).isEqualTo(Reason.RESOURCE_LIMIT);
              assertThat(failed.isTransient()).isTrue();
              assertThat(failed.condition()).contains("amqp:resource-limit-exceeded");
              assertThat(failed.node()).contains("orders");
              assertThat(failed).hasMessageContaining("disk full");
            });
    assertThat(refusal(orders, rejected("amqp:not-found", "gone")).reason())
        .isEqualTo(Reason.NOT_FOUND);
    assertThat(refusal(orders, rejected("acme:odd", "odd")).reason()).isEqualTo(Reason.REJECTED);
    assertThat(refusal(orders, new Rejected()).isTransient()).isFalse();
    assertThat(refusal(orders, Released.getInstance()).reason()).isEqualTo(Reason.RELEASED);
    assertThat(refusal(orders, new Modified()).reason()).isEqualTo(Reason.RELEASED);
    peer.answer = message -> Accepted.getInstance();
    assertThat(orders.send(Message.text("fine")).attempts()).isEqualTo(1);
  }

  @Test
  void tooLargeIsRefusedBeforeItIsSent() {
    peer.maxMessageBytes = 1_000;
    Producer orders = holdfast.producer("orders");

    HoldfastException failed =
        catchThrowableOfType(
            HoldfastException.class, () -> orders.send(Message.bytes(new byte[1_000])));

    assertThat(failed.reason()).isEqualTo(Reason.MESSAGE_TOO_LARGE);
    assertThat(peer.received).isEmpty();
  }

  @Test
  void theBoundInFlightHolds() throws Exception {
    peer.answer = message -> null;
    Producer orders =
        holdfast
            .producerBuilder("orders")
            .maxInFlight(3)
            .sendTimeout(Duration.ofMillis(300))
            .open();
    List<CompletableFuture<Receipt>> sent = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      sent.add(orders.sendAsync(Message.text("m" + i)));
    }

    CompletableFuture<Receipt> fourth = orders.sendAsync(Message.text("m3"));

    assertThat(reason(fourth)).isEqualTo(Reason.TIMEOUT);
    assertThat(peer.received).hasSize(3);
    // Told of the timeout or not, what has no answer keeps its room.
    assertThat(reason(sent.get(0))).isEqualTo(Reason.TIMEOUT);
    assertThat(orders.inFlight()).isEqualTo(3);
    peer.onLoop(() -> peer.unanswered.forEach(d -> d.disposition(Accepted.getInstance(), true)));
    peer.answer = message -> Accepted.getInstance();
    assertThat(orders.send(Message.text("m4")).attempts()).isEqualTo(1);
  }

  @Test
  void theBoundOnBytesHoldsButALargeMessageGoesAlone() {
    peer.answer = message -> null;
    Producer orders =
        holdfast
            .producerBuilder("orders")
            .maxInFlightBytes(1_000)
            .sendTimeout(Duration.ofMillis(200))
            .open();
    orders.sendAsync(Message.bytes(new byte[5_000]));

    CompletableFuture<Receipt> second = orders.sendAsync(Message.bytes(new byte[1]));

    assertThat(reason(second)).isEqualTo(Reason.TIMEOUT);
    assertThat(peer.received).hasSize(1);
  }

  @Test
  void withoutCreditNothingGoesOutAndTheSenderIsTold() {
    peer.credit = 0;
    Producer orders = holdfast.producerBuilder("orders").sendTimeout(Duration.ofMillis(200)).open();

    HoldfastException failed =
        catchThrowableOfType(HoldfastException.class, () -> orders.send(Message.text("x")));

    assertThat(failed.reason()).isEqualTo(Reason.TIMEOUT);
    assertThat(failed).hasMessageContaining("credit");
    assertThat(orders.inFlight()).isZero();
    assertThat(peer.received).isEmpty();
  }

  @Test
  void closeDrains() throws Exception {
    peer.answer = message -> null;
    Producer orders = holdfast.producer("orders");
    List<CompletableFuture<Receipt>> sent = new ArrayList<>();
    for (int i = 0; i < 50; i++) {
      sent.add(orders.sendAsync(Message.text("m" + i)));
    }
    CompletableFuture<Void> closing = CompletableFuture.runAsync(orders::close);
    Awaitility.await().until(() -> peer.unanswered.size() == 50);
    assertThat(closing).isNotDone();
    assertThat(reason(orders.sendAsync(Message.text("late")))).isEqualTo(Reason.CLOSED);

    peer.onLoop(() -> peer.unanswered.forEach(d -> d.disposition(Accepted.getInstance(), true)));

    closing.get(5, TimeUnit.SECONDS);
    assertThat(sent).allSatisfy(future -> assertThat(future).isCompleted());
  }

  @Test
  void closeFailsWhatIsNotAnsweredInTime() {
    peer.answer = message -> null;
    Producer orders = holdfast.producer("orders");
    CompletableFuture<Receipt> sent = orders.sendAsync(Message.text("x"));

    orders.close();

    assertThat(reason(sent)).isEqualTo(Reason.CLOSED);
  }

  @Test
  void completionsRunOffTheLoopAndMaySendOn() throws Exception {
    Producer orders = holdfast.producerBuilder("orders").maxInFlight(1).open();
    CompletableFuture<Receipt> chain =
        orders
            .sendAsync(Message.text("first"))
            .thenCompose(receipt -> orders.sendAsync(Message.text("second")));

    assertThat(chain.get(5, TimeUnit.SECONDS).attempts()).isEqualTo(1);

    peer.answer = message -> null;
    CompletableFuture<Receipt> blocking =
        orders
            .sendAsync(Message.text("third"))
            .thenApply(receipt -> orders.send(Message.text("fourth")));
    Awaitility.await().until(() -> peer.unanswered.size() == 1);
    peer.onLoop(() -> peer.unanswered.get(0).disposition(Accepted.getInstance(), true));
    assertThat(reason(blocking)).isEqualTo(Reason.INVALID);
  }

  @Test
  void manyInFlightKeepTheirOrder() {
    try (Producer orders = holdfast.producer("orders")) {
      for (int i = 0; i < 20_000; i++) {
        orders.sendAsync(Message.builder().id(String.valueOf(i)).build());
      }
    }
    assertThat(peer.received)
        .extracting(message -> Integer.parseInt(String.valueOf(message.getMessageId())))
        .isSorted()
        .hasSize(20_000);
  }

  private HoldfastException refusal(Producer producer, DeliveryState state) {
    peer.answer = message -> state;
    return catchThrowableOfType(
        HoldfastException.class, () -> producer.send(Message.text("refused")));
  }

  private static Rejected rejected(String condition, String description) {
    Rejected rejected = new Rejected();
    rejected.setError(ScriptedPeer.error(condition, description));
    return rejected;
  }

  static Reason reason(CompletableFuture<?> future) {
    ExecutionException failed =
        catchThrowableOfType(ExecutionException.class, () -> future.get(10, TimeUnit.SECONDS));
    return ((HoldfastException) failed.getCause()).reason();
  }
}
