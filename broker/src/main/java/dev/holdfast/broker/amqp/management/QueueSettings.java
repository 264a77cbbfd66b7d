package dev.holdfast.broker.amqp.management;

import dev.holdfast.broker.domain.QueueDefinition;
import java.util.Map;
import java.util.function.UnaryOperator;

/** Settings of queues as attributes: the same ones as in the HTTP API. Any thread. */
public interface QueueSettings {
  /**
   * A queue to be made: from what such queues usually are to what this one shall be.
   *
   * @throws IllegalArgumentException an attribute is unknown or not acceptable
   */
  UnaryOperator<QueueDefinition> creation(Map<String, Object> attributes);

  /**
   * A change: what is not named stays. Applied to a queue it may throw {@link
   * dev.holdfast.broker.domain.NodeException}.
   *
   * @throws IllegalArgumentException an attribute is unknown or not acceptable, or there is none
   */
  UnaryOperator<QueueDefinition> change(Map<String, Object> attributes);

  /** All settings of a queue, by name. */
  Map<String, Object> show(QueueDefinition definition);
}
