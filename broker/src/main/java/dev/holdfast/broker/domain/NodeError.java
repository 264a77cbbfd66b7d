package dev.holdfast.broker.domain;

/**
 * A refusal, in words for the client: no internals, no other principal's data.
 *
 * @param code the kind
 * @param description one sentence that says what to do
 */
public record NodeError(Code code, String description) {

  /** Kinds of refusals; the edge maps each to one AMQP error condition or HTTP status. */
  public enum Code {
    /** No such node (or none the caller may see). */
    NOT_FOUND,
    /** The principal lacks the permission. */
    UNAUTHORIZED,
    /** A limit is reached or the disk is full; trying later may work. */
    RESOURCE_LIMIT_EXCEEDED,
    /** The node exists already, or in another shape. */
    CONFLICT,
    /** Somebody has it for himself (an exclusive consumer, an unshared subscription). */
    LOCKED,
    /** It is possible, but not in this state or place. */
    NOT_ALLOWED,
    /** A condition that the request itself names does not hold. */
    PRECONDITION_FAILED,
    /** A message with the same idempotency key is stored already. */
    DUPLICATE,
    /** There is no such transaction (any more). */
    UNKNOWN_TRANSACTION,
    /** The transaction could not be committed and is rolled back. */
    TRANSACTION_ROLLBACK,
    /** The transaction took too long and is rolled back. */
    TRANSACTION_TIMEOUT,
    /** The name or a value is not acceptable. */
    INVALID,
    /** The message is larger than the node takes. */
    MESSAGE_TOO_LARGE,
    /** The node has been deleted. */
    DELETED,
    /** An administrator closed the link or connection, or the broker stops. */
    FORCED,
    /** Asked for something this broker does not do. */
    NOT_IMPLEMENTED,
    /** The broker failed; the operator's log has the rest under the incident id in the text. */
    INTERNAL
  }
}
