package dev.holdfast.client;

import dev.holdfast.client.HoldfastException.Reason;
import java.time.Duration;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Receives from one node: with a handler, on threads of its own, or by {@link #receive}.
 * Thread-safe.
 *
 * <p>After a lost connection it attaches again by itself. Deliveries of the old connection that no
 * thread has taken vanish; outcomes of those that have been taken are dropped (the methods of
 * {@link Delivery} return false); the broker hands all of them out again.
 */
public final class Consumer implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Consumer.class);
  private static final Duration IDLE = Duration.ofHours(1);

  private final Holdfast holdfast;
  private final ConsumerLink link;
  private final DeliveryBuffer buffer;
  private final @Nullable DeliveryHandler handler;
  private final Set<Thread> workers = new HashSet<>();
  private final Semaphore ended = new Semaphore(0);
  private final AtomicBoolean closed = new AtomicBoolean();

  Consumer(
      Holdfast holdfast,
      ConsumerLink link,
      DeliveryBuffer buffer,
      @Nullable DeliveryHandler handler) {
    this.holdfast = holdfast;
    this.link = link;
    this.buffer = buffer;
    this.handler = handler;
  }

  void start(int concurrency) {
    if (handler == null) {
      return;
    }
    for (int i = 1; i <= concurrency; i++) {
      Thread worker = new Thread(() -> work(handler), "holdfast-consumer-" + node() + "-" + i);
      workers.add(worker);
    }
    workers.forEach(Thread::start);
  }

  private void work(DeliveryHandler to) {
    try {
      while (!buffer.isShut()) {
        Delivery delivery = buffer.poll(IDLE);
        if (delivery != null) {
          link.taken();
          handle(to, delivery);
        }
      }
    } catch (InterruptedException stopped) {
      LOG.warn("{}: a handler thread was interrupted and ends", node());
    } finally {
      ended.release();
    }
  }

  private void handle(DeliveryHandler to, Delivery delivery) throws InterruptedException {
    link.renewal().begin(delivery);
    try {
      to.handle(delivery);
    } catch (InterruptedException stopped) {
      delivery.release();
      throw stopped;
    } catch (Throwable failed) {
      boolean retried = delivery.retry();
      LOG.warn(
          "{}: the handler failed{}", node(), retried ? "; the message is retried" : "", failed);
    } finally {
      link.renewal().end(delivery);
    }
  }

  /** Address of the node it receives from. */
  public String node() {
    return link.node();
  }

  /**
   * Takes the next delivery, waiting for it up to the given time; empty when none came. A lost
   * connection does not end the wait.
   *
   * @throws HoldfastException the reason the broker closed the consumer; CLOSED; INVALID for a
   *     consumer with a handler; INTERRUPTED
   */
  public Optional<Delivery> receive(Duration timeout) {
    if (handler != null) {
      throw new HoldfastException(
          Reason.INVALID, node() + ": this consumer gives its deliveries to its handler");
    }
    try {
      Delivery delivery = buffer.poll(timeout);
      if (delivery != null) {
        link.taken();
        return Optional.of(delivery);
      }
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
      throw new HoldfastException(Reason.INTERRUPTED, node() + ": interrupted").causedBy(stopped);
    }
    if (buffer.isShut()) {
      HoldfastException why = link.life().failure();
      throw why != null ? why.here() : link.life().closedFailure();
    }
    return Optional.empty();
  }

  /** Why the consumer receives no more; empty while it does. */
  public Optional<HoldfastException> failure() {
    return Optional.ofNullable(link.life().failure());
  }

  private void stop(ClientOptions.Timeouts timeouts) {
    try {
      Holdfast.await(link.stop(), timeouts.connect(), node());
    } catch (HoldfastException late) {
      // The detach that follows ends what the drain has not.
      LOG.warn("{}", late.getMessage());
    }
  }

  /**
   * Asks for no more, releases what no thread has taken, waits up to the close timeout for running
   * handlers, and detaches the link. A delivery taken and not settled by then counts as failed.
   * Called from a handler it does not wait for that handler. Again: nothing.
   */
  @Override
  public void close() {
    if (!closed.compareAndSet(false, true)) {
      return;
    }
    ClientOptions.Timeouts timeouts = holdfast.options().timeouts();
    try {
      stop(timeouts);
      int others = workers.size() - (workers.contains(Thread.currentThread()) ? 1 : 0);
      if (!ended.tryAcquire(others, timeouts.close().toMillis(), TimeUnit.MILLISECONDS)) {
        LOG.warn("{}: closed while handlers still run", node());
      }
      Holdfast.await(link.close(), timeouts.connect(), node());
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
      link.close();
    } finally {
      holdfast.closed(this);
    }
  }
}
