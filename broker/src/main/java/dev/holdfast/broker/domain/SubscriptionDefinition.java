package dev.holdfast.broker.domain;

import org.jspecify.annotations.Nullable;

/**
 * A subscription as it is stored.
 *
 * @param source a topic's name, or a pattern of topics' names
 * @param name unique among the subscriptions of the source; {@code CONTAINER|NAME} when the name
 *     belongs to one container, see {@link SubscriptionRequest}
 * @param traits what kind it is
 * @param filter null: all messages
 * @param leaveOut the container whose own messages are left out (no-local); empty: none
 * @param creator name of the principal that made it, who may delete it
 */
public record SubscriptionDefinition(
    String source,
    String name,
    Traits traits,
    @Nullable MessageFilter filter,
    String leaveOut,
    String creator) {

  /**
   * What kind of subscription.
   *
   * @param durable survives a restart and the absence of consumers
   * @param shared several consumers may compete; otherwise one at a time
   * @param byLink named by a link: found by that name without its source, and deleted when a link
   *     of that name is closed
   * @param lingerMs a durable one is deleted when it has had no consumer for so long; 0: never
   */
  public record Traits(boolean durable, boolean shared, boolean byLink, long lingerMs) {

    /** One that is not deleted by itself. */
    public Traits(boolean durable, boolean shared, boolean byLink) {
      this(durable, shared, byLink, 0);
    }

    /** What management makes, and an attach to an address that is not there yet. */
    public static final Traits DURABLE_SHARED = new Traits(true, true, false);
  }

  /** What a receiving link names it by: {@code topic::name}. */
  public String address() {
    return source + NodeName.SUBSCRIPTION_SEPARATOR + name;
  }
}
