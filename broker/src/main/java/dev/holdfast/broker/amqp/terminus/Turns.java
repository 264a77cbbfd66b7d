package dev.holdfast.broker.amqp.terminus;

import dev.holdfast.broker.amqp.codec.Fault;
import dev.holdfast.broker.domain.SourceRequest.Turn;
import java.util.HashMap;
import java.util.Map;
import org.apache.qpid.proton.amqp.Symbol;
import org.apache.qpid.proton.amqp.messaging.Source;
import org.apache.qpid.proton.amqp.transport.Attach;
import org.jspecify.annotations.Nullable;

/**
 * Consumer priority and exclusive consumers. The standard has no place for them; link property
 * {@code priority} is what Artemis and Qpid read, {@code rabbitmq:priority} what RabbitMQ reads.
 * {@code exclusive} may be a link property or, for clients that cannot set those, a capability of
 * the source.
 */
final class Turns {

  private static final Symbol PRIORITY = Symbol.getSymbol("priority");
  private static final Symbol RABBITMQ_PRIORITY = Symbol.getSymbol("rabbitmq:priority");

  private Turns() {}

  static Turn read(Attach attach, Source source) {
    Map<?, ?> properties = attach.getProperties();
    int priority = 0;
    boolean exclusive = Capabilities.has(source.getCapabilities(), Capabilities.EXCLUSIVE);
    if (properties != null) {
      Object own = properties.get(PRIORITY);
      priority = priority(own == null ? properties.get(RABBITMQ_PRIORITY) : own);
      exclusive |= exclusive(properties.get(Capabilities.EXCLUSIVE));
    }
    return priority == 0 && !exclusive ? Turn.ORDINARY : new Turn(priority, exclusive);
  }

  private static int priority(@Nullable Object value) {
    if (value == null) {
      return 0;
    }
    if (!(value instanceof Number number) || number instanceof Float || number instanceof Double) {
      throw new TerminusException(Fault.PRIORITY);
    }
    if (number.longValue() != number.intValue()) {
      throw new TerminusException(Fault.PRIORITY);
    }
    return number.intValue();
  }

  private static boolean exclusive(@Nullable Object value) {
    if (value != null && !(value instanceof Boolean)) {
      throw new TerminusException(Fault.EXCLUSIVE);
    }
    return Boolean.TRUE.equals(value);
  }

  /** The link properties of the reply; null when the consumer is an ordinary one. */
  static @Nullable Map<Symbol, Object> properties(Turn turn) {
    if (turn.equals(Turn.ORDINARY)) {
      return null;
    }
    Map<Symbol, Object> used = new HashMap<>();
    used.put(PRIORITY, turn.priority());
    used.put(Capabilities.EXCLUSIVE, turn.exclusive());
    return used;
  }
}
