package dev.holdfast.broker.amqp;

import static dev.holdfast.broker.domain.OwnerCommand.NO_TRANSACTION;

import dev.holdfast.broker.amqp.codec.ColdCodec;
import dev.holdfast.broker.amqp.codec.Disposition;
import dev.holdfast.broker.amqp.codec.Fault;
import dev.holdfast.broker.amqp.codec.FaultException;
import dev.holdfast.broker.domain.Outcome;
import org.apache.qpid.proton.amqp.transaction.TransactionalState;
import org.jspecify.annotations.Nullable;

/**
 * What a disposition says of deliveries that the broker sent.
 *
 * @param outcome the outcome that it names; null: none
 * @param settled whether the peer has settled
 * @param transaction the transaction in which it says so, {@code NO_TRANSACTION} for none
 */
record Verdict(@Nullable Outcome outcome, boolean settled, long transaction) {

  private static final Verdict ACCEPTED = new Verdict(Outcome.ACCEPTED, true, NO_TRANSACTION);

  /**
   * Reads it.
   *
   * @throws FaultException the state cannot be understood; ends the session, so that a message is
   *     never taken for consumed because of a state that was not known
   */
  static Verdict of(Disposition d, byte[] b, ColdCodec codec) {
    return switch (d.state) {
      case ACCEPTED -> d.settled ? ACCEPTED : new Verdict(Outcome.ACCEPTED, false, NO_TRANSACTION);
      case NONE, RECEIVED -> new Verdict(null, d.settled, NO_TRANSACTION);
      case RELEASED -> new Verdict(Outcome.RELEASED, d.settled, NO_TRANSACTION);
      case REJECTED, MODIFIED ->
          new Verdict(
              Outcomes.of(codec.decode(b, d.stateFrom, d.stateTo), codec),
              d.settled,
              NO_TRANSACTION);
      case TRANSACTIONAL -> transactional(codec.decode(b, d.stateFrom, d.stateTo), d, codec);
      case OTHER -> {
        if (d.settled) {
          throw new FaultException(Fault.OUTCOME, FaultException.Scope.SESSION);
        }
        yield new Verdict(null, false, NO_TRANSACTION);
      }
    };
  }

  private static Verdict transactional(Object decoded, Disposition d, ColdCodec codec) {
    TransactionalState state = (TransactionalState) decoded;
    if (state.getTxnId() == null) {
      throw new FaultException(Fault.FIELD_MISSING);
    }
    return new Verdict(
        Outcomes.of(state.getOutcome(), codec), d.settled, TransactionId.decode(state.getTxnId()));
  }
}
