package dev.holdfast.broker.domain;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** A receiving link's broker side, implemented by the edge. Methods run on its event loop. */
public interface ConsumerPort {

  /** The loop that events of this port go to. Any thread. */
  EdgeLoop loop();

  /** The address that the peer gave its own end of the link; empty when it gave none. */
  default String targetAddress() {
    return "";
  }

  /** Attached. */
  void opened(OpenedSource source);

  /** Send these, in order. */
  void deliver(List<Delivery> deliveries);

  /** These outcomes are stored: settle them if the consumer has not. */
  void outcomesStored(List<Delivery> deliveries);

  /**
   * The broker has taken this delivery back, because the consumer kept it too long: settle it as
   * released. Ports that never keep one need not implement it.
   */
  default void lockExpired(Delivery delivery) {}

  /**
   * Nothing more to deliver for the drain that was asked for: consume the rest of the credit.
   *
   * @param available messages left that this consumer could get
   */
  void drained(long available);

  /**
   * An operator holds back what this consumer gets, or lets it go on. What is out may be settled.
   * Ports that tell nobody need not implement it.
   *
   * @param reason why nothing comes, maybe empty; null: something may come again
   */
  default void paused(@Nullable String reason) {}

  /**
   * The answer to {@link OwnerCommand.CloseConsumer} with {@link LinkEnding#CLOSED} of a port that
   * was opened with a {@link SubscriptionRequest}, after the commit: the subscription is deleted.
   * Other ports need not implement it.
   *
   * @param error not null: it stays, and why
   */
  default void unsubscribed(@Nullable NodeError error) {}

  /** Detach with this error (also the answer to a refused attach). */
  void closed(NodeError error);
}
