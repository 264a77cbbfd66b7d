package dev.holdfast.broker.amqp;

import dev.holdfast.broker.amqp.codec.Fault;
import dev.holdfast.broker.amqp.terminus.TerminusException;
import dev.holdfast.broker.domain.NodeError;
import java.util.Map;
import org.apache.qpid.proton.amqp.Symbol;
import org.apache.qpid.proton.amqp.UnsignedLong;
import org.apache.qpid.proton.amqp.transport.ErrorCondition;

/** Faults and refusals as AMQP errors (part 2 §2.8.14 to 2.8.18). */
final class AmqpErrors {

  private AmqpErrors() {}

  static ErrorCondition of(Fault fault) {
    return new ErrorCondition(fault.condition(), fault.sentence());
  }

  static ErrorCondition of(TerminusException refused) {
    return new ErrorCondition(refused.fault().condition(), refused.sentence());
  }

  static ErrorCondition of(NodeError error) {
    return new ErrorCondition(condition(error.code()), error.description());
  }

  /**
   * A refusal of a message: one that is stored already has the sequence of its first copy in the
   * info map.
   */
  static ErrorCondition of(NodeError error, long sequence) {
    ErrorCondition condition = of(error);
    if (error.code() == NodeError.Code.DUPLICATE) {
      condition.setInfo(Map.of(Symbol.getSymbol("sequence"), UnsignedLong.valueOf(sequence)));
    }
    return condition;
  }

  /** The incident id is the only thing that links the peer's view to the operator's log. */
  static ErrorCondition internal(String incident) {
    return new ErrorCondition(
        Fault.INTERNAL.condition(), Fault.INTERNAL.sentence() + " (incident " + incident + ")");
  }

  /** An operator ends the connection, and may have said why. */
  static ErrorCondition closedBecause(String reason) {
    return new ErrorCondition(
        Fault.CLOSED.condition(),
        Fault.CLOSED.sentence() + (reason.isEmpty() ? "" : ": " + reason));
  }

  /** With the field that is wrong in the info map, as clients of part 2 §2.7.9 expect. */
  static ErrorCondition invalidField(Fault fault, String field) {
    ErrorCondition error = of(fault);
    error.setInfo(Map.of(Symbol.getSymbol("invalid-field"), Symbol.getSymbol(field)));
    return error;
  }

  private static Symbol condition(NodeError.Code code) {
    return Symbol.getSymbol(
        switch (code) {
          case NOT_FOUND -> "amqp:not-found";
          case UNAUTHORIZED -> "amqp:unauthorized-access";
          case RESOURCE_LIMIT_EXCEEDED -> "amqp:resource-limit-exceeded";
          case CONFLICT -> "amqp:illegal-state";
          case PRECONDITION_FAILED -> "amqp:precondition-failed";
          case LOCKED -> "amqp:resource-locked";
          case NOT_ALLOWED -> "amqp:not-allowed";
          case DUPLICATE -> "holdfast:duplicate";
          case UNKNOWN_TRANSACTION -> "amqp:transaction:unknown-id";
          case TRANSACTION_ROLLBACK -> "amqp:transaction:rollback";
          case TRANSACTION_TIMEOUT -> "amqp:transaction:timeout";
          case INVALID -> "amqp:invalid-field";
          case MESSAGE_TOO_LARGE -> "amqp:link:message-size-exceeded";
          case DELETED -> "amqp:resource-deleted";
          case FORCED -> "amqp:link:detach-forced";
          case NOT_IMPLEMENTED -> "amqp:not-implemented";
          case INTERNAL -> "amqp:internal-error";
        });
  }
}
