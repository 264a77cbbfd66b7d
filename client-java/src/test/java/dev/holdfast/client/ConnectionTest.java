package dev.holdfast.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.holdfast.client.HoldfastException.Reason;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.apache.qpid.proton.amqp.messaging.Accepted;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConnectionTest {
  private static final Duration PLENTY = Duration.ofSeconds(10);

  private final List<StateChange> states = new CopyOnWriteArrayList<>();
  private ScriptedPeer peer;
  private Holdfast holdfast;

  @BeforeEach
  void start() throws Exception {
    peer = new ScriptedPeer();
  }

  @AfterEach
  void close() throws Exception {
    if (holdfast != null) {
      holdfast.close();
    }
    peer.close();
  }

  private Holdfast connect() {
    holdfast =
        Holdfast.builder(peer.uri())
            .closeTimeout(Duration.ofSeconds(2))
            .onStateChange(states::add)
            .connect();
    return holdfast;
  }

  @Test
  void whatWasInFlightIsSentAgainInOrder() throws Exception {
    peer.answer = message -> null;
    Producer orders = connect().producer("orders");
    List<CompletableFuture<Receipt>> sent = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      sent.add(orders.sendAsync(Message.builder().id("m" + i).build()));
    }
    Awaitility.await().until(() -> peer.received.size() == 20);
    // Five are answered, fifteen are not when the connection breaks.
    peer.onLoop(
        () ->
            peer.unanswered
                .subList(0, 5)
                .forEach(d -> d.disposition(Accepted.getInstance(), true)));
    for (CompletableFuture<Receipt> answered : sent.subList(0, 5)) {
      assertThat(answered.get(10, TimeUnit.SECONDS).attempts()).isEqualTo(1);
    }
    peer.received.clear();
    peer.answer = message -> Accepted.getInstance();

    peer.cut();
    sent.add(orders.sendAsync(Message.builder().id("m20").build()));

    for (CompletableFuture<Receipt> again : sent.subList(5, 20)) {
      assertThat(again.get(10, TimeUnit.SECONDS).attempts()).isEqualTo(2);
    }
    sent.get(20).get(10, TimeUnit.SECONDS);
    assertThat(peer.received)
        .extracting(message -> message.getMessageId())
        .containsExactlyElementsOf(
            java.util.stream.IntStream.rangeClosed(5, 20)
                .mapToObj(i -> (Object) ("m" + i))
                .toList());
    assertThat(states)
        .extracting(StateChange::state)
        .containsExactly(
            ConnectionState.CONNECTED, ConnectionState.RECONNECTING, ConnectionState.CONNECTED);
    assertThat(states.get(1).cause().isTransient()).isTrue();
  }

  @Test
  void withoutResendTheCallerIsToldThatTheFateIsUnknown() throws Exception {
    peer.answer = message -> null;
    Producer orders = connect().producerBuilder("orders").resend(false).open();
    CompletableFuture<Receipt> sent = orders.sendAsync(Message.text("x"));
    Awaitility.await().until(() -> peer.received.size() == 1);

    peer.cut();

    assertThat(SendTest.reason(sent)).isEqualTo(Reason.CONNECTION_LOST);
    peer.answer = message -> Accepted.getInstance();
    assertThat(orders.send(Message.text("y")).attempts()).isEqualTo(1);
    assertThat(peer.received).hasSize(2);
  }

  @Test
  void aBlockedSendSurvivesABrokerThatIsAwayForAWhile() throws Exception {
    Producer orders = connect().producer("orders");
    peer.down();
    Awaitility.await().until(() -> holdfast.state() == ConnectionState.RECONNECTING);
    CompletableFuture<Receipt> sent =
        CompletableFuture.supplyAsync(() -> orders.send(Message.text("patient")));
    Awaitility.await().until(() -> orders.inFlight() == 1);

    peer.up();

    assertThat(sent.get(30, TimeUnit.SECONDS).node()).isEqualTo("orders");
  }

  @Test
  void outcomesOfAnOldConnectionAreNoOps() throws Exception {
    Consumer orders = connect().consumer("orders");
    peer.deliver(ReceiveTest.text("taken"));
    peer.deliver(ReceiveTest.text("waiting"));
    Delivery taken = orders.receive(PLENTY).orElseThrow();
    peer.cut();
    Awaitility.await().until(() -> peer.sources.size() == 2);
    Awaitility.await().until(() -> !peer.toConsumers.isEmpty());

    peer.deliver(ReceiveTest.text("taken again"));

    assertThat(orders.receive(PLENTY).orElseThrow().message().bodyAsText())
        .isEqualTo("taken again");
    assertThat(taken.accept()).isFalse();
    assertThat(peer.outcomes).isEmpty();
  }

  @Test
  void aNodeThatIsGoneAfterReconnectingFailsItsProducerOnly() throws Exception {
    Producer orders = connect().producer("orders");
    Producer bills = holdfast.producer("bills");
    peer.refused.put("orders", ScriptedPeer.error("amqp:not-found", "no queue orders"));

    peer.cut();

    HoldfastException failed =
        catchThrowableOfType(HoldfastException.class, () -> orders.send(Message.text("x")));
    assertThat(failed.reason()).isEqualTo(Reason.NOT_FOUND);
    assertThat(bills.send(Message.text("y")).node()).isEqualTo("bills");
  }

  @Test
  void refusedLinksSayWhy() {
    peer.refused.put("secret", ScriptedPeer.error("amqp:unauthorized-access", "not for you"));
    peer.refused.put("nowhere", ScriptedPeer.error("amqp:not-found", "no queue nowhere"));
    connect();

    HoldfastException send =
        catchThrowableOfType(HoldfastException.class, () -> holdfast.producer("secret"));
    HoldfastException receive =
        catchThrowableOfType(HoldfastException.class, () -> holdfast.consumer("nowhere"));

    assertThat(send.reason()).isEqualTo(Reason.UNAUTHORIZED);
    assertThat(send).hasMessageContaining("not for you");
    assertThat(receive.reason()).isEqualTo(Reason.NOT_FOUND);
    assertThat(receive.node()).contains("nowhere");
    assertThat(receive.isTransient()).isFalse();
  }

  @Test
  void aRefusedLoginIsToldAtOnce() throws Exception {
    try (ScriptedPeer strict = new ScriptedPeer("right")) {
      HoldfastBuilder wrong =
          Holdfast.builder(strict.uri())
              .user("alice")
              .password("wrong".toCharArray())
              .waitForBroker(PLENTY);

      HoldfastException failed = catchThrowableOfType(HoldfastException.class, wrong::connect);

      assertThat(failed.reason()).isEqualTo(Reason.AUTHENTICATION_FAILED);
      assertThat(strict.logins).hasValue(1);
      HoldfastException none =
          catchThrowableOfType(HoldfastException.class, () -> Holdfast.connect(strict.uri()));
      assertThat(none.reason()).isEqualTo(Reason.AUTHENTICATION_FAILED);
      Holdfast.builder(strict.uri())
          .user("alice")
          .password("right".toCharArray())
          .connect()
          .close();
    }
  }

  @Test
  void aBadCredentialIsNotHammered() throws Exception {
    Producer orders = connect().producer("orders");
    int before = peer.connections.get();
    peer.refuseOpen = ScriptedPeer.error("amqp:unauthorized-access", "no longer welcome");

    peer.cut();

    Awaitility.await().until(() -> holdfast.state() == ConnectionState.FAILED);
    assertThat(peer.connections.get() - before).isEqualTo(5);
    HoldfastException failed =
        catchThrowableOfType(HoldfastException.class, () -> orders.send(Message.text("x")));
    assertThat(failed.reason()).isEqualTo(Reason.AUTHENTICATION_FAILED);
    assertThat(catchThrowableOfType(HoldfastException.class, () -> holdfast.producer("bills")))
        .hasMessageContaining("no longer welcome");
  }

  @Test
  void nobodyThereIsToldAtOnceUnlessWaitedFor() throws Exception {
    peer.down();
    HoldfastException failed =
        catchThrowableOfType(HoldfastException.class, () -> Holdfast.connect(peer.uri()));
    assertThat(failed.reason()).isEqualTo(Reason.CONNECTION_LOST);
    assertThat(failed.isTransient()).isTrue();

    CompletableFuture<Holdfast> waiting =
        CompletableFuture.supplyAsync(
            () -> Holdfast.builder(peer.uri()).waitForBroker(PLENTY).connect());
    peer.up();

    waiting.get(20, TimeUnit.SECONDS).close();
  }

  @Test
  void attemptsCanBeBounded() throws Exception {
    holdfast =
        Holdfast.builder(peer.uri())
            .reconnectAttempts(2)
            .closeTimeout(Duration.ofSeconds(2))
            .connect();
    Consumer orders = holdfast.consumer("orders");

    peer.down();

    HoldfastException failed =
        catchThrowableOfType(HoldfastException.class, () -> orders.receive(PLENTY));
    assertThat(failed.reason()).isEqualTo(Reason.CONNECTION_LOST);
    assertThat(holdfast.state()).isEqualTo(ConnectionState.FAILED);
  }

  @Test
  void aUnixSocketWorksAndItsServerIsChecked(@TempDir Path directory) throws Exception {
    String uri = peer.listenOn(directory.resolve("amqp.sock"));
    try (Holdfast local = Holdfast.connect(uri)) {
      assertThat(local.producer("orders").send(Message.text("local")).node()).isEqualTo("orders");
      Consumer orders = local.consumer("orders");
      peer.deliver(ReceiveTest.text("back"));
      assertThat(orders.receive(PLENTY).orElseThrow().accept()).isTrue();
    }
    HoldfastException nobody =
        catchThrowableOfType(
            HoldfastException.class,
            () -> Holdfast.connect("unix://" + directory.resolve("none.sock")));
    assertThat(nobody.reason()).isEqualTo(Reason.CONNECTION_LOST);
  }

  @Test
  void aSocketInSomebodyElsesDirectoryIsNotTrusted(@TempDir Path directory) throws Exception {
    String uri = peer.listenOn(directory.resolve("amqp.sock"));
    boolean root = Long.valueOf(0).equals(ownerId(directory));
    org.junit.jupiter.api.Assumptions.assumeTrue(root, "needs root to give a directory away");
    java.nio.file.Files.setAttribute(directory, "unix:uid", 12_345);

    HoldfastException failed =
        catchThrowableOfType(HoldfastException.class, () -> Holdfast.connect(uri));

    assertThat(failed.reason()).isEqualTo(Reason.UNTRUSTED_SERVER);
    assertThat(failed).hasMessageContaining("HF-TLS-PEER").hasMessageContaining("12345");
    assertThat(peer.logins).hasValue(0);
    Holdfast.builder(uri).checkServerUid(false).connect().close();
  }

  private static Long ownerId(Path path) throws Exception {
    return ((Integer) java.nio.file.Files.getAttribute(path, "unix:uid")).longValue();
  }

  @Test
  void closingWhileTheBrokerIsAwayFailsWhatWaits() throws Exception {
    Producer orders = connect().producer("orders");
    Consumer consumer = holdfast.consumer("orders");
    peer.down();
    Awaitility.await().until(() -> holdfast.state() == ConnectionState.RECONNECTING);
    CompletableFuture<Receipt> sent = orders.sendAsync(Message.text("x"));

    holdfast.close();

    assertThat(SendTest.reason(sent)).isEqualTo(Reason.CLOSED);
    assertThat(consumer.failure())
        .get()
        .extracting(HoldfastException::reason)
        .isEqualTo(Reason.CLOSED);
    assertThat(holdfast.state()).isEqualTo(ConnectionState.CLOSED);
  }

  @Test
  void closeIsHarmlessTwiceAndEndsEverything() {
    Producer orders = connect().producer("orders");
    Consumer consumer = holdfast.consumer("orders");
    holdfast.close();
    holdfast.close();

    assertThat(holdfast.state()).isEqualTo(ConnectionState.CLOSED);
    assertThat(SendTest.reason(orders.sendAsync(Message.text("x")))).isEqualTo(Reason.CLOSED);
    assertThat(
            catchThrowableOfType(HoldfastException.class, () -> consumer.receive(PLENTY)).reason())
        .isEqualTo(Reason.CLOSED);
    assertThat(
            catchThrowableOfType(HoldfastException.class, () -> holdfast.producer("more")).reason())
        .isEqualTo(Reason.CLOSED);
    Awaitility.await()
        .untilAsserted(
            () ->
                assertThat(Thread.getAllStackTraces().keySet())
                    .extracting(Thread::getName)
                    .noneMatch(name -> name.startsWith("holdfast-")));
  }
}
