package dev.holdfast.client;

import io.vertx.proton.ProtonDelivery;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.qpid.proton.amqp.Symbol;
import org.apache.qpid.proton.amqp.messaging.Accepted;
import org.apache.qpid.proton.amqp.messaging.Modified;
import org.apache.qpid.proton.amqp.messaging.Rejected;
import org.apache.qpid.proton.amqp.messaging.Released;
import org.apache.qpid.proton.amqp.transport.DeliveryState;
import org.apache.qpid.proton.amqp.transport.ErrorCondition;
import org.jspecify.annotations.Nullable;

/**
 * One hand-out of one message. Exactly one of {@link #accept}, {@link #release}, {@link #retry} and
 * {@link #reject} settles it, from any thread, at any time; until then the message is locked for
 * this consumer.
 *
 * <p>These four return true when the outcome was handed to the connection the delivery came from.
 * They return false, and do nothing, when the delivery is settled already or that connection (or
 * link) is gone: then the broker hands the message out again, to whoever is next. True is not the
 * broker's word that the outcome is stored: if it or the connection fails at this moment the
 * message may come again, as at-least-once delivery allows.
 */
public final class Delivery {
  private static final Symbol REJECTED_BY_CONSUMER =
      Symbol.valueOf("holdfast:rejected-by-consumer");

  private final ConsumerLink link;
  private final int epoch;
  private final ProtonDelivery delivery;
  private final org.apache.qpid.proton.message.Message encoded;
  private final AtomicBoolean settled = new AtomicBoolean();
  private volatile @Nullable Message message;

  Delivery(
      ConsumerLink link,
      int epoch,
      ProtonDelivery delivery,
      org.apache.qpid.proton.message.Message encoded) {
    this.link = link;
    this.epoch = epoch;
    this.delivery = delivery;
    this.encoded = encoded;
  }

  /** The message. */
  public Message message() {
    Message known = message;
    if (known == null) {
      known = MessageCodec.decode(encoded);
      message = known;
    }
    return known;
  }

  /** Address of the node it comes from. */
  public String node() {
    return link.node();
  }

  /** How many deliveries of this message failed before this one (AMQP header delivery-count). */
  public long deliveryCount() {
    return encoded.getDeliveryCount();
  }

  /** True when nobody is known to have had the message before (AMQP header first-acquirer). */
  public boolean firstAcquirer() {
    return encoded.isFirstAcquirer();
  }

  /** Whether an outcome has been given. */
  public boolean isSettled() {
    return settled.get();
  }

  /** Done: the broker forgets the message. AMQP outcome {@code accepted}. */
  public boolean accept() {
    return settle(Accepted.getInstance());
  }

  /**
   * Given back unused, to its old place, at no cost: the delivery count stays. AMQP outcome {@code
   * released}.
   */
  public boolean release() {
    return settle(Released.getInstance());
  }

  /**
   * Failed this time: the delivery count goes up and the message comes again, until the node's
   * retry policy sends it to the dead-letter queue. AMQP outcome {@code modified} with
   * delivery-failed.
   */
  public boolean retry() {
    Modified modified = new Modified();
    modified.setDeliveryFailed(true);
    return settle(modified);
  }

  /**
   * Will never work: to the dead-letter queue. AMQP outcome {@code rejected}.
   *
   * @param reason one sentence for whoever looks at the dead letter
   */
  public boolean reject(String reason) {
    Rejected rejected = new Rejected();
    rejected.setError(new ErrorCondition(REJECTED_BY_CONSUMER, reason));
    return settle(rejected);
  }

  /** Whether its connection is still there. Any thread. */
  boolean isCurrent() {
    return link.isCurrent(epoch);
  }

  private boolean settle(DeliveryState state) {
    return settled.compareAndSet(false, true) && link.settle(this, state);
  }

  int epoch() {
    return epoch;
  }

  ProtonDelivery raw() {
    return delivery;
  }
}
