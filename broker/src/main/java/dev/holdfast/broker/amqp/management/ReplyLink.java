package dev.holdfast.broker.amqp.management;

import dev.holdfast.broker.domain.ConsumerPort;
import dev.holdfast.broker.domain.Delivery;
import dev.holdfast.broker.domain.EdgeEvent;
import dev.holdfast.broker.domain.OwnerCommand;
import dev.holdfast.broker.domain.Peer;
import dev.holdfast.storage.StoredMessage;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;

/**
 * A receiving link from a control node: replies that wait for its credit. Any thread; its methods
 * exclude each other.
 */
final class ReplyLink {
  /** A client that asks and never takes the answers loses the oldest. */
  private static final int MOST_WAITING = 1_000;

  private final ConsumerPort port;
  private final Peer peer;
  private final String node;
  private final boolean preSettled;

  // Guarded by this.
  private final ArrayDeque<Reply> waiting = new ArrayDeque<>();
  private long sequence;
  private long delivered;
  private long limit;
  private boolean draining;

  private record Reply(StoredMessage message) implements Delivery {
    @Override
    public int deliveryCount() {
      return 0;
    }

    @Override
    public boolean firstAcquirer() {
      return true;
    }
  }

  ReplyLink(ConsumerPort port, Peer peer, String node, boolean preSettled) {
    this.port = port;
    this.node = node;
    this.peer = peer;
    this.preSettled = preSettled;
  }

  boolean belongsTo(Peer other, String of) {
    return peer == other && node.equals(of);
  }

  /** The address that the client gave its end of the link; empty when it gave none. */
  String address() {
    return port.targetAddress();
  }

  synchronized void send(byte[] body) {
    if (waiting.size() == MOST_WAITING) {
      waiting.remove();
    }
    waiting.add(
        new Reply(
            new StoredMessage(
                ++sequence, (byte) 0, (byte) 4, 0, 0, 0, 0, StoredMessage.NO_ATTRIBUTES, body)));
    deliver();
  }

  synchronized void take(OwnerCommand command) {
    if (command instanceof OwnerCommand.Flow flow) {
      limit = flow.deliveryLimit();
      draining = flow.drain();
      deliver();
    } else if (command instanceof OwnerCommand.Settle settle && settle.confirm() && !preSettled) {
      tell(new EdgeEvent.OutcomesStored(port, List.of(settle.delivery())));
    }
  }

  private void deliver() {
    List<Delivery> now = new ArrayList<>();
    while (delivered < limit && !waiting.isEmpty()) {
      now.add(waiting.remove());
      delivered++;
    }
    if (!now.isEmpty()) {
      tell(new EdgeEvent.Deliver(port, now));
    }
    if (draining) {
      draining = false;
      limit = delivered;
      tell(new EdgeEvent.Drained(port, waiting.size()));
    }
  }

  private void tell(EdgeEvent event) {
    port.loop().deliver(List.of(event));
  }
}
