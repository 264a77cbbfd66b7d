package dev.holdfast.broker.domain;

import dev.holdfast.acl.Principal;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

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
   * Changes what was chosen for a topic, but its name. A retention that begins holds for what comes
   * from then on; one that is shorter lets go of the rest within a second or two.
   *
   * @param change from what it is to what it shall be; may throw {@link NodeException}
   */
  CompletionStage<TopicInfo> editTopic(
      Principal principal, String name, UnaryOperator<TopicDefinition> change);

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

  /**
   * Chooses anew which messages a subscription gets, of those that come and of those that wait;
   * what it did not take before stays away. {@code LOCKED} while it has consumers.
   *
   * @param filter null: all messages
   */
  CompletionStage<SubscriptionInfo> editSubscription(
      Principal principal, String address, @Nullable MessageFilter filter);

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
