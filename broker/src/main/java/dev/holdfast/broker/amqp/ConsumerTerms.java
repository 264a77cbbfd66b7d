package dev.holdfast.broker.amqp;

import dev.holdfast.broker.amqp.terminus.AskedSource;
import dev.holdfast.broker.domain.ConsumerPort;
import dev.holdfast.broker.domain.OpenedSource;
import dev.holdfast.broker.domain.Outcome;
import dev.holdfast.broker.domain.OwnerCommand;
import dev.holdfast.broker.domain.Peer;
import dev.holdfast.broker.domain.SubscriptionRequest;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What a receiving link's attach asked for.
 *
 * @param source what to consume; null: nothing, a subscription is looked up
 * @param lookup the subscription that is looked up; null: none is
 * @param preSettled sender-settle-mode settled
 * @param defaultOutcome for what is out when the link goes
 * @param settledWithoutState what a disposition that settles and names no state means
 * @param maxMessageBytes what the peer takes
 */
record ConsumerTerms(
    @Nullable AskedSource source,
    @Nullable SubscriptionRequest lookup,
    boolean preSettled,
    Outcome defaultOutcome,
    Outcome settledWithoutState,
    long maxMessageBytes) {

  /** A subscription is looked up. */
  static ConsumerTerms lookup(SubscriptionRequest wanted) {
    return new ConsumerTerms(
        null, wanted, false, Outcome.RELEASED, Outcome.RELEASED, Long.MAX_VALUE);
  }

  /** Whether it looks at messages without taking them. */
  boolean browses() {
    return source != null && source.request().selection().browse();
  }

  /** What it is attached to, as it was asked for. */
  String address() {
    return source == null ? "" : source.request().address();
  }

  /** The question for the domain. */
  OwnerCommand opening(ConsumerPort port, Peer peer) {
    return lookup != null
        ? new OwnerCommand.FindSubscription(port, peer, lookup)
        : new OwnerCommand.OpenConsumer(
            port, peer, Objects.requireNonNull(source).request(), preSettled, defaultOutcome);
  }

  /** Whether a subscription goes when the peer closes the link: the domain has to say so first. */
  boolean closeDeletes(OpenedSource opened) {
    boolean named = lookup != null || (source != null && source.request().subscription() != null);
    return named && opened.subscription() != null;
  }
}
