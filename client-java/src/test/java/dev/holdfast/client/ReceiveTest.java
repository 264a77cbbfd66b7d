package dev.holdfast.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.holdfast.client.HoldfastException.Reason;
import java.math.BigInteger;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.qpid.proton.Proton;
import org.apache.qpid.proton.amqp.Symbol;
import org.apache.qpid.proton.amqp.UnsignedInteger;
import org.apache.qpid.proton.amqp.UnsignedLong;
import org.apache.qpid.proton.amqp.messaging.Accepted;
import org.apache.qpid.proton.amqp.messaging.AmqpSequence;
import org.apache.qpid.proton.amqp.messaging.AmqpValue;
import org.apache.qpid.proton.amqp.messaging.Modified;
import org.apache.qpid.proton.amqp.messaging.Rejected;
import org.apache.qpid.proton.amqp.messaging.Released;
import org.apache.qpid.proton.amqp.messaging.Section;
import org.apache.qpid.proton.amqp.messaging.Source;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ReceiveTest {
  private static final Duration PLENTY = Duration.ofSeconds(10);
  private static final Duration SHORT = Duration.ofMillis(50);

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
  void theFourVerbsAreTheFourOutcomes() throws Exception {
    Consumer orders = holdfast.consumer("orders");
    for (String text : List.of("a", "b", "c", "d")) {
      peer.deliver(text(text));
    }
    assertThat(receive(orders).accept()).isTrue();
    assertThat(receive(orders).release()).isTrue();
    assertThat(receive(orders).retry()).isTrue();
    assertThat(receive(orders).reject("no such customer")).isTrue();

    Awaitility.await().until(() -> peer.outcomes.size() == 4);
    assertThat(peer.outcomes.get(0)).isInstanceOf(Accepted.class);
    assertThat(peer.outcomes.get(1)).isInstanceOf(Released.class);
    Modified modified = (Modified) peer.outcomes.get(2);
    assertThat(modified.getDeliveryFailed()).isTrue();
    assertThat(modified.getUndeliverableHere()).isNotEqualTo(true);
    assertThat(((Rejected) peer.outcomes.get(3)).getError().getDescription())
        .isEqualTo("no such customer");
  }

  @Test
  void theBrokerHearsThatAHandlerIsStillAtWork() throws Exception {
    CountDownLatch done = new CountDownLatch(1);
    try (Consumer orders =
        holdfast
            .consumerBuilder("orders")
            .lockRenewal(SHORT)
            .handler(
                delivery -> {
                  done.await();
                  delivery.accept();
                })
            .open()) {
      peer.deliver(text("long"));
      Awaitility.await().until(() -> peer.renewals.get() >= 3);
      assertThat(peer.outcomes).isEmpty();
      done.countDown();
      Awaitility.await().until(() -> peer.outcomes.size() == 1);
      assertThat(peer.outcomes.get(0)).isInstanceOf(Accepted.class);
    }
  }

  @Test
  void anOutcomeCountsOnce() throws Exception {
    Consumer orders = holdfast.consumer("orders");
    peer.deliver(text("a"));
    Delivery delivery = receive(orders);

    assertThat(delivery.isSettled()).isFalse();
    assertThat(delivery.accept()).isTrue();
    assertThat(delivery.retry()).isFalse();
    assertThat(delivery.isSettled()).isTrue();
    peer.deliver(text("b"));
    receive(orders).accept();
    Awaitility.await().until(() -> peer.outcomes.size() == 2);
    assertThat(peer.outcomes).allMatch(Accepted.class::isInstance);
  }

  @Test
  void headersOfARedeliveryAreVisible() throws Exception {
    Consumer orders = holdfast.consumer("orders");
    org.apache.qpid.proton.message.Message again = text("again");
    again.setDeliveryCount(3);
    again.setFirstAcquirer(false);
    peer.deliver(again);

    Delivery delivery = receive(orders);

    assertThat(delivery.deliveryCount()).isEqualTo(3);
    assertThat(delivery.firstAcquirer()).isFalse();
    assertThat(delivery.node()).isEqualTo("orders");
  }

  @Test
  void bodiesOfOtherClientsAreReadable() throws Exception {
    Consumer orders = holdfast.consumer("orders");
    peer.deliver(
        body(
            new AmqpValue(
                Map.of(
                    Symbol.valueOf("k"),
                    UnsignedInteger.valueOf(0xFFFFFFFFL),
                    "big",
                    UnsignedLong.valueOf(BigInteger.ONE.shiftLeft(63))))));
    peer.deliver(body(new AmqpSequence(List.of("x", List.of(1, 2)))));
    peer.deliver(body(null));

    assertThat(receive(orders).message().body())
        .isEqualTo(Map.of("k", 0xFFFFFFFFL, "big", BigInteger.ONE.shiftLeft(63)));
    assertThat(receive(orders).message().body()).isEqualTo(List.of("x", List.of(1, 2)));
    assertThat(receive(orders).message().bodyAsBytes()).isEmpty();
  }

  @Test
  void receiveReturnsEmptyWhenNothingComes() {
    Consumer orders = holdfast.consumer("orders");

    assertThat(orders.receive(SHORT)).isEmpty();
  }

  @Test
  void unsettledDeliveriesNeverExceedThePrefetch() throws Exception {
    Consumer orders = holdfast.consumerBuilder("orders").prefetch(4).open();
    Awaitility.await().until(() -> credit() == 4);
    for (int i = 0; i < 4; i++) {
      peer.deliver(text("m" + i));
    }
    Delivery first = receive(orders);
    receive(orders);
    assertThat(credit()).isZero();
    first.accept();
    Awaitility.await().until(() -> peer.outcomes.size() == 1);
    // One place is free, less than half; two messages still wait for the application.
    assertThat(credit()).isZero();

    receive(orders);
    receive(orders);

    // Nothing waits any more: the one free place is offered although three are still unsettled.
    Awaitility.await().until(() -> credit() == 1);
  }

  @Test
  void handlersRunOnTheirOwnThreadsAndFailuresAreRetried() throws Exception {
    Set<String> threads = ConcurrentHashMap.newKeySet();
    CountDownLatch both = new CountDownLatch(2);
    holdfast
        .consumerBuilder("orders")
        .concurrency(2)
        .handler(
            delivery -> {
              threads.add(Thread.currentThread().getName());
              both.countDown();
              both.await(10, TimeUnit.SECONDS);
              throw new IllegalStateException("handler fails on purpose");
            })
        .open();

    peer.deliver(text("a"));
    peer.deliver(text("b"));

    Awaitility.await().until(() -> peer.outcomes.size() == 2);
    assertThat(threads)
        .containsExactlyInAnyOrder("holdfast-consumer-orders-1", "holdfast-consumer-orders-2");
    assertThat(peer.outcomes)
        .allSatisfy(state -> assertThat(((Modified) state).getDeliveryFailed()).isTrue());
  }

  @Test
  void closeReleasesWhatNoHandlerHasSeenAndWaitsForTheRunningOne() throws Exception {
    CountDownLatch started = new CountDownLatch(1);
    CountDownLatch go = new CountDownLatch(1);
    Consumer orders =
        holdfast.consumer(
            "orders",
            delivery -> {
              started.countDown();
              go.await(10, TimeUnit.SECONDS);
              delivery.accept();
            });
    for (int i = 0; i < 3; i++) {
      peer.deliver(text("m" + i));
    }
    started.await(10, TimeUnit.SECONDS);
    Thread closing = new Thread(orders::close);
    closing.start();
    Awaitility.await().until(() -> peer.outcomes.size() == 2);
    assertThat(peer.outcomes).allMatch(Released.class::isInstance);

    go.countDown();
    closing.join(10_000);

    assertThat(closing.isAlive()).isFalse();
    assertThat(peer.outcomes.get(2)).isInstanceOf(Accepted.class);
    assertThat(peer.toConsumers).isEmpty();
    assertThat(orders.failure())
        .get()
        .extracting(HoldfastException::reason)
        .isEqualTo(Reason.CLOSED);
  }

  @Test
  void aHandlerMayCloseItsConsumer() throws Exception {
    AtomicReference<Consumer> self = new AtomicReference<>();
    Consumer orders =
        holdfast.consumer(
            "orders",
            delivery -> {
              delivery.accept();
              self.get().close();
            });
    self.set(orders);
    peer.deliver(text("last"));

    Awaitility.await().until(peer.toConsumers::isEmpty);
    assertThat(peer.outcomes.get(0)).isInstanceOf(Accepted.class);
  }

  @Test
  void receiveAfterCloseSaysSo() throws Exception {
    Consumer orders = holdfast.consumer("orders");
    BlockingQueue<Reason> seen = new ArrayBlockingQueue<>(1);
    Thread waiting =
        new Thread(
            () ->
                seen.add(
                    catchThrowableOfType(HoldfastException.class, () -> orders.receive(PLENTY))
                        .reason()));
    waiting.start();
    Awaitility.await().until(() -> waiting.getState() == Thread.State.TIMED_WAITING);

    orders.close();

    assertThat(seen.poll(10, TimeUnit.SECONDS)).isEqualTo(Reason.CLOSED);
  }

  @Test
  void theDefaultOutcomeCountsAFailure() {
    holdfast.consumer("orders");

    Modified fallback = (Modified) ((Source) peer.sources.get(0)).getDefaultOutcome();
    assertThat(fallback.getDeliveryFailed()).isTrue();
  }

  @Test
  void aDeletedNodeEndsItsConsumerWithTheReason() throws Exception {
    BlockingQueue<HoldfastException> heard = new ArrayBlockingQueue<>(1);
    Consumer orders = holdfast.consumerBuilder("orders").onFailure(heard::add).open();
    peer.onLoop(
        () ->
            peer.toConsumers
                .get(0)
                .setCondition(ScriptedPeer.error("amqp:resource-deleted", "orders was deleted"))
                .close());

    HoldfastException failure = heard.poll(10, TimeUnit.SECONDS);

    assertThat(failure.reason()).isEqualTo(Reason.NOT_FOUND);
    assertThat(failure.condition()).contains("amqp:resource-deleted");
    assertThat(catchThrowableOfType(HoldfastException.class, () -> orders.receive(PLENTY)))
        .hasMessageContaining("orders was deleted");
    assertThat(peer.sources).hasSize(1);
  }

  @Test
  void aForcedDetachIsAttachedAgain() throws Exception {
    Consumer orders = holdfast.consumer("orders");
    peer.deliver(text("before"));
    Delivery before = receive(orders);
    peer.onLoop(
        () ->
            peer.toConsumers
                .get(0)
                .setCondition(ScriptedPeer.error("amqp:link:detach-forced", "moved"))
                .close());
    Awaitility.await().until(() -> peer.sources.size() == 2);

    peer.deliver(text("after"));

    assertThat(receive(orders).message().bodyAsText()).isEqualTo("after");
    assertThat(before.accept()).isFalse();
  }

  private int credit() throws Exception {
    AtomicReference<Integer> credit = new AtomicReference<>();
    peer.onLoop(() -> credit.set(peer.toConsumers.get(peer.toConsumers.size() - 1).getCredit()));
    return credit.get();
  }

  private static Delivery receive(Consumer consumer) {
    Optional<Delivery> next = consumer.receive(PLENTY);
    assertThat(next).isPresent();
    return next.get();
  }

  static org.apache.qpid.proton.message.Message text(String text) {
    return body(new AmqpValue(text));
  }

  private static org.apache.qpid.proton.message.Message body(Section section) {
    org.apache.qpid.proton.message.Message message = Proton.message();
    message.setBody(section);
    return message;
  }
}
