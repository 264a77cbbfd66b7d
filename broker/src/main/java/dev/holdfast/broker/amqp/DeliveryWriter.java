package dev.holdfast.broker.amqp;

import dev.holdfast.broker.amqp.codec.AnnotationSplicer;
import dev.holdfast.broker.amqp.codec.FrameOutput;
import dev.holdfast.broker.amqp.codec.FrameOutput.TransferHead;
import dev.holdfast.broker.amqp.codec.HeaderEncoder;
import dev.holdfast.broker.domain.Delivery;
import dev.holdfast.broker.domain.Outcome;
import dev.holdfast.broker.domain.OwnerCommand;
import dev.holdfast.storage.StoredMessage;
import io.netty.buffer.ByteBuf;
import java.util.ArrayDeque;
import java.util.List;

/**
 * Writes what the domain has handed out for one link, in order.
 *
 * <p>Invariant: a delivery is written only within the peer's credit, the session's window, what its
 * principal may have and receive, and the socket's capacity. Event-loop thread.
 */
final class DeliveryWriter {
  private final ConsumerLink link;
  private final Session session;
  private final AmqpConnection connection;
  private final ConsumerTerms terms;
  private final Credit credit;
  private final ArrayDeque<Delivery> queue = new ArrayDeque<>();

  // The delivery being written, when it needs several frames.
  private final Outgoing outgoing = new Outgoing();
  private int deliveryId;

  DeliveryWriter(ConsumerLink link, ConsumerTerms terms, Credit credit) {
    this.link = link;
    this.session = link.end().session;
    this.connection = session.connection;
    this.terms = terms;
    this.credit = credit;
  }

  void add(List<Delivery> deliveries) {
    queue.addAll(deliveries);
  }

  /** Deliveries that wait. */
  int size() {
    return queue.size();
  }

  void clear() {
    queue.clear();
    outgoing.end();
  }

  /** Takes back what waits, unless some of it is written. */
  void takeBack(Delivery delivery) {
    if ((!outgoing.begun() || queue.element() != delivery) && queue.remove(delivery)) {
      credit.passedOver(delivery.message().heldBytes());
    }
  }

  /** Writes what may be written. */
  void pump() {
    while (mayWrite()) {
      if (outgoing.isBroken()) {
        abort(queue.element());
      } else if (outgoing.wanted() != null) {
        // Others go on meanwhile.
        outgoing.read(connection, outgoing.wanted(), link::pump);
      } else if (outgoing.begun() || start()) {
        send(queue.element());
      }
    }
    if (!link.end().isAttached()) {
      return;
    }
    credit.afterPump(queue.isEmpty());
    if (!queue.isEmpty() && !outgoing.isWaiting()) {
      outgoing.letGo();
      connection.blocked(link);
    }
  }

  private boolean mayWrite() {
    return !queue.isEmpty()
        && !outgoing.isWaiting()
        && session.maySend()
        && (outgoing.hasPart() || connection.out.takesMore())
        && (outgoing.begun() || (credit.left() > 0 && session.mayDeliver(terms.preSettled())));
  }

  /** Begins the next delivery; false when it is passed over. */
  private boolean start() {
    Delivery delivery = queue.element();
    StoredMessage message = delivery.message();
    byte[] header = HeaderEncoder.encode(delivery, connection.edge.settings.clock());
    byte[] body = AnnotationSplicer.merge(message.body(), Outgoing.annotations(delivery));
    long size = Outgoing.total(header, body, message.blob());
    if (size > terms.maxMessageBytes()) {
      passOver(delivery);
      return false;
    }
    outgoing.begin(header, body, message.blob());
    deliveryId = session.delivers(size);
    if (!terms.preSettled()) {
      session.unsettled.add(deliveryId, new Sent(link, delivery));
    }
    return true;
  }

  /** The peer does not take messages of this size (part 2 §2.7.3): others may. */
  private void passOver(Delivery delivery) {
    queue.remove();
    credit.passedOver(delivery.message().heldBytes());
    if (terms.preSettled()) {
      link.cannotSend();
    } else {
      settle(delivery, new Outcome.Modified(false, true));
    }
  }

  /**
   * The rest of it cannot be read: the peer forgets it (part 2 §2.7.5), and it counts as failed.
   */
  private void abort(Delivery delivery) {
    connection.edge.output.aborted(connection.out.buffer(), head(delivery));
    session.sentTransfer();
    session.unsettled.remove(deliveryId);
    done(delivery);
    settle(delivery, new Outcome.Modified(true, false));
  }

  private void settle(Delivery delivery, Outcome outcome) {
    connection.edge.submit(new OwnerCommand.Settle(link, delivery, outcome, false));
  }

  /** Writes one frame of the delivery. */
  private void send(Delivery delivery) {
    int room = connection.peerMaxFrameBytes() - FrameOutput.TRANSFER_OVERHEAD;
    int payload = Math.min(outgoing.ready(), room);
    boolean more = payload < outgoing.left();
    TransferHead head = head(delivery);
    ByteBuf out = connection.out.buffer();
    if (outgoing.atStart()) {
      connection.edge.output.transfer(out, head, more, payload);
    } else {
      connection.edge.output.continuation(out, head, more, payload);
    }
    outgoing.write(out, payload);
    session.sentTransfer();
    if (!more) {
      done(delivery);
      if (terms.preSettled() && delivery.message().blob() != null) {
        // The domain keeps a large message until it is sent.
        settle(delivery, Outcome.ACCEPTED);
      }
    }
  }

  private TransferHead head(Delivery delivery) {
    return new TransferHead(
        session.channel,
        link.end().handle,
        deliveryId,
        delivery.message().messageFormat(),
        terms.preSettled());
  }

  private void done(Delivery delivery) {
    outgoing.end();
    queue.remove();
    credit.sent(delivery.message().heldBytes());
    connection.progress();
  }
}
