package dev.holdfast.client.jdbc;

import dev.holdfast.client.Delivery;
import dev.holdfast.client.DeliveryHandler;
import dev.holdfast.client.Message;
import java.util.Optional;
import java.util.function.Function;

/**
 * A handler for a consumer that gives each message its effect exactly once, however often the
 * message is sent and delivered: the key of the message is kept in the transaction of the effect.
 * Thread-safe as far as inbox and handler are.
 *
 * <ul>
 *   <li>The delivery is accepted after the commit, and only then. If process, broker or connection
 *       fail in between, the message comes again, its key is known, and it is accepted without the
 *       handler.
 *   <li>A handler that throws has its transaction rolled back; the exception goes on to the
 *       consumer, which settles the delivery with {@link Delivery#retry}. {@link MessageRejected}
 *       settles it with {@link Delivery#reject} instead.
 *   <li>A message without a key is rejected: it could not be told from its own second delivery.
 * </ul>
 *
 * @param <T> what effects are written through
 */
public final class IdempotentReceiver<T> implements DeliveryHandler {
  private final Inbox<T> inbox;
  private final Handler<T> handler;
  private final Function<Delivery, Optional<InboxKey>> keys;

  private IdempotentReceiver(
      Inbox<T> inbox, Handler<T> handler, Function<Delivery, Optional<InboxKey>> keys) {
    this.inbox = inbox;
    this.handler = handler;
    this.keys = keys;
  }

  /**
   * What an application does with a message.
   *
   * @param <T> what it writes through
   */
  @FunctionalInterface
  public interface Handler<T> {
    /**
     * Writes the effect of a message in the transaction given; neither commits it nor rolls it
     * back. It is given the message and not the delivery, which must not be settled before the
     * commit.
     *
     * @throws MessageRejected when the message will never work
     * @throws Exception when it failed this time
     */
    void handle(T transaction, Message message) throws Exception;
  }

  /** A receiver that tells messages apart by {@link InboxKey#of}. */
  public static <T> IdempotentReceiver<T> of(Inbox<T> inbox, Handler<T> handler) {
    return new IdempotentReceiver<>(inbox, handler, InboxKey::of);
  }

  /**
   * The same with keys of the application's choice, for example an order's number out of the body;
   * an empty one rejects the message.
   */
  public IdempotentReceiver<T> withKeys(Function<Delivery, Optional<InboxKey>> choice) {
    return new IdempotentReceiver<>(inbox, handler, choice);
  }

  @Override
  public void handle(Delivery delivery) throws Exception {
    Optional<InboxKey> key = keys.apply(delivery);
    if (key.isEmpty()) {
      delivery.reject("neither idempotency key nor message-id: it cannot be handled exactly once");
      return;
    }
    try {
      inbox.once(key.get(), transaction -> handler.handle(transaction, delivery.message()));
    } catch (MessageRejected refused) {
      delivery.reject(String.valueOf(refused.getMessage()));
      return;
    }
    delivery.accept();
  }
}
