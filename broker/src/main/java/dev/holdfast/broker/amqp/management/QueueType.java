package dev.holdfast.broker.amqp.management;

import dev.holdfast.acl.Principal;
import dev.holdfast.broker.domain.NodeAdmin;
import dev.holdfast.broker.domain.QueueDefinition;
import dev.holdfast.broker.domain.QueueInfo;
import dev.holdfast.deadletter.RetryPolicy;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.concurrent.CompletionStage;

/** Queues. */
public final class QueueType implements ManagedType {
  private static final List<String> SETTINGS = List.of("maxMessageBytes", "maxDeliveries");
  private static final List<String> ATTRIBUTES =
      List.of(
          "name",
          "type",
          "messages",
          "bytes",
          "unsettled",
          "consumers",
          "publishers",
          "deadLetters",
          "maxMessageBytes",
          "maxDeliveries");

  private final NodeAdmin nodes;
  private final long maxMessageBytes;

  /**
   * Makes one.
   *
   * @param maxMessageBytes largest message of any queue, and the default of new ones
   */
  public QueueType(NodeAdmin nodes, long maxMessageBytes) {
    this.nodes = nodes;
    this.maxMessageBytes = maxMessageBytes;
  }

  @Override
  public String name() {
    return "queue";
  }

  @Override
  public List<String> attributes() {
    return ATTRIBUTES;
  }

  @Override
  public CompletionStage<List<Map<String, Object>>> list(Principal principal) {
    return nodes.queues(principal).thenApply(all -> all.stream().map(QueueType::show).toList());
  }

  @Override
  public CompletionStage<Map<String, Object>> read(Principal principal, String name) {
    return nodes.queue(principal, name).thenApply(QueueType::show);
  }

  @Override
  public CompletionStage<Map<String, Object>> create(
      Principal principal, String name, Map<String, Object> given) {
    Attributes attributes = new Attributes(given, new TreeSet<>(SETTINGS));
    QueueDefinition definition =
        new QueueDefinition(
            name,
            attributes.number("maxMessageBytes", 1, maxMessageBytes, maxMessageBytes),
            RetryPolicy.atOnce(
                (int)
                    attributes.number(
                        "maxDeliveries",
                        1,
                        RetryPolicy.MOST_DELIVERIES,
                        RetryPolicy.DEFAULT.maxDeliveries())));
    return nodes.createQueue(principal, definition).thenApply(QueueType::show);
  }

  @Override
  public CompletionStage<Long> delete(Principal principal, String name) {
    return nodes.deleteQueue(principal, name);
  }

  private static Map<String, Object> show(QueueInfo queue) {
    Map<String, Object> shown = new LinkedHashMap<>();
    shown.put("name", queue.definition().name());
    shown.put("type", "holdfast:queue");
    shown.put("messages", queue.messages());
    shown.put("bytes", queue.bytes());
    shown.put("unsettled", queue.unsettled());
    shown.put("consumers", queue.consumers());
    shown.put("publishers", queue.publishers());
    shown.put("deadLetters", queue.deadLetters());
    shown.put("maxMessageBytes", queue.definition().maxMessageBytes());
    shown.put("maxDeliveries", queue.definition().retry().maxDeliveries());
    return shown;
  }
}
