package dev.holdfast.it.clients;

import static dev.holdfast.it.wire.AmqpCoordinator.within;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.holdfast.it.harness.BrokerOptions;
import dev.holdfast.it.harness.BrokerProcess;
import dev.holdfast.it.harness.Scratch;
import dev.holdfast.it.harness.SharedBroker;
import dev.holdfast.it.wire.AmqpClient;
import dev.holdfast.it.wire.AmqpCoordinator;
import dev.holdfast.it.wire.AmqpReceiver;
import dev.holdfast.it.wire.AmqpReceiver.Received;
import dev.holdfast.it.wire.AmqpSender;
import dev.holdfast.it.wire.Messages;
import java.io.IOException;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.qpid.proton.amqp.Binary;
import org.apache.qpid.proton.amqp.messaging.Accepted;
import org.apache.qpid.proton.amqp.messaging.Rejected;
import org.apache.qpid.proton.amqp.transaction.TransactionalState;
import org.apache.qpid.proton.amqp.transport.DeliveryState;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Transactions of one connection, as part 4 has them and no JMS client uses them. */
class TransactionsIT {
  private static final AtomicInteger NAMES = new AtomicInteger();

  private final BrokerProcess broker = SharedBroker.broker();
  private final String in = "transactions.in." + NAMES.incrementAndGet();
  private final String out = "transactions.out." + NAMES.incrementAndGet();
  private AmqpClient client;

  @BeforeEach
  void connect() throws IOException {
    broker.api().createQueue(in);
    broker.api().createQueue(out);
    client = AmqpClient.local(broker);
  }

  @AfterEach
  void disconnect() {
    client.close();
  }

  private void put(String... texts) throws IOException {
    AmqpSender sender = client.sender(in);
    for (String text : texts) {
      assertThat(sender.sendAndWait(Messages.text(text))).isInstanceOf(Accepted.class);
    }
  }

  private static void posted(DeliveryState answer, Binary transaction) {
    assertThat(answer)
        .isInstanceOfSatisfying(
            TransactionalState.class,
            state -> {
              assertThat(state.getTxnId()).isEqualTo(transaction);
              assertThat(state.getOutcome()).isInstanceOf(Accepted.class);
            });
  }

  private static void rejected(DeliveryState answer, String condition) {
    assertThat(answer)
        .isInstanceOfSatisfying(
            Rejected.class,
            rejected ->
                assertThat(rejected.getError().getCondition().toString()).isEqualTo(condition));
  }

  private static String next(AmqpReceiver receiver) throws IOException {
    return Messages.textOf(receiver.receive(20_000).orElseThrow().bytes());
  }

  @Test
  void severalTransactionsGoOnAtTheSameTimeOverAllLinks() throws IOException {
    put("a", "b", "c");
    AmqpCoordinator coordinator = client.coordinator();
    AmqpReceiver receiver = client.receiver(in);
    AmqpSender sender = client.sender(out);
    AmqpSender elsewhere = client.sender(client.begin(), out);
    Binary first = coordinator.declare();
    Binary second = coordinator.declare();
    Binary third = coordinator.declare();
    posted(sender.sendAndWait(Messages.text("1"), within(first, null)), first);
    posted(elsewhere.sendAndWait(Messages.text("2"), within(second, null)), second);
    posted(elsewhere.sendAndWait(Messages.text("3"), within(first, null)), first);
    posted(sender.sendAndWait(Messages.text("4"), within(third, null)), third);
    receiver.flow(3);
    for (Binary transaction : new Binary[] {second, third, first}) {
      Received received = receiver.receive(20_000).orElseThrow();
      received.settle(within(transaction, Accepted.getInstance()));
    }
    broker.cli().awaitMessages(out, 0);
    assertThat(coordinator.discharge(second, false)).isInstanceOf(Accepted.class);
    assertThat(coordinator.discharge(third, true)).isInstanceOf(Accepted.class);
    assertThat(coordinator.discharge(first, false)).isInstanceOf(Accepted.class);
    rejected(coordinator.discharge(third, false), "amqp:transaction:unknown-id");
    AmqpReceiver check = client.receiver(out);
    check.flow(4);
    assertThat(next(check)).isEqualTo("2");
    assertThat(next(check)).isEqualTo("1");
    assertThat(next(check)).isEqualTo("3");
    broker.cli().awaitMessages(out, 3);
    // What the third had received comes again.
    receiver.flow(1);
    assertThat(next(receiver)).isEqualTo("b");
    broker.cli().awaitMessages(in, 1);
  }

