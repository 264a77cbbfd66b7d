package dev.holdfast.broker.amqp;

import dev.holdfast.broker.amqp.codec.AnnotationSplicer;
import dev.holdfast.broker.amqp.codec.Fault;
import dev.holdfast.broker.amqp.codec.Flow;
import dev.holdfast.broker.amqp.codec.FrameOutput;
import dev.holdfast.broker.amqp.codec.FrameOutput.TransferHead;
import dev.holdfast.broker.amqp.codec.HeaderEncoder;
import dev.holdfast.broker.amqp.terminus.SourceReply;
import dev.holdfast.broker.domain.ConsumerPort;
import dev.holdfast.broker.domain.Delivery;
import dev.holdfast.broker.domain.EdgeLoop;
import dev.holdfast.broker.domain.LinkEnding;
import dev.holdfast.broker.domain.NodeError;
import dev.holdfast.broker.domain.OpenedSource;
import dev.holdfast.broker.domain.Outcome;
import dev.holdfast.broker.domain.OwnerCommand;
import dev.holdfast.storage.StoredMessage;
import io.netty.buffer.ByteBuf;
import java.util.ArrayDeque;
import java.util.IdentityHashMap;
import java.util.List;
import org.apache.qpid.proton.amqp.messaging.Target;
import org.apache.qpid.proton.amqp.transport.Attach;
import org.apache.qpid.proton.amqp.transport.ErrorCondition;
import org.jspecify.annotations.Nullable;

/**
 * A link on which the broker sends.
 *
 * <p>Invariants: (1) a delivery is written only within the peer's credit, the session's window and
 * the socket's capacity, whatever the domain has handed out; (2) the domain is told limits counted
 * from the attach on, so nothing under way needs correcting; (3) at most one drain is with the
 * domain; what the peer asks meanwhile waits. Event-loop thread.
 */
final class ConsumerLink implements Link, ConsumerPort {

  private final LinkEnd end;
  private final AmqpConnection connection;
  private final Attach reply;
  private final ConsumerTerms terms;
  private final boolean preSettled;
  private final ArrayDeque<Delivery> queue = new ArrayDeque<>();
  private final IdentityHashMap<Delivery, Integer> confirming = new IdentityHashMap<>();
  private final Credit credit;

  // The delivery being written, when it needs several frames.
  private final Outgoing outgoing = new Outgoing();
  private int deliveryId;
  private boolean closeDeletes;
  private boolean left;

  ConsumerLink(LinkEnd end, Attach reply, ConsumerTerms terms) {
    this.end = end;
    this.connection = end.session.connection;
    this.reply = reply;
    this.preSettled = terms.preSettled();
    this.terms = terms;
    this.credit = new Credit(this, connection);
    end.belongsTo(this);
  }

  /** Asks the domain for what the peer wants. */
  void open() {
    if (!left) {
      connection.edge.submit(terms.opening(this, connection.peer()));
      credit.opened();
    }
  }

  @Override
  public LinkEnd end() {
    return end;
  }

  @Override
  public String targetAddress() {
    return reply.getTarget() instanceof Target target && target.getAddress() != null
        ? target.getAddress()
        : "";
  }

  @Override
  public EdgeLoop loop() {
    return connection.edge;
  }

  @Override
  public void opened(OpenedSource source) {
    connection.run(
        () -> {
          closeDeletes = terms.closeDeletes(source);
          SourceReply.fill(reply, terms.source(), source);
          if (end.attached(reply)) {
            pump();
          } else {
            leave(LinkEnding.DETACHED);
          }
        });
  }

  @Override
  public void closed(NodeError error) {
    connection.run(
        () -> {
          left = true;
          end(AmqpErrors.of(error));
        });
  }

  @Override
  public void unsubscribed(@Nullable NodeError error) {
    connection.run(() -> end.closed(error == null ? null : AmqpErrors.of(error)));
  }

  /** The broker's end of the link, whatever state it is in. */
  private void end(ErrorCondition error) {
    if (end.isAttached()) {
      end.detach(error);
    } else if (end.isClosing()) {
      end.closed(error);
    } else {
      reply.setSource(null);
      end.refused(reply, error);
    }
    forget();
  }

  @Override
  public void deliver(List<Delivery> deliveries) {
    connection.run(
        () -> {
          if (end.isLive()) {
            queue.addAll(deliveries);
            pump();
          }
        });
  }

  @Override
  public void outcomesStored(List<Delivery> deliveries) {
    connection.run(
        () -> {
          for (Delivery delivery : deliveries) {
            Integer id = confirming.remove(delivery);
            if (id != null && end.isAttached()) {
              end.session.settledByBroker(id);
            }
          }
        });
  }

  @Override
  public void lockExpired(Delivery delivery) {
    connection.run(
        () -> {
          confirming.remove(delivery);
          if ((!outgoing.begun() || queue.element() != delivery) && queue.remove(delivery)) {
            credit.passedOver(delivery.message().heldBytes());
          }
          if (end.isAttached()) {
            end.session.takenBack(delivery);
            pump();
          }
        });
  }

  @Override
  public void drained(long available) {
    connection.run(
        () -> {
          credit.drained(available);
          pump();
        });
  }

  /** Writes what may be written. */
  void pump() {
    if (!end.isAttached() || connection.isClosing() || end.isFrozen()) {
      return;
    }
    while (mayWrite()) {
      if (outgoing.isBroken()) {
        abort(queue.element());
      } else if (outgoing.wanted() != null) {
        // Others go on meanwhile.
        outgoing.read(connection, outgoing.wanted(), this::pump);
      } else if (outgoing.begun() || start()) {
        send(queue.element());
      }
    }
    if (!end.isAttached()) {
      return;
    }
    credit.afterPump(queue.isEmpty());
    if (!queue.isEmpty() && !outgoing.isWaiting()) {
      outgoing.letGo();
      connection.blocked(this);
    }
  }

