package dev.holdfast.broker.domain.owner;

import dev.holdfast.broker.domain.MessageFilter;
import dev.holdfast.broker.domain.NodeError;
import dev.holdfast.broker.domain.OpenedSource;
import dev.holdfast.broker.domain.StartFrom;
import dev.holdfast.broker.domain.SubscriptionDefinition;
import org.jspecify.annotations.Nullable;

/** What a receiving link's source comes to. */
sealed interface Resolution {

  /** Nothing: this is why. */
  record Refused(NodeError error) implements Resolution {}

  /**
   * One more consumer of what is there.
   *
   * @param group whose consumers it joins
   * @param source what it really gets
   * @param filter which of the group's messages this consumer takes; null: all
   * @param unsubscribes closing the link deletes the subscription
   */
  record Join(
      Subscription group, OpenedSource source, @Nullable MessageFilter filter, boolean unsubscribes)
      implements Resolution {}

  /**
   * A link that looks without taking.
   *
   * @param queue at which
   * @param source what it really gets
   */
  record Browse(Queue queue, OpenedSource source) implements Resolution {}

  /** A consumer of dead letters that have no queue yet, because there were none. */
  record NeedsDeadLetters(TopicSubscription of) implements Resolution {}

  /**
   * The first consumer of a subscription that has to be made.
   *
   * @param definition of it; its name is empty when one is to be made up
   * @param start where it starts
   * @param replaced the one that had the name, to be deleted in the same batch; null: none
   */
  record Subscribe(
      SubscriptionDefinition definition, StartFrom start, @Nullable TopicSubscription replaced)
      implements Resolution {}
}