  @Test
  void theEndOfAConnectionRollsBack() throws IOException {
    put("a");
    for (boolean inGoodOrder : new boolean[] {true, false}) {
      AmqpClient other = AmqpClient.local(broker);
      Binary transaction = other.coordinator().declare();
      posted(
          other.sender(out).sendAndWait(Messages.text("x"), within(transaction, null)),
          transaction);
      AmqpReceiver receiver = other.receiver(in);
      receiver.receive(20_000).orElseThrow().settle(within(transaction, Accepted.getInstance()));
      other.pump(0);
      if (inGoodOrder) {
        other.close();
      } else {
        other.abort();
      }
    }
    AmqpReceiver receiver = client.receiver(in);
    receiver.flow(1);
    assertThat(next(receiver)).isEqualTo("a");
    broker.cli().awaitMessages(out, 0);
    broker.cli().awaitMessages(in, 1);
  }

  @Test
  void aTransactionIsNoBusinessOfOtherConnections() throws IOException {
    Binary transaction = client.coordinator().declare();
    try (AmqpClient stranger = AmqpClient.local(broker)) {
      rejected(stranger.coordinator().discharge(transaction, false), "amqp:transaction:unknown-id");
      DeliveryState answer =
          stranger.sender(out).sendAndWait(Messages.text("x"), within(transaction, null));
      rejected(
          (DeliveryState) ((TransactionalState) answer).getOutcome(),
          "amqp:transaction:unknown-id");
    }
    assertThat(client.coordinator().discharge(transaction, false)).isInstanceOf(Accepted.class);
    broker.cli().awaitMessages(out, 0);
  }

  @Test
  void aFullTransactionIsRefusedAndTheBrokerGoesOn() throws IOException {
    try (Scratch scratch = Scratch.create();
        BrokerProcess small = BrokerProcess.start(BrokerOptions.in(scratch))) {
      small.api().createQueue("q");
      // Held in memory: larger ones lie in the store, and only their heads count.
      byte[] part = Messages.data(new byte[128 << 10]);
      try (AmqpClient other = AmqpClient.local(small)) {
        AmqpCoordinator coordinator = other.coordinator();
        AmqpSender sender = other.sender("q");
        Binary fits = coordinator.declare();
        for (int i = 0; i < 250; i++) {
          posted(sender.sendAndWait(part, within(fits, null)), fits);
        }
        Binary grows = coordinator.declare();
        int taken = 0;
        DeliveryState answer = sender.sendAndWait(part, within(grows, null));
        while (((TransactionalState) answer).getOutcome() instanceof Accepted) {
          taken++;
          answer = sender.sendAndWait(part, within(grows, null));
        }
        assertThat(taken).isBetween(250, 256);
        rejected(
            (DeliveryState) ((TransactionalState) answer).getOutcome(),
            "amqp:resource-limit-exceeded");
        rejected(coordinator.discharge(grows, false), "amqp:transaction:rollback");
        assertThat(coordinator.discharge(fits, false)).isInstanceOf(Accepted.class);
        small.cli().awaitMessages("q", 250);
      }
      assertThat(small.terminate()).as("log:\n%s", small.logText()).isZero();
    }
  }

  @Test
  void aTransactionThatIsLeftAloneIsRolledBack() throws IOException {
    try (Scratch scratch = Scratch.create();
        BrokerProcess hasty =
            BrokerProcess.start(
                BrokerOptions.in(scratch).with("--set", "transactions.idle-timeout=1s"))) {
      hasty.api().createQueue("in");
      hasty.api().createQueue("out");
      try (AmqpClient other = AmqpClient.local(hasty)) {
        AmqpCoordinator coordinator = other.coordinator();
        assertThat(other.sender("in").sendAndWait(Messages.text("a"))).isInstanceOf(Accepted.class);
        AmqpReceiver receiver = other.receiver("in");
        Binary left = coordinator.declare();
        posted(other.sender("out").sendAndWait(Messages.text("x"), within(left, null)), left);
        receiver.receive(20_000).orElseThrow().settle(within(left, Accepted.getInstance()));
        receiver.flow(1);
        await().until(() -> receiver.receive(100).isPresent());
        rejected(coordinator.discharge(left, false), "amqp:transaction:timeout");
        hasty.cli().awaitMessages("out", 0);
      }
    }
  }
}
