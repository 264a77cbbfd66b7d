package dev.holdfast.it.durability;

import dev.holdfast.it.harness.BrokerProcess;
import dev.holdfast.it.wire.AmqpClient;
import dev.holdfast.it.wire.AmqpReceiver;
import dev.holdfast.it.wire.AmqpReceiver.Received;
import dev.holdfast.it.wire.AmqpSender;
import dev.holdfast.it.wire.Messages;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.qpid.proton.amqp.messaging.Accepted;
import org.apache.qpid.proton.amqp.messaging.Released;
import org.apache.qpid.proton.amqp.transport.DeliveryState;

/**
 * Receives and settles, most of it in order, some late, some released. AMQP does not answer a
 * settlement; so from time to time it sends a message on the same connection: when that one is
 * accepted, every settlement sent before it was committed too.
 */
final class LoadConsumer {
  private static final int CREDIT = 100;

  private final BrokerProcess broker;
  private final Ledger ledger;
  private final Random random;
  private final Map<Integer, Long> last = new HashMap<>();
  private final List<Ledger.Key> settled = new ArrayList<>();
  private final List<Received> held = new ArrayList<>();
  private boolean barrierOut;

  LoadConsumer(BrokerProcess broker, Ledger ledger, int number) {
    this.broker = broker;
    this.ledger = ledger;
    this.random = new Random(number);
  }

  void run(AtomicBoolean stopping) throws IOException {
    AmqpClient client = AmqpClient.local(broker);
    try {
      AmqpSender barrier = client.sender(Load.BARRIER);
      barrier.onAnswer(this::barrierAnswered);
      AmqpReceiver receiver = client.receiver(Load.QUEUE);
      while (!stopping.get()) {
        if (!receiver.open()) {
          throw new IOException("detached: " + receiver.error());
        }
        if (receiver.credit() < CREDIT / 2) {
          receiver.flow(CREDIT - receiver.credit());
        }
        client.pump(20);
        take(receiver);
        sendBarrier(barrier);
      }
      client.until("the last barrier", () -> !barrierOut);
    } finally {
      client.abort();
    }
  }

  private void take(AmqpReceiver receiver) {
    for (Optional<Received> next = receiver.poll(); next.isPresent(); next = receiver.poll()) {
      ledger.received(key(next.get()), last);
      held.add(next.get());
    }
    while (held.size() > 20) {
      Received message = held.remove(random.nextInt(3));
      if (random.nextInt(100) == 0) {
        message.settle(Released.getInstance());
      } else {
        message.accept();
        settled.add(key(message));
      }
    }
  }

  private void sendBarrier(AmqpSender barrier) {
    if (!barrierOut && !settled.isEmpty() && barrier.credit() > 0) {
      barrier.send(List.copyOf(settled), Messages.text("settled before this"));
      settled.clear();
      barrierOut = true;
    }
  }

  @SuppressWarnings("unchecked")
  private void barrierAnswered(Object token, DeliveryState state) {
    barrierOut = false;
    if (state instanceof Accepted) {
      ledger.surelySettled((List<Ledger.Key>) token);
    }
  }

  private static Ledger.Key key(Received message) {
    return Ledger.Key.parse(Messages.textOf(message.bytes()));
  }

  /** Takes and accepts everything a queue holds; answers how many messages that were. */
  static int drain(BrokerProcess broker, Ledger ledger) throws IOException {
    Map<Integer, Long> last = new HashMap<>();
    int count = 0;
    try (AmqpClient client = AmqpClient.local(broker)) {
      AmqpReceiver receiver = client.receiver(Load.QUEUE);
      boolean more = true;
      while (more) {
        receiver.drain(500);
        more = false;
        for (Optional<Received> next = receiver.poll(); next.isPresent(); next = receiver.poll()) {
          ledger.received(key(next.get()), last);
          next.get().accept();
          count++;
          more = true;
        }
      }
      // Answered after the settlements, so they are committed when this returns.
      client.sender(Load.BARRIER).sendAndWait(Messages.text("drained"));
    }
    return count;
  }
}
