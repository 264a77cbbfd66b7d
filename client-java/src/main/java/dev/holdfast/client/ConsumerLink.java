package dev.holdfast.client;

import dev.holdfast.client.wire.ClientLoop;
import io.vertx.proton.ProtonConnection;
import io.vertx.proton.ProtonDelivery;
import io.vertx.proton.ProtonLinkOptions;
import io.vertx.proton.ProtonReceiver;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.apache.qpid.proton.amqp.messaging.Modified;
import org.apache.qpid.proton.amqp.messaging.Source;
import org.apache.qpid.proton.amqp.transport.DeliveryState;
import org.jspecify.annotations.Nullable;

/**
 * The event loop's side of a consumer: one receiving link over all connections.
 *
 * <ol>
 *   <li>Link credit plus deliveries that arrived and are not settled never exceed the prefetch:
 *       that bounds what the client holds.
 *   <li>Credit is given in runs: when half the prefetch is free, or when nothing is left for the
 *       application's threads to take.
 *   <li>A delivery is settled at most once, and only on the connection it came from. After that
 *       connection is gone its outcome is dropped, and {@link Delivery} says so: the broker hands
 *       the message out again.
 *   <li>The default outcome is modified with delivery-failed: if this process dies with a delivery
 *       in hand, the broker counts a failed attempt, so a message that kills its consumers ends in
 *       the dead-letter queue. A regular close gives back what no handler has seen as released.
 * </ol>
 */
final class ConsumerLink implements Supervisor.Link {
  private static final long DRAIN_TIMEOUT_MS = 2_000;

  /**
   * How a consumer receives.
   *
   * @param node its source
   * @param linkName unique on the connection, the same after a reconnect
   * @param prefetch most messages the client holds unsettled
   * @param lockRenewal how often running handlers are told of; zero: never
   */
  record Settings(String node, String linkName, int prefetch, Duration lockRenewal) {}

  /** An outcome on its way to the loop. */
  private record Settlement(Delivery delivery, DeliveryState state) {}

  private final ClientLoop loop;
  private final DeliveryBuffer buffer;
  private final Settings settings;
  private final Consumer<HoldfastException> whenFailed;
  private final LinkLife life;
  private final LockRenewal renewal;

  // Any thread. The epoch is written by the event loop only: one per attached link.
  private final ConcurrentLinkedQueue<Settlement> settlements = new ConcurrentLinkedQueue<>();
  private final AtomicBoolean workScheduled = new AtomicBoolean();
  private volatile int epoch;

  // Owned by the event loop.
  private @Nullable ProtonReceiver receiver;
  private boolean attached;
  private boolean stopping;
  private int credit;
  private int unsettled;

  ConsumerLink(
      ClientLoop loop,
      Supervisor supervisor,
      DeliveryBuffer buffer,
      Settings settings,
      Consumer<HoldfastException> whenFailed) {
    this.loop = loop;
    this.buffer = buffer;
    this.settings = settings;
    this.whenFailed = whenFailed;
    this.renewal = new LockRenewal(loop, settings.lockRenewal());
    this.life = new LinkLife(loop, supervisor, this, settings.node(), this::attach);
  }

  LinkLife life() {
    return life;
  }

  LockRenewal renewal() {
    return renewal;
  }

  String node() {
    return settings.node();
  }

  @Override
  public void connected(ProtonConnection connection) {
    life.connected(connection);
  }

  private void attach(ProtonConnection connection) {
    ProtonReceiver link =
        connection.createReceiver(
            settings.node(), new ProtonLinkOptions().setLinkName(settings.linkName()));
    receiver = link;
    credit = 0;
    unsettled = 0;
    Modified failed = new Modified();
    failed.setDeliveryFailed(true);
    ((Source) link.getSource()).setDefaultOutcome(failed);
    link.setAutoAccept(false).setPrefetch(0);
    link.handler((delivery, message) -> arrived(link, delivery, message));
    life.watch(
        link,
        () -> link.getRemoteSource() != null,
        () -> {
          attached = true;
          work();
        },
        this::detached);
    link.open();
  }

  private void arrived(
      ProtonReceiver link, ProtonDelivery delivery, org.apache.qpid.proton.message.Message raw) {
    if (link != receiver) {
      return;
    }
    credit--;
    unsettled++;
    Delivery fresh = new Delivery(this, epoch, delivery, raw);
    if (!buffer.offer(fresh)) {
      fresh.release();
    }
  }

  private void detached() {
    attached = false;
    receiver = null;
    credit = 0;
    unsettled = 0;
    newEpoch();
    buffer.clear();
  }

  @SuppressWarnings("NonAtomicVolatileUpdate") // one writer: the event loop
  private void newEpoch() {
    epoch++;
  }

  /** Whether outcomes of deliveries of this epoch still reach the broker. Any thread. */
  boolean isCurrent(int which) {
    return which == epoch && life.failure() == null;
  }

  /** Takes an outcome over; false when the delivery's connection is gone. Any thread. */
  boolean settle(Delivery delivery, DeliveryState state) {
    if (!isCurrent(delivery.epoch())) {
      return false;
    }
    settlements.add(new Settlement(delivery, state));
    return schedule();
  }

  /** Tells the loop that the buffer has run empty. Any thread. */
  void taken() {
    if (buffer.isEmpty()) {
      schedule();
    }
  }

  private boolean schedule() {
    return !workScheduled.compareAndSet(false, true) || loop.execute(this::work);
  }

  private void work() {
    workScheduled.set(false);
    Settlement next;
    while ((next = settlements.poll()) != null) {
      if (next.delivery().epoch() == epoch && receiver != null) {
        next.delivery().raw().disposition(next.state(), true);
        unsettled--;
      }
    }
    giveCredit();
  }

  private void giveCredit() {
    ProtonReceiver link = receiver;
    int room = settings.prefetch() - unsettled - credit;
    boolean worthIt = room * 2 >= settings.prefetch() || (credit == 0 && buffer.isEmpty());
    if (attached && link != null && !stopping && room > 0 && worthIt) {
      credit += room;
      link.flow(room);
    }
  }

  @Override
  public void disconnected(HoldfastException cause) {
    detached();
    life.disconnected();
  }

  @Override
  public void failed(HoldfastException cause) {
    // A refusal of the first attach is thrown at whoever opens the consumer.
    boolean first = life.failure() == null && life.opened().isDone();
    life.failed(cause);
    detached();
    buffer.shut();
    if (first) {
      whenFailed.accept(cause);
    }
  }

  /**
   * Asks for no more and gives back what nobody has taken. The future completes when the broker has
   * no credit left: nothing more will arrive.
   */
  CompletableFuture<Void> stop() {
    CompletableFuture<Void> stopped = new CompletableFuture<>();
    boolean runs =
        loop.execute(
            () -> {
              stopping = true;
              buffer.shut().forEach(Delivery::release);
              ProtonReceiver link = receiver;
              if (link == null || !attached || credit <= 0) {
                stopped.complete(null);
              } else {
                link.drain(DRAIN_TIMEOUT_MS, ignored -> stopped.complete(null));
              }
            });
    if (!runs) {
      stopped.complete(null);
    }
    return stopped;
  }

  /** Closes the link after the outcomes given so far. */
  CompletableFuture<Void> close() {
    loop.execute(this::work);
    return life.close();
  }
}
