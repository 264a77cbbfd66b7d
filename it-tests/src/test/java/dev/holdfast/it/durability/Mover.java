package dev.holdfast.it.durability;

import dev.holdfast.it.harness.BrokerProcess;
import dev.holdfast.it.wire.AmqpClient;
import dev.holdfast.it.wire.AmqpCoordinator;
import dev.holdfast.it.wire.AmqpReceiver;
import dev.holdfast.it.wire.AmqpReceiver.Received;
import dev.holdfast.it.wire.AmqpSender;
import dev.holdfast.it.wire.Messages;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.qpid.proton.amqp.Binary;
import org.apache.qpid.proton.amqp.messaging.Accepted;

/**
 * Moves messages from one queue to another, several in one transaction, and writes down in the same
 * transaction which ones. Two transactions are open at any time and end in either order.
 */
final class Mover {
  private static final int CREDIT = 8;

  private final BrokerProcess broker;
  private final MoveLedger ledger;
  private final Random random;
  private final String from;
  private final String to;

  Mover(BrokerProcess broker, MoveLedger ledger, int number, String from, String to) {
    this.broker = broker;
    this.ledger = ledger;
    this.random = new Random(number);
    this.from = from;
    this.to = to;
  }

  /** What one transaction has done so far. */
  private record Open(Binary id, long number, List<String> moved) {}

  void run(AtomicBoolean stopping) throws IOException {
    AmqpClient client = AmqpClient.local(broker);
    try {
      AmqpCoordinator coordinator = client.coordinator();
      AmqpReceiver receiver = client.receiver(from);
      // Work of one transaction comes on several links and sessions.
      AmqpSender sender = client.sender(to);
      AmqpSender log = client.sender(client.begin(), MoveLedger.LOG);
      List<Open> open = new ArrayList<>();
      while (!stopping.get()) {
        while (open.size() < 2) {
          open.add(new Open(coordinator.declare(), ledger.next(), new ArrayList<>()));
        }
        Open one = open.get(random.nextInt(2));
        if (one.moved.size() < 4 && random.nextInt(4) != 0) {
          move(client, receiver, sender, one);
        } else if (!one.moved.isEmpty()) {
          open.remove(one);
          end(coordinator, log, one);
        }
      }
    } finally {
      client.abort();
    }
  }

  private void move(AmqpClient client, AmqpReceiver receiver, AmqpSender sender, Open one)
      throws IOException {
    if (receiver.credit() < CREDIT / 2) {
      receiver.flow(CREDIT - receiver.credit());
    }
    client.pump(20);
    Optional<Received> next = receiver.poll();
    if (next.isPresent()) {
      String body = Messages.textOf(next.get().bytes());
      sender.send(body, Messages.text(body), AmqpCoordinator.within(one.id, null));
      next.get().settle(AmqpCoordinator.within(one.id, Accepted.getInstance()));
      one.moved.add(body);
    }
  }

  private void end(AmqpCoordinator coordinator, AmqpSender log, Open one) throws IOException {
    String record = one.number + "=" + String.join(",", one.moved);
    log.sendAndWait(Messages.text(record), AmqpCoordinator.within(one.id, null));
    boolean fail = random.nextInt(10) == 0;
    boolean accepted = coordinator.discharge(one.id, fail) instanceof Accepted;
    if (!accepted) {
      ledger.violation("transaction " + one.number + " was rejected");
    } else if (fail) {
      ledger.rolledBack(one.number);
    } else {
      ledger.committed(one.number);
    }
  }
}
