package dev.holdfast.broker.domain;

/**
 * The subscription that a source names by its link, as JMS clients do: a durable or shared one. A
 * source by address ({@code topic::name}) needs none of this.
 *
 * @param name the link's name up to the first {@code |}
 * @param durable survives a restart and the absence of consumers
 * @param shared several consumers may compete; otherwise one at a time
 * @param global the name is the broker's; otherwise it is the container's ({@code
 *     Peer#container()})
 * @param lingerMs a durable one is deleted when it has had no consumer for so long; 0: never
 */
public record SubscriptionRequest(
    String name, boolean durable, boolean shared, boolean global, long lingerMs) {

  /** One that is not deleted by itself. */
  public SubscriptionRequest(String name, boolean durable, boolean shared, boolean global) {
    this(name, durable, shared, global, 0);
  }
}
