package dev.holdfast.client;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Why something did not work, in a form a program can act on: a {@link #reason()}, whether trying
 * again later may help ({@link #isTransient()}), the AMQP error condition and the node concerned.
 */
public final class HoldfastException extends RuntimeException {
  private static final long serialVersionUID = 1;

  /** What went wrong. New reasons may be added: keep a default branch. */
  public enum Reason {
    /** No such node, or it has been deleted ({@code amqp:not-found}, {@code resource-deleted}). */
    NOT_FOUND(false),
    /** The principal may not do this ({@code amqp:unauthorized-access}, {@code not-allowed}). */
    UNAUTHORIZED(false),
    /**
     * The broker will not take this message (outcome {@code rejected}); sending it again is vain.
     */
    REJECTED(false),
    /** The broker gave the message back unstored (outcome {@code released} or {@code modified}). */
    RELEASED(true),
    /** A limit is reached or the disk is full ({@code amqp:resource-limit-exceeded}). */
    RESOURCE_LIMIT(true),
    /** Larger than the node takes ({@code amqp:link:message-size-exceeded}). */
    MESSAGE_TOO_LARGE(false),
    /** No connection, or it was lost; of a send: whether it was stored is not known. */
    CONNECTION_LOST(true),
    /** The broker does not accept who we say we are, or offers no mechanism we can use. */
    AUTHENTICATION_FAILED(false),
    /** The server is not who it should be: Unix socket owner (HF-TLS-PEER) or TLS certificate. */
    UNTRUSTED_SERVER(false),
    /** No answer in time; of a send: whether it was stored is not known. */
    TIMEOUT(true),
    /** The waiting thread was interrupted; of a send: whether it was stored is not known. */
    INTERRUPTED(true),
    /** Used after close, or closed while it was waiting. */
    CLOSED(false),
    /** A wrong argument, address or option: a mistake in the program or its configuration. */
    INVALID(false),
    /**
     * The broker detached the link or connection for a reason of its own; trying again may work.
     */
    DETACHED(true),
    /** The broker reports a failure of its own ({@code amqp:internal-error}), or the client has. */
    INTERNAL(true);

    private final boolean transientFailure;

    Reason(boolean transientFailure) {
      this.transientFailure = transientFailure;
    }
  }

  private final Reason reason;
  private final @Nullable String condition;
  private final @Nullable String node;

  HoldfastException(Reason reason, String message) {
    this(reason, message, null, null);
  }

  HoldfastException(
      Reason reason, String message, @Nullable String condition, @Nullable String node) {
    super(message);
    this.reason = reason;
    this.condition = condition;
    this.node = node;
  }

  /** The same failure with the stack of the thread that sees it; the cause has the original. */
  HoldfastException here() {
    HoldfastException copy =
        new HoldfastException(reason, String.valueOf(getMessage()), condition, node);
    copy.initCause(this);
    return copy;
  }

  HoldfastException causedBy(Throwable cause) {
    initCause(cause);
    return this;
  }

  /** What went wrong. */
  public Reason reason() {
    return reason;
  }

  /** Whether the same call may succeed later without anybody changing anything. */
  public boolean isTransient() {
    return reason.transientFailure;
  }

  /** The AMQP error condition the broker sent, such as {@code amqp:not-found}. */
  public Optional<String> condition() {
    return Optional.ofNullable(condition);
  }

  /** The address of the node concerned. */
  public Optional<String> node() {
    return Optional.ofNullable(node);
  }
}
