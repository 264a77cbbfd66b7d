package dev.holdfast.client;

/** What an application does with a delivery. */
@FunctionalInterface
public interface DeliveryHandler {
  /**
   * Called for each delivery on one of the consumer's own threads; may block. Settle the delivery
   * here or later from any thread: an unsettled one keeps its place in the prefetch.
   *
   * @throws Exception makes the client log it and settle the delivery with {@link Delivery#retry},
   *     unless it is settled already
   */
  void handle(Delivery delivery) throws Exception;
}
