package dev.holdfast.client;

import dev.holdfast.client.HoldfastException.Reason;
import dev.holdfast.client.wire.UntrustedServerException;
import io.vertx.proton.sasl.MechanismMismatchException;
import io.vertx.proton.sasl.SaslSystemException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.SSLException;
import javax.security.sasl.SaslException;
import org.apache.qpid.proton.amqp.transport.ErrorCondition;
import org.jspecify.annotations.Nullable;

/** AMQP conditions and the library's failures as {@link HoldfastException}s. Stateless. */
final class Failures {
  /** How the AMQP library prints a condition where it gives no other access to it. */
  private static final Pattern PRINTED =
      Pattern.compile("Error\\{condition=([^,]*), description='(.*)', info=.*", Pattern.DOTALL);

  private Failures() {}

  /** What a condition means, whatever it is about. */
  static Reason reasonOf(@Nullable String condition) {
    return switch (condition == null ? "" : condition) {
      case "amqp:not-found", "amqp:resource-deleted" -> Reason.NOT_FOUND;
      case "amqp:unauthorized-access", "amqp:not-allowed" -> Reason.UNAUTHORIZED;
      case "amqp:resource-limit-exceeded", "amqp:resource-locked" -> Reason.RESOURCE_LIMIT;
      case "amqp:link:message-size-exceeded" -> Reason.MESSAGE_TOO_LARGE;
      case "amqp:internal-error" -> Reason.INTERNAL;
      case "amqp:connection:forced" -> Reason.CONNECTION_LOST;
      case "amqp:invalid-field", "amqp:decode-error", "amqp:precondition-failed" -> Reason.REJECTED;
      case "amqp:link:stolen", "amqp:not-implemented", "amqp:illegal-state" -> Reason.REJECTED;
      default -> Reason.DETACHED;
    };
  }

  /** Of a link the broker closed. */
  static HoldfastException ofLink(@Nullable ErrorCondition error, String node) {
    String condition = condition(error);
    return new HoldfastException(
        reasonOf(condition),
        node + ": " + words(condition, description(error), "the broker closed the link"),
        condition,
        node);
  }

  /** Of a message answered {@code rejected}. */
  static HoldfastException ofRejected(@Nullable ErrorCondition error, String node) {
    String condition = condition(error);
    Reason reason = reasonOf(condition);
    return new HoldfastException(
        reason == Reason.DETACHED ? Reason.REJECTED : reason,
        node + ": " + words(condition, description(error), "the broker rejected the message"),
        condition,
        node);
  }

  /** Of a connection that ended. */
  static HoldfastException ofConnection(@Nullable ErrorCondition error, String server) {
    String condition = condition(error);
    Reason reason =
        "amqp:unauthorized-access".equals(condition)
            ? Reason.AUTHENTICATION_FAILED
            : Reason.CONNECTION_LOST;
    return new HoldfastException(
        reason,
        server + ": " + words(condition, description(error), "the connection was lost"),
        condition,
        null);
  }

  /** Of an attempt to connect. */
  static HoldfastException ofConnect(Throwable cause, String server) {
    Matcher printed = PRINTED.matcher(String.valueOf(cause.getMessage()));
    if (printed.matches()) {
      ErrorCondition error =
          new ErrorCondition(
              org.apache.qpid.proton.amqp.Symbol.valueOf(printed.group(1)), printed.group(2));
      return ofConnection(error, server).causedBy(cause);
    }
    return new HoldfastException(connectReason(cause), server + ": " + connectWords(cause))
        .causedBy(cause);
  }

  private static Reason connectReason(Throwable cause) {
    if (cause instanceof SaslSystemException sasl && !sasl.isPermanent()) {
      return Reason.CONNECTION_LOST;
    }
    if (cause instanceof SaslException) {
      return Reason.AUTHENTICATION_FAILED;
    }
    if (cause instanceof UntrustedServerException || cause instanceof SSLException) {
      return Reason.UNTRUSTED_SERVER;
    }
    return Reason.CONNECTION_LOST;
  }

  private static String connectWords(Throwable cause) {
    if (cause instanceof MechanismMismatchException) {
      return "the broker offers no way to log in with what is given here; set user and password, or"
          + " use the Unix socket";
    }
    if (cause instanceof SaslException) {
      return "the broker refused the login; check user and password";
    }
    if (cause instanceof SSLException) {
      return "no trusted TLS connection: " + cause.getMessage();
    }
    if (cause instanceof UntrustedServerException) {
      return String.valueOf(cause.getMessage());
    }
    return "cannot connect: " + cause.getMessage();
  }

  private static @Nullable String condition(@Nullable ErrorCondition error) {
    return error == null || error.getCondition() == null ? null : error.getCondition().toString();
  }

  private static @Nullable String description(@Nullable ErrorCondition error) {
    return error == null ? null : error.getDescription();
  }

  private static String words(
      @Nullable String condition, @Nullable String description, String otherwise) {
    String text = description == null || description.isBlank() ? otherwise : description;
    return condition == null ? text : text + " (" + condition + ")";
  }
}
