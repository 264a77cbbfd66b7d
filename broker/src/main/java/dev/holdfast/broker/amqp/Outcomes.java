package dev.holdfast.broker.amqp;

import dev.holdfast.broker.amqp.codec.ColdCodec;
import dev.holdfast.broker.amqp.codec.ModifiedReader;
import dev.holdfast.broker.amqp.codec.Transfer;
import dev.holdfast.broker.domain.Outcome;
import dev.holdfast.broker.domain.OwnerCommand;
import org.apache.qpid.proton.amqp.messaging.Accepted;
import org.apache.qpid.proton.amqp.messaging.Modified;
import org.apache.qpid.proton.amqp.messaging.Rejected;
import org.apache.qpid.proton.amqp.messaging.Released;
import org.apache.qpid.proton.amqp.transaction.TransactionalState;
import org.apache.qpid.proton.amqp.transport.ErrorCondition;
import org.jspecify.annotations.Nullable;

/** Delivery states of the wire as outcomes of the domain (part 3 §3.4). */
final class Outcomes {

  /** Longest text of a rejection that is kept, in characters. */
  private static final int MAX_TEXT = 1_024;

  private Outcomes() {}

  /** The outcome that a decoded type stands for; null when it is none. */
  static @Nullable Outcome of(@Nullable Object decoded, ColdCodec codec) {
    if (decoded instanceof Accepted) {
      return Outcome.ACCEPTED;
    }
    if (decoded instanceof Released) {
      return Outcome.RELEASED;
    }
    if (decoded instanceof Modified modified) {
      byte[] encoded = codec.encode(modified);
      return ModifiedReader.read(encoded, 0, encoded.length);
    }
    if (decoded instanceof Rejected rejected) {
      ErrorCondition error = rejected.getError();
      return error == null || error.getCondition() == null
          ? new Outcome.Rejected("", "")
          : new Outcome.Rejected(cut(error.getCondition().toString()), cut(error.getDescription()));
    }
    return null;
  }

  /** The transaction that a transfer's state names; {@code NO_TRANSACTION} when it names none. */
  static long transaction(Transfer t, byte[] b, ColdCodec codec) {
    return t.isTransactional(b)
            && codec.decode(b, t.stateFrom, t.stateTo) instanceof TransactionalState state
            && state.getTxnId() != null
        ? TransactionId.decode(state.getTxnId())
        : OwnerCommand.NO_TRANSACTION;
  }

  private static String cut(@Nullable String text) {
    return text == null ? "" : text.substring(0, Math.min(MAX_TEXT, text.length()));
  }
}
