package dev.holdfast.broker.amqp;

import static dev.holdfast.broker.domain.OwnerCommand.NO_TRANSACTION;

import dev.holdfast.broker.amqp.codec.FrameOutput;
import org.apache.qpid.proton.amqp.UnsignedInteger;
import org.apache.qpid.proton.amqp.messaging.Accepted;
import org.apache.qpid.proton.amqp.messaging.Outcome;
import org.apache.qpid.proton.amqp.messaging.Rejected;
import org.apache.qpid.proton.amqp.messaging.Released;
import org.apache.qpid.proton.amqp.transaction.TransactionalState;
import org.apache.qpid.proton.amqp.transport.DeliveryState;
import org.apache.qpid.proton.amqp.transport.Disposition;
import org.apache.qpid.proton.amqp.transport.ErrorCondition;
import org.apache.qpid.proton.amqp.transport.Role;

/**
 * What the broker says of deliveries on one session (part 2 §2.7.6): what is said often is gathered
 * over a batch and written as one frame for each run of ids. Event-loop thread.
 */
final class Answers {

  private final Session session;
  private final SettledIds accepted = new SettledIds();
  private final SettledIds settled = new SettledIds();

  /** Accepted in {@link #transaction}. */
  private final SettledIds inTransaction = new SettledIds();

  private long transaction = NO_TRANSACTION;

  Answers(Session session) {
    this.session = session;
  }

  /** What the peer sent is accepted; in a transaction, or in {@code NO_TRANSACTION}. */
  void accepted(int deliveryId, long within) {
    if (within == NO_TRANSACTION) {
      accepted.add(deliveryId);
      return;
    }
    if (within != transaction) {
      flushTransaction();
      transaction = within;
    }
    inTransaction.add(deliveryId);
  }

  /** What the broker sent is settled. */
  void settled(int deliveryId) {
    settled.add(deliveryId);
  }

  /** What the peer sent is not acceptable; in a transaction, or in {@code NO_TRANSACTION}. */
  void rejected(int deliveryId, long within, ErrorCondition error) {
    Rejected state = new Rejected();
    state.setError(error);
    outcome(deliveryId, within == NO_TRANSACTION ? state : within(within, state));
  }

  /** Settles what the peer sent, with this state. */
  void outcome(int deliveryId, DeliveryState state) {
    write(deliveryId, deliveryId, state);
  }

  /** Settles what the broker sent, as released: the peer has kept it too long. */
  void takenBack(int deliveryId) {
    flush();
    write(Role.SENDER, deliveryId, deliveryId, Released.getInstance());
  }

  private static TransactionalState within(long transaction, Outcome outcome) {
    TransactionalState state = new TransactionalState();
    state.setTxnId(TransactionId.encode(transaction));
    state.setOutcome(outcome);
    return state;
  }

  private void write(int first, int last, DeliveryState state) {
    write(Role.RECEIVER, first, last, state);
  }

  private void write(Role role, int first, int last, DeliveryState state) {
    Disposition disposition = new Disposition();
    disposition.setRole(role);
    disposition.setFirst(UnsignedInteger.valueOf(first));
    disposition.setLast(UnsignedInteger.valueOf(last));
    disposition.setSettled(true);
    disposition.setState(state);
    session.write(disposition);
  }

  private void flushTransaction() {
    if (transaction != NO_TRANSACTION) {
      TransactionalState state = within(transaction, Accepted.getInstance());
      inTransaction.runs((first, last) -> write(first, last, state));
      transaction = NO_TRANSACTION;
    }
  }

  /** Writes what has been gathered; posts of a transaction before the answer to its end. */
  void flush() {
    flushTransaction();
    FrameOutput output = session.connection.edge.output;
    int channel = session.channel;
    accepted.runs(
        (first, last) ->
            output.accepted(session.connection.out.buffer(), channel, true, first, last));
    settled.runs(
        (first, last) ->
            output.settled(session.connection.out.buffer(), channel, false, first, last));
  }

  /** Nobody listens any more. */
  void clear() {
    accepted.clear();
    settled.clear();
    inTransaction.clear();
    transaction = NO_TRANSACTION;
  }
}
