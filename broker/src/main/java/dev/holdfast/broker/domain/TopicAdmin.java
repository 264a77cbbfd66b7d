package dev.holdfast.broker.domain;

import dev.holdfast.acl.Principal;
import java.util.List;
import java.util.concurrent.CompletionStage;

/**
 * What management does with topics and subscriptions. Any thread; stages complete on the owner
 * thread after the commit they depend on, exceptionally with {@link NodeException} when refused.
 */
public interface TopicAdmin {

  /** All topics the principal may inspect, by name. */
  CompletionStage<List<TopicInfo>> topics(Principal principal);

  /** One topic. */
  CompletionStage<TopicInfo> topic(Principal principal, String name);

  /** Makes a topic; {@code CONFLICT} when the name is taken. */
  CompletionStage<TopicInfo> createTopic(Principal principal, TopicDefinition definition);

  /**
   * Deletes a topic, its subscriptions with their dead letters, and its links. Subscriptions by
   * pattern stay and lose what they had of it.
   *
   * @return completes with the number of subscriptions that went
   */
  CompletionStage<Long> deleteTopic(Principal principal, String name);

  /**
   * The subscriptions that the principal may inspect, by address.
   *
   * @param source only those with this topic or pattern; empty: all
   */
  CompletionStage<List<SubscriptionInfo>> subscriptions(Principal principal, String source);

  /** One subscription by its address. */
  CompletionStage<SubscriptionInfo> subscription(Principal principal, String address);

  /**
   * Makes a durable subscription; {@code CONFLICT} when the topic has one of this name.
   *
   * @param definition its creator counts for nothing: it is the principal
   * @param start where it starts, in each topic it reads
   */
  CompletionStage<SubscriptionInfo> createSubscription(
      Principal principal, SubscriptionDefinition definition, StartFrom start);

  /** Deletes a subscription, its dead letters and its links; completes with the messages lost. */
  CompletionStage<Long> deleteSubscription(Principal principal, String address);

  /** Removes what waits and is not out at a consumer; completes with the count. */
  CompletionStage<Long> purgeSubscription(Principal principal, String address);

  /**
   * Moves a subscription to another place of what its topics keep: what waits is forgotten, and
   * what lies at or after the new place comes (again). {@code LOCKED} while it has consumers.
   */
  CompletionStage<SubscriptionInfo> seekSubscription(
      Principal principal, String address, StartFrom start);
}
