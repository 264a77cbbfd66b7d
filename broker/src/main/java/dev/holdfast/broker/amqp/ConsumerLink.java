package dev.holdfast.broker.amqp;

import dev.holdfast.broker.amqp.codec.AnnotationSplicer;
import dev.holdfast.broker.amqp.codec.Fault;
import dev.holdfast.broker.amqp.codec.Flow;
import dev.holdfast.broker.amqp.codec.FrameOutput;
import dev.holdfast.broker.amqp.terminus.SourceReply;
import dev.holdfast.broker.domain.ConsumerPort;
import dev.holdfast.broker.domain.Delivery;
import dev.holdfast.broker.domain.EdgeLoop;
import dev.holdfast.broker.domain.LinkEnding;
import dev.holdfast.broker.domain.NodeError;
import dev.holdfast.broker.domain.OpenedSource;
import dev.holdfast.broker.domain.Outcome;
import dev.holdfast.broker.domain.OwnerCommand;
import java.util.IdentityHashMap;
import java.util.List;
import org.apache.qpid.proton.amqp.messaging.Target;
import org.apache.qpid.proton.amqp.transport.Attach;
import org.apache.qpid.proton.amqp.transport.ErrorCondition;
import org.jspecify.annotations.Nullable;

/**
 * A link on which the broker sends.
 *
 * <p>Invariants: (1) the domain is told limits counted from the attach on, so nothing under way
 * needs correcting; (2) at most one drain is with the domain; what the peer asks meanwhile waits.
 * Event-loop thread.
 */
final class ConsumerLink implements Link, ConsumerPort {

  private final LinkEnd end;
  private final AmqpConnection connection;
  private final Attach reply;
  private final ConsumerTerms terms;
  private final IdentityHashMap<Delivery, Integer> confirming = new IdentityHashMap<>();
  private final Credit credit;
  private final DeliveryWriter writer;
  private boolean closeDeletes;
  private boolean left;

  ConsumerLink(LinkEnd end, Attach reply, ConsumerTerms terms) {
    this.end = end;
    this.connection = end.session.connection;
    this.reply = reply;
    this.terms = terms;
    this.credit = new Credit(this, connection);
    this.writer = new DeliveryWriter(this, terms, credit);
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
            writer.add(deliveries);
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
          writer.takeBack(delivery);
          if (end.isAttached()) {
            end.session.takenBack(delivery);
            pump();
          }
        });
  }

  @Override
  public void paused(@Nullable String reason) {
    connection.run(
        () -> {
          if (end.isAttached()) {
            end.session.write(Replies.paused(end.session, state(false), reason));
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
    if (end.isAttached() && !connection.isClosing() && !end.isFrozen()) {
      writer.pump();
    }
  }

  /** A message that was to be sent settled is too large for the peer, and as good as sent. */
  void cannotSend() {
    leave(LinkEnding.DETACHED);
    end(AmqpErrors.of(Fault.PEER_MESSAGE_SIZE));
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
    end.session.flow(state(drain));
  }

  private FrameOutput.LinkState state(boolean drain) {
    return new FrameOutput.LinkState(
        end.handle,
        credit.deliveryCount(),
        Math.max(0, credit.left()),
        (int) Math.min(Integer.MAX_VALUE, credit.available() + writer.size()),
        drain);
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
    writer.clear();
    confirming.clear();
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
