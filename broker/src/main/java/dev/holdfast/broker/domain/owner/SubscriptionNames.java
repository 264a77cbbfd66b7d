package dev.holdfast.broker.domain.owner;

import dev.holdfast.broker.domain.NodeName;
import dev.holdfast.broker.domain.SubscriptionDefinition;
import dev.holdfast.broker.domain.SubscriptionRequest;
import org.jspecify.annotations.Nullable;

/**
 * How subscriptions are named, so that what different links mean by one name stays apart.
 *
 * <ul>
 *   <li>{@code NAME}: durable, the broker's (made by address, or by a link with {@code global});
 *   <li>{@code CONTAINER|NAME}: durable, one container's;
 *   <li>{@code $volatile|NAME} and {@code $volatile|CONTAINER|NAME}: the same, not durable: a
 *       client may use one name for both;
 *   <li>{@code $private|N}: one link's, without a name.
 * </ul>
 *
 * <p>Names of links hold no {@code |}, so the last one ends the container.
 */
final class SubscriptionNames {
  private static final char BAR = '|';
  private static final String VOLATILE = "$volatile|";
  private static final String PRIVATE = "$private|";

  private SubscriptionNames() {}

  /** What a link's request is stored under. */
  static String of(SubscriptionRequest request, String container) {
    String name = request.global() ? request.name() : container + BAR + request.name();
    return request.durable() ? name : VOLATILE + name;
  }

  /** Of one link's own subscription. */
  static String unnamed(int id) {
    return PRIVATE + id;
  }

  /** Whether it is one link's own subscription, which nobody can name. */
  static boolean isUnnamed(SubscriptionDefinition definition) {
    return definition.name().startsWith(PRIVATE);
  }

  /** The part of a name that its client chose, container included. */
  static String chosen(String name) {
    return name.startsWith(VOLATILE) ? name.substring(VOLATILE.length()) : name;
  }

  /** The request that a link would name it by; null when none can. */
  static @Nullable SubscriptionRequest request(SubscriptionDefinition definition) {
    if (isUnnamed(definition)) {
      return null;
    }
    SubscriptionDefinition.Traits traits = definition.traits();
    String chosen = chosen(definition.name());
    int bar = traits.byLink() ? chosen.lastIndexOf(BAR) : -1;
    return new SubscriptionRequest(
        chosen.substring(bar + 1), traits.durable(), traits.shared(), bar < 0, traits.lingerMs());
  }

  static boolean isPattern(String source) {
    return NodeName.isPattern(source);
  }

  /** Whether an address names a subscription (or its dead letters). */
  static boolean isSubscription(String address) {
    return address.contains(NodeName.SUBSCRIPTION_SEPARATOR);
  }

  /** The topic or pattern in the address of a subscription. */
  static String source(String address) {
    return address.substring(0, address.indexOf(NodeName.SUBSCRIPTION_SEPARATOR));
  }

  /** The name in the address of a subscription. */
  static String name(String address) {
    return address.substring(
        address.indexOf(NodeName.SUBSCRIPTION_SEPARATOR)
            + NodeName.SUBSCRIPTION_SEPARATOR.length());
  }

  /** What one must be allowed to receive from, for a group of consumers at this address. */
  static String receivedFrom(String address) {
    return isSubscription(address) && name(address).startsWith(PRIVATE) ? source(address) : address;
  }
}
