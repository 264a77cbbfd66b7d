package dev.holdfast.broker.domain.owner;

import dev.holdfast.broker.domain.SubscriptionDefinition;
import dev.holdfast.broker.domain.SubscriptionInfo;
import dev.holdfast.broker.domain.SubscriptionRequest;
import dev.holdfast.storage.StoreView;
import org.jspecify.annotations.Nullable;

/** A subscription of a topic, or of all topics whose names match a pattern. */
final class TopicSubscription {
  /** Also the store's id of its cursor in each log it reads. */
  final int id;

  /** Of which only the filter ever changes. */
  SubscriptionDefinition definition;

  /** Its consumers. */
  final Subscription group;

  /** Since when it has had no consumer, as far as anybody has looked; 0: it has one. */
  private long aloneMs;

  /** Null: one topic. */
  final @Nullable TopicPattern pattern;

  TopicSubscription(int id, SubscriptionDefinition definition, Subscription group) {
    this.id = id;
    this.definition = definition;
    this.group = group;
    this.pattern =
        SubscriptionNames.isPattern(definition.source())
            ? new TopicPattern(definition.source())
            : null;
  }

  String address() {
    return definition.address();
  }

  boolean durable() {
    return definition.traits().durable();
  }

  /** Somebody consumes from it, though perhaps not for long. */
  void used() {
    aloneMs = 0;
  }

  /** Whether it may linger, and has had no consumer for as long as it may. */
  boolean isOver(long nowMs) {
    long lingerMs = definition.traits().lingerMs();
    if (lingerMs == 0 || group.hasConsumers()) {
      aloneMs = 0;
      return false;
    }
    if (aloneMs == 0 || nowMs < aloneMs) {
      aloneMs = nowMs;
    }
    return nowMs - aloneMs >= lingerMs;
  }

  /** Whether it reads this topic, or would. */
  boolean covers(String topic) {
    return pattern == null ? definition.source().equals(topic) : pattern.matches(topic);
  }

  /** As a link would name it; null when no link can. */
  @Nullable SubscriptionRequest asRequest() {
    return SubscriptionNames.request(definition);
  }

  SubscriptionInfo info(StoreView view) {
    Queue dead = group.deadLetters;
    return new SubscriptionInfo(
        definition,
        group.cursors().size(),
        group.messages(view),
        group.bytes(view),
        group.unsettled(),
        group.consumerCount(),
        dead == null ? 0 : dead.messages(view),
        group.delivered(),
        group.acknowledged(),
        group.unreadable());
  }
}
