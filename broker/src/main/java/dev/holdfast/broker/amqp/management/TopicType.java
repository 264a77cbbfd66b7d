package dev.holdfast.broker.amqp.management;

import dev.holdfast.acl.Principal;
import dev.holdfast.broker.domain.TopicAdmin;
import dev.holdfast.broker.domain.TopicDefinition;
import dev.holdfast.broker.domain.TopicInfo;
import dev.holdfast.deadletter.RetryPolicy;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.concurrent.CompletionStage;

/** Topics. */
public final class TopicType implements ManagedType {
  private static final List<String> SETTINGS =
      List.of("maxMessageBytes", "maxDeliveries", "retentionMs", "retentionBytes");
  private static final List<String> ATTRIBUTES =
      List.of(
          "name",
          "type",
          "subscriptions",
          "publishers",
          "messages",
          "bytes",
          "maxMessageBytes",
          "maxDeliveries",
          "retentionMs",
          "retentionBytes");

  private final TopicAdmin topics;
  private final long maxMessageBytes;

  /**
   * Makes one.
   *
   * @param maxMessageBytes largest message of any topic, and the default of new ones
   */
  public TopicType(TopicAdmin topics, long maxMessageBytes) {
    this.topics = topics;
    this.maxMessageBytes = maxMessageBytes;
  }

  @Override
  public String name() {
    return "topic";
  }

  @Override
  public List<String> attributes() {
    return ATTRIBUTES;
  }

  @Override
  public CompletionStage<List<Map<String, Object>>> list(Principal principal) {
    return topics.topics(principal).thenApply(all -> all.stream().map(TopicType::show).toList());
  }

  @Override
  public CompletionStage<Map<String, Object>> read(Principal principal, String name) {
    return topics.topic(principal, name).thenApply(TopicType::show);
  }

  @Override
  public CompletionStage<Map<String, Object>> create(
      Principal principal, String name, Map<String, Object> given) {
    TopicDefinition usual =
        new TopicDefinition(
            name, maxMessageBytes, RetryPolicy.DEFAULT, TopicDefinition.Retention.NONE);
    return topics
        .createTopic(principal, change(new Attributes(given, new TreeSet<>(SETTINGS)), usual))
        .thenApply(TopicType::show);
  }

  @Override
  public CompletionStage<Map<String, Object>> update(
      Principal principal, String name, Map<String, Object> given) {
    Attributes attributes = new Attributes(given, new TreeSet<>(SETTINGS));
    if (given.isEmpty()) {
      throw new IllegalArgumentException("no attribute is named");
    }
    // What is wrong with them, whatever they are applied to, is told at once.
    change(
        attributes,
        new TopicDefinition(name, 1, RetryPolicy.DEFAULT, TopicDefinition.Retention.NONE));
    return topics
        .editTopic(principal, name, before -> change(attributes, before))
        .thenApply(TopicType::show);
  }

  /** What is not named stays. */
  private TopicDefinition change(Attributes attributes, TopicDefinition before) {
    RetryPolicy retry = before.retry();
    TopicDefinition.Retention kept = before.retention();
    int tries =
        (int)
            attributes.number(
                "maxDeliveries", 1, RetryPolicy.MOST_DELIVERIES, retry.maxDeliveries());
    return new TopicDefinition(
        before.name(),
        attributes.number("maxMessageBytes", 1, maxMessageBytes, before.maxMessageBytes()),
        tries == retry.maxDeliveries() ? retry : RetryPolicy.atOnce(tries),
        new TopicDefinition.Retention(
            attributes.number("retentionMs", 0, Long.MAX_VALUE, kept.maxAgeMs()),
            attributes.number("retentionBytes", 0, Long.MAX_VALUE, kept.maxBytes())),
        before.idempotency());
  }

  @Override
  public CompletionStage<Long> delete(Principal principal, String name) {
    return topics.deleteTopic(principal, name);
  }

  private static Map<String, Object> show(TopicInfo topic) {
    TopicDefinition definition = topic.definition();
    Map<String, Object> shown = new LinkedHashMap<>();
    shown.put("name", definition.name());
    shown.put("type", "holdfast:topic");
    shown.put("subscriptions", topic.subscriptions());
    shown.put("publishers", topic.publishers());
    shown.put("messages", topic.messages());
    shown.put("bytes", topic.bytes());
    shown.put("maxMessageBytes", definition.maxMessageBytes());
    shown.put("maxDeliveries", definition.retry().maxDeliveries());
    shown.put("retentionMs", definition.retention().maxAgeMs());
    shown.put("retentionBytes", definition.retention().maxBytes());
    return shown;
  }
}
