package dev.holdfast.broker.amqp.management;

import dev.holdfast.acl.Principal;
import dev.holdfast.broker.amqp.filter.FilterException;
import dev.holdfast.broker.amqp.filter.WireFilter;
import dev.holdfast.broker.domain.MessageFilter;
import dev.holdfast.broker.domain.NodeName;
import dev.holdfast.broker.domain.StartFrom;
import dev.holdfast.broker.domain.SubscriptionDefinition;
import dev.holdfast.broker.domain.SubscriptionInfo;
import dev.holdfast.broker.domain.TopicAdmin;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** Subscriptions of topics, named by their addresses: {@code topic::name}. */
public final class SubscriptionType implements ManagedType {
  private static final List<String> ATTRIBUTES =
      List.of(
          "name",
          "type",
          "source",
          "durable",
          "shared",
          "where",
          "messages",
          "bytes",
          "unsettled",
          "consumers",
          "deadLetters");

  private final TopicAdmin topics;

  /** Makes one. */
  public SubscriptionType(TopicAdmin topics) {
    this.topics = topics;
  }

  @Override
  public String name() {
    return "subscription";
  }

  @Override
  public List<String> attributes() {
    return ATTRIBUTES;
  }

  @Override
  public CompletionStage<List<Map<String, Object>>> list(Principal principal) {
    return topics
        .subscriptions(principal, "")
        .thenApply(all -> all.stream().map(SubscriptionType::show).toList());
  }

  @Override
  public CompletionStage<Map<String, Object>> read(Principal principal, String name) {
    return topics.subscription(principal, name).thenApply(SubscriptionType::show);
  }

  @Override
  public CompletionStage<Map<String, Object>> create(
      Principal principal, String name, Map<String, Object> given) {
    Attributes attributes = new Attributes(given, Set.of("shared", "where"));
    int at = name.indexOf(NodeName.SUBSCRIPTION_SEPARATOR);
    if (at < 0) {
      throw new IllegalArgumentException("a subscription's name is its address: topic::name");
    }
    SubscriptionDefinition definition =
        new SubscriptionDefinition(
            name.substring(0, at),
            name.substring(at + NodeName.SUBSCRIPTION_SEPARATOR.length()),
            new SubscriptionDefinition.Traits(true, attributes.flag("shared", true), false),
            filter(attributes.text("where", "")),
            "",
            principal.name());
    return topics
        .createSubscription(principal, definition, StartFrom.LATEST)
        .thenApply(SubscriptionType::show);
  }

  @Override
  public CompletionStage<Map<String, Object>> update(
      Principal principal, String name, Map<String, Object> given) {
    Attributes attributes = new Attributes(given, Set.of("where"));
    if (given.isEmpty()) {
      throw new IllegalArgumentException("no attribute is named");
    }
    return topics
        .editSubscription(principal, name, filter(attributes.text("where", "")))
        .thenApply(SubscriptionType::show);
  }

  private static @Nullable MessageFilter filter(String where) {
    try {
      return WireFilter.selector(where);
    } catch (FilterException e) {
      throw new IllegalArgumentException("where: " + e.sentence(), e);
    }
  }

  @Override
  public CompletionStage<Long> delete(Principal principal, String name) {
    return topics.deleteSubscription(principal, name);
  }

  private static Map<String, Object> show(SubscriptionInfo info) {
    SubscriptionDefinition definition = info.definition();
    Map<String, Object> shown = new LinkedHashMap<>();
    shown.put("name", definition.address());
    shown.put("type", "holdfast:subscription");
    shown.put("source", definition.source());
    shown.put("durable", definition.traits().durable());
    shown.put("shared", definition.traits().shared());
    String where = definition.filter() instanceof WireFilter wire ? wire.selectorText() : null;
    shown.put("where", where == null ? "" : where);
    shown.put("messages", info.messages());
    shown.put("bytes", info.bytes());
    shown.put("unsettled", info.unsettled());
    shown.put("consumers", info.consumers());
    shown.put("deadLetters", info.deadLetters());
    return shown;
  }
}
