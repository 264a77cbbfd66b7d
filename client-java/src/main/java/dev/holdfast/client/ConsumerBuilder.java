package dev.holdfast.client;

import dev.holdfast.client.HoldfastException.Reason;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Options of a consumer. Not thread-safe. */
public final class ConsumerBuilder {
  private static final Logger LOG = LoggerFactory.getLogger(Consumer.class);
  private static final int DEFAULT_PREFETCH = 200;
  private static final int MAX_PREFETCH = 10_000;

  private final Holdfast holdfast;
  private final String node;
  private @Nullable DeliveryHandler handler;
  private int concurrency = 1;
  private int prefetch = DEFAULT_PREFETCH;
  private Duration lockRenewal = Duration.ofMinutes(1);
  private java.util.function.Consumer<HoldfastException> onFailure = ignored -> {};

  ConsumerBuilder(Holdfast holdfast, String node) {
    this.holdfast = holdfast;
    this.node = node;
  }

  /** Called for each delivery; without one deliveries are taken with {@link Consumer#receive}. */
  public ConsumerBuilder handler(DeliveryHandler deliveries) {
    this.handler = deliveries;
    return this;
  }

  /** Threads that call the handler, at least 1; 1 unless set: one delivery at a time, in order. */
  public ConsumerBuilder concurrency(int threads) {
    require(threads >= 1, "concurrency " + threads + ": must be at least 1");
    this.concurrency = threads;
    return this;
  }

  /**
   * Most messages the client holds unsettled, waiting ones included, 1 to 10,000; 200 unless set.
   * Other consumers cannot have them meanwhile: use 1 for work that takes long.
   */
  public ConsumerBuilder prefetch(int messages) {
    require(
        messages >= 1 && messages <= MAX_PREFETCH,
        "prefetch " + messages + ": must be 1 to " + MAX_PREFETCH);
    this.prefetch = messages;
    return this;
  }

  /**
   * How often the broker is told that a handler is still at work on its delivery; a minute unless
   * set, zero for never. The broker takes back what is kept longer than the queue's lock time-out,
   * five minutes unless the queue says otherwise, without such a word: make this a good deal
   * shorter. It does not hold for deliveries taken with {@link Consumer#receive}.
   */
  public ConsumerBuilder lockRenewal(Duration interval) {
    require(!interval.isNegative(), "lockRenewal " + interval + ": must not be negative");
    this.lockRenewal = interval;
    return this;
  }

  /** Called once, on the callback thread, when the consumer ends other than by its own close. */
  public ConsumerBuilder onFailure(java.util.function.Consumer<HoldfastException> listener) {
    this.onFailure = listener;
    return this;
  }

  /**
   * Attaches the consumer and waits for it.
   *
   * @throws HoldfastException NOT_FOUND, UNAUTHORIZED and so on as the broker says; TIMEOUT
   */
  public Consumer open() {
    DeliveryBuffer buffer = new DeliveryBuffer();
    ConsumerLink link =
        new ConsumerLink(
            holdfast.loop(),
            holdfast.supervisor(),
            buffer,
            new ConsumerLink.Settings(
                node, holdfast.linkName("consumer", node), prefetch, lockRenewal),
            this::failed);
    holdfast.attach(link, link.life(), node);
    Consumer consumer = new Consumer(holdfast, link, buffer, handler);
    consumer.start(concurrency);
    holdfast.opened(consumer);
    return consumer;
  }

  private void failed(HoldfastException cause) {
    if (cause.reason() != Reason.CLOSED) {
      LOG.warn("consumer ends: {}", cause.getMessage());
      holdfast.callbacks().execute(() -> onFailure.accept(cause));
    }
  }

  private static void require(boolean holds, String message) {
    if (!holds) {
      throw new HoldfastException(Reason.INVALID, message);
    }
  }
}
