package dev.holdfast.broker.amqp;

import dev.holdfast.broker.amqp.codec.Fault;
import dev.holdfast.broker.amqp.codec.FaultException;
import dev.holdfast.broker.amqp.codec.Flow;
import dev.holdfast.broker.amqp.codec.MessageView;
import dev.holdfast.broker.domain.CoordinatorPort;
import dev.holdfast.broker.domain.EdgeLoop;
import dev.holdfast.broker.domain.NodeError;
import dev.holdfast.broker.domain.OwnerCommand;
import org.apache.qpid.proton.amqp.messaging.AmqpValue;
import org.apache.qpid.proton.amqp.transaction.Declare;
import org.apache.qpid.proton.amqp.transaction.Declared;
import org.apache.qpid.proton.amqp.transaction.Discharge;
import org.apache.qpid.proton.amqp.transport.Attach;
import org.apache.qpid.proton.amqp.transport.ErrorCondition;
import org.jspecify.annotations.Nullable;

/**
 * A link to the coordinator of transactions (part 4 §4.1): takes declare and discharge. Event-loop
 * thread.
 */
final class CoordinatorLink implements ReceivingLink, CoordinatorPort {

  private static final int WINDOW = 64;

  /** A declare or a discharge has some twenty bytes; sections before it are tolerated. */
  private static final int MAX_MESSAGE_BYTES = 4 * 1024;

  private final LinkEnd end;
  private final AmqpConnection connection;
  private final Attach reply;
  private final boolean takesRejected;
  private final Receiver receiver;
  private boolean left;

  /**
   * Makes one.
   *
   * @param takesRejected whether the source lists the outcome rejected; if not, an error is told by
   *     detaching (part 4 §4.3)
   */
  CoordinatorLink(LinkEnd end, Attach reply, boolean takesRejected, int initialDeliveryCount) {
    this.end = end;
    this.connection = end.session.connection;
    this.reply = reply;
    this.takesRejected = takesRejected;
    this.receiver = new Receiver(end, this, WINDOW, initialDeliveryCount, null);
    end.belongsTo(this);
  }

  /** Asks the domain. */
  void open() {
    if (!left) {
      connection.edge.submit(new OwnerCommand.OpenCoordinator(this, connection.peer()));
    }
  }

  @Override
  public LinkEnd end() {
    return end;
  }

  @Override
  public EdgeLoop loop() {
    return connection.edge;
  }

  @Override
  public Receiver receiver() {
    return receiver;
  }

  @Override
  public void opened() {
    connection.run(
        () -> {
          Replies.maxMessageSize(reply, MAX_MESSAGE_BYTES);
          if (end.attached(reply)) {
            receiver.open(MAX_MESSAGE_BYTES);
          } else {
            leave();
          }
        });
  }

  @Override
  public void closed(NodeError error) {
    connection.run(
        () -> {
          if (end.isAttached()) {
            end.detach(AmqpErrors.of(error));
          } else {
            reply.setTarget(null);
            end.refused(reply, AmqpErrors.of(error));
          }
          left = true;
          receiver.dropPartial();
        });
  }

  @Override
  public void flow(Flow flow) {
    receiver.flow(flow);
  }

  @Override
  public void arrived(byte[] b, int from, int to) {
    Incoming incoming = receiver.incoming();
    int id = incoming.deliveryId();
    if (incoming.isSettled()) {
      // Nobody would learn the transaction's id, or whether it was committed.
      fail(Fault.COORDINATOR_SETTLED);
      return;
    }
    Object request = decode(b, from, to);
    if (end.isFrozen() && !(request instanceof Discharge)) {
      refuse(id, AmqpErrors.of(Fault.TOKEN_EXPIRED));
    } else if (request instanceof Declare) {
      submit(new OwnerCommand.Declare(this, id));
    } else if (request instanceof Discharge discharge && discharge.getTxnId() != null) {
      long transaction = TransactionId.decode(discharge.getTxnId());
      boolean fail = Boolean.TRUE.equals(discharge.getFail());
      if (end.isFrozen() && !fail) {
        // It ends all the same: rolled back, which is what its owner is told.
        connection.edge.submit(
            new OwnerCommand.FailTransaction(
                connection.peer(), transaction, Fault.TOKEN_EXPIRED.sentence()));
      }
      submit(new OwnerCommand.Discharge(this, transaction, fail, id));
    } else {
      refuse(id, AmqpErrors.of(Fault.COORDINATOR_MESSAGE));
    }
  }

  private @Nullable Object decode(byte[] b, int from, int to) {
    MessageView view = connection.edge.view;
    if (!view.scan(b, from, to) || view.bodyFrom() < 0) {
      return null;
    }
    try {
      Object section = connection.edge.codec.decode(b, view.bodyFrom(), to);
      return section instanceof AmqpValue value ? value.getValue() : null;
    } catch (FaultException malformed) {
      return null;
    }
  }

  private void submit(OwnerCommand command) {
    receiver.awaitsAnswer();
    connection.awaitsAnswer();
    connection.edge.submit(command);
  }

  @Override
  public void declared(Object token, long transaction) {
    Declared declared = new Declared();
    declared.setTxnId(TransactionId.encode(transaction));
    answer(() -> end.session.answers.outcome((int) token, declared));
  }

  @Override
  public void refused(Object token, NodeError error) {
    answer(() -> refuse((int) token, AmqpErrors.of(error)));
  }

  @Override
  public void discharged(Object token, @Nullable NodeError error) {
    if (error == null) {
      answer(() -> end.session.answers.accepted((int) token, OwnerCommand.NO_TRANSACTION));
    } else {
      answer(() -> refuse((int) token, AmqpErrors.of(error)));
    }
  }

  private void answer(Runnable disposition) {
    connection.run(
        () -> {
          receiver.answered(1);
          connection.answered(0);
          if (end.isAttached()) {
            disposition.run();
            receiver.topUp();
          }
        });
  }

  private void refuse(int id, ErrorCondition error) {
    if (takesRejected) {
      end.session.answers.rejected(id, OwnerCommand.NO_TRANSACTION, error);
      receiver.topUp();
    } else {
      end.detach(error);
      leave();
    }
  }

  @Override
  public void missed(long transaction) {
    // Declare and discharge are no part of a transaction.
  }

  @Override
  public void fail(Fault fault) {
    end.detach(AmqpErrors.of(fault));
    leave();
  }

  private void leave() {
    if (!left) {
      left = true;
      receiver.dropPartial();
      connection.edge.submit(new OwnerCommand.CloseCoordinator(this));
    }
  }

  @Override
  public void detached(boolean closed) {
    if (end.isLive()) {
      leave();
    }
    end.peerDetached(closed);
  }

  @Override
  public void lost(boolean clean) {
    if (end.isLive()) {
      leave();
    }
    end.lost();
  }

  @Override
  public void expel(ErrorCondition error) {
    if (end.isAttached()) {
      end.detach(error);
      leave();
    }
  }
}