  /**
   * The rest of it cannot be read: the peer forgets it (part 2 §2.7.5), and it counts as failed.
   */
  private void abort(Delivery delivery) {
    connection.edge.output.aborted(connection.out.buffer(), head(delivery));
    end.session.sentTransfer();
    end.session.unsettled.remove(deliveryId);
    done(delivery);
    connection.edge.submit(
        new OwnerCommand.Settle(this, delivery, new Outcome.Modified(true, false), false));
  }

  private void done(Delivery delivery) {
    outgoing.end();
    queue.remove();
    credit.sent(delivery.message().heldBytes());
    connection.progress();
  }

  private TransferHead head(Delivery delivery) {
    return new TransferHead(
        end.session.channel,
        end.handle,
        deliveryId,
        delivery.message().messageFormat(),
        preSettled);
  }

  private boolean mayWrite() {
    return !queue.isEmpty()
        && !outgoing.isWaiting()
        && end.session.maySend()
        && (outgoing.hasPart() || connection.out.takesMore())
        && (outgoing.begun() || (credit.left() > 0 && end.session.mayKeepMore(preSettled)));
  }

  /** Begins the next delivery; false when it is passed over. */
  private boolean start() {
    Delivery delivery = queue.element();
    StoredMessage message = delivery.message();
    byte[] header = HeaderEncoder.encode(delivery, connection.edge.settings.clock());
    byte[] body = AnnotationSplicer.merge(message.body(), Outgoing.annotations(delivery));
    if (Outgoing.total(header, body, message.blob()) > terms.maxMessageBytes()) {
      passOver(delivery);
      return false;
    }
    outgoing.begin(header, body, message.blob());
    deliveryId = end.session.nextDeliveryId();
    if (!preSettled) {
      end.session.unsettled.add(deliveryId, new Sent(this, delivery));
    }
    return true;
  }

  /**
   * The peer does not take messages of this size (part 2 §2.7.3): others may. One that was to be
   * sent settled is as good as sent, which the peer is told.
   */
  private void passOver(Delivery delivery) {
    queue.remove();
    credit.passedOver(delivery.message().heldBytes());
    if (preSettled) {
      leave(LinkEnding.DETACHED);
      end(AmqpErrors.of(Fault.PEER_MESSAGE_SIZE));
    } else {
      connection.edge.submit(
          new OwnerCommand.Settle(this, delivery, new Outcome.Modified(false, true), false));
    }
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
    end.session.sentTransfer();
    if (!more) {
      done(delivery);
      if (preSettled && delivery.message().blob() != null) {
        // The domain keeps a large message until it is sent.
        connection.edge.submit(new OwnerCommand.Settle(this, delivery, Outcome.ACCEPTED, false));
      }
    }
  }

  @Override
  public void flow(Flow flow) {
    if (!end.isLive()) {
      return;
    }
    credit.granted(flow);
    pump();
    if (flow.echo && end.isAttached()) {
      sendFlow(false);
    }
  }

  /** The peer's token is good again. */
  void thaw() {
    credit.thaw();
    pump();
  }

  /** Tells the peer where the link stands. */
  void sendFlow(boolean drain) {
    end.session.flow(
        new FrameOutput.LinkState(
            end.handle,
            credit.deliveryCount(),
            Math.max(0, credit.left()),
            (int) Math.min(Integer.MAX_VALUE, credit.available() + queue.size()),
            drain));
  }

  /** The peer said what became of a delivery. */
  void outcome(Sent sent, int id, Verdict verdict) {
    boolean settled = verdict.settled();
    Outcome outcome = verdict.outcome();
    if (outcome == null && !settled) {
      // AMQP's state received, or none: a sign that it is still at work on it.
      if (!sent.isDecided()) {
        connection.edge.submit(new OwnerCommand.Renew(this, sent.delivery()));
      }
      return;
    }
    if (!sent.isDecided()) {
      if (settled || verdict.transaction() == OwnerCommand.NO_TRANSACTION) {
        sent.decided();
      }
      if (!settled) {
        confirming.put(sent.delivery(), id);
      }
      connection.edge.submit(
          new OwnerCommand.Settle(
              this,
              sent.delivery(),
              outcome == null
                  ? terms.settledWithoutState()
                  : AnnotationSplicer.merged(outcome, sent.delivery().annotations()),
              !settled,
              verdict.transaction()));
    }
    if (settled) {
      confirming.remove(sent.delivery());
      end.session.unsettled.remove(id);
    }
  }

  private void leave(LinkEnding ending) {
    if (!left) {
      left = true;
      forget();
      connection.edge.submit(new OwnerCommand.CloseConsumer(this, ending));
    }
  }

  private void forget() {
    queue.clear();
    confirming.clear();
    outgoing.end();
    end.session.unsettled.removeIf(sent -> sent.link() == this);
  }

  @Override
  public void detached(boolean closed) {
    if (end.isLive()) {
      leave(closed ? LinkEnding.CLOSED : LinkEnding.DETACHED);
    }
    if (closed && end.isAttached() && closeDeletes) {
      end.closing();
    } else {
      end.peerDetached(closed);
    }
  }

  @Override
  public void lost(boolean clean) {
    if (end.isLive()) {
      leave(clean ? LinkEnding.ENDED : LinkEnding.LOST);
    }
    end.lost();
  }

  @Override
  public void expel(ErrorCondition error) {
    if (end.isLive()) {
      leave(LinkEnding.DETACHED);
      end(error);
    }
  }
}
