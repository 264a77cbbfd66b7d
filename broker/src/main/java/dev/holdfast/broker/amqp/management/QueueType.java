package dev.holdfast.broker.amqp.management;

import dev.holdfast.acl.Principal;
import dev.holdfast.broker.domain.NodeAdmin;
import dev.holdfast.broker.domain.QueueDefinition;
import dev.holdfast.broker.domain.QueueInfo;
import dev.holdfast.deadletter.RetryPolicy;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;

/** Queues. */
public final class QueueType implements ManagedType {
  private static final List<String> COUNTS =
      List.of(
          "name",
          "type",
          "messages",
          "bytes",
          "unsettled",
          "consumers",
          "publishers",
          "deadLetters");

  private final NodeAdmin nodes;
  private final QueueSettings settings;
  private final List<String> attributes;

  /** Makes one. */
  public QueueType(NodeAdmin nodes, QueueSettings settings) {
    this.nodes = nodes;
    this.settings = settings;
    List<String> all = new ArrayList<>(COUNTS);
    all.addAll(settings.show(new QueueDefinition("any", 1, RetryPolicy.DEFAULT)).keySet());
    this.attributes = List.copyOf(all);
  }

  @Override
  public String name() {
    return "queue";
  }

  @Override
  public List<String> attributes() {
    return attributes;
  }

  @Override
  public CompletionStage<List<Map<String, Object>>> list(Principal principal) {
    return nodes.queues(principal).thenApply(all -> all.stream().map(this::show).toList());
  }

  @Override
  public CompletionStage<Map<String, Object>> read(Principal principal, String name) {
    return nodes.queue(principal, name).thenApply(this::show);
  }

  @Override
  public CompletionStage<Map<String, Object>> create(
      Principal principal, String name, Map<String, Object> given) {
    return nodes.createQueue(principal, name, settings.creation(given)).thenApply(this::show);
  }

  @Override
  public CompletionStage<Map<String, Object>> update(
      Principal principal, String name, Map<String, Object> given) {
    return nodes.editQueue(principal, name, settings.change(given)).thenApply(this::show);
  }

  @Override
  public CompletionStage<Long> delete(Principal principal, String name) {
    return nodes.deleteQueue(principal, name);
  }

  private Map<String, Object> show(QueueInfo queue) {
    Map<String, Object> shown = new LinkedHashMap<>();
    shown.put("name", queue.definition().name());
    shown.put("type", "holdfast:queue");
    shown.put("messages", queue.messages());
    shown.put("bytes", queue.bytes());
    shown.put("unsettled", queue.unsettled());
    shown.put("consumers", queue.consumers());
    shown.put("publishers", queue.publishers());
    shown.put("deadLetters", queue.deadLetters());
    shown.putAll(settings.show(queue.definition()));
    return shown;
  }
}
