package dev.holdfast.broker.amqp;

import dev.holdfast.broker.amqp.codec.ColdCodec;
import dev.holdfast.broker.amqp.codec.Disposition;
import dev.holdfast.broker.domain.Outcome;
import org.apache.qpid.proton.amqp.messaging.Accepted;
import org.apache.qpid.proton.amqp.messaging.Modified;
import org.apache.qpid.proton.amqp.messaging.Rejected;
import org.apache.qpid.proton.amqp.messaging.Released;
import org.apache.qpid.proton.amqp.transport.ErrorCondition;
import org.jspecify.annotations.Nullable;

/** Delivery states of the wire as outcomes of the domain (part 3 §3.4). */
final class Outcomes {

  /** Longest text of a rejection that is kept, in characters. */
  private static final int MAX_TEXT = 1_024;

  private Outcomes() {}

  /** The outcome a disposition names; null when it names none. */
  static @Nullable Outcome of(Disposition d, byte[] b, ColdCodec codec) {
    return switch (d.state) {
      case NONE, RECEIVED, OTHER -> null;
      case ACCEPTED -> Outcome.ACCEPTED;
      case RELEASED -> Outcome.RELEASED;
      case REJECTED, MODIFIED -> of(codec.decode(b, d.stateFrom, d.stateTo));
    };
  }

  /** The outcome that a decoded type stands for; null when it is none. */
  static @Nullable Outcome of(@Nullable Object decoded) {
    if (decoded instanceof Accepted) {
      return Outcome.ACCEPTED;
    }
    if (decoded instanceof Released) {
      return Outcome.RELEASED;
    }
    if (decoded instanceof Modified modified) {
      return new Outcome.Modified(
          Boolean.TRUE.equals(modified.getDeliveryFailed()),
          Boolean.TRUE.equals(modified.getUndeliverableHere()));
    }
    if (decoded instanceof Rejected rejected) {
      ErrorCondition error = rejected.getError();
      return error == null || error.getCondition() == null
          ? new Outcome.Rejected("", "")
          : new Outcome.Rejected(cut(error.getCondition().toString()), cut(error.getDescription()));
    }
    return null;
  }

  private static String cut(@Nullable String text) {
    return text == null ? "" : text.substring(0, Math.min(MAX_TEXT, text.length()));
  }
}
