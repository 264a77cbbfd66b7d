package dev.holdfast.client;

import dev.holdfast.client.HoldfastException.Reason;
import dev.holdfast.client.wire.Backoff;
import dev.holdfast.client.wire.ClientLoop;
import io.vertx.proton.ProtonConnection;
import io.vertx.proton.ProtonLink;
import java.time.Duration;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What sending and receiving links have in common: attach on every new connection, tell a refusal
 * that lasts from one that may pass, attach again after the latter, and close in good order.
 *
 * <ol>
 *   <li>The first attach decides at once: any refusal fails the link, so that its maker hears of
 *       it.
 *   <li>Later, a refusal that is not transient fails the link; a transient one is tried again with
 *       pauses, at most {@link #MAX_REFUSALS} times in a row.
 * </ol>
 *
 * <p>Runs on the event loop but for {@link #failure} and {@link #opened}.
 */
final class LinkLife {
  private static final int MAX_REFUSALS = 10;
  private static final Duration FIRST_PAUSE = Duration.ofMillis(50);
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(10);

  private final ClientLoop loop;
  private final Supervisor supervisor;
  private final Supervisor.Link owner;
  private final String node;
  private final Consumer<ProtonConnection> attach;
  private final Backoff backoff;
  private final CompletableFuture<Void> opened = new CompletableFuture<>();
  private final CompletableFuture<Void> closed = new CompletableFuture<>();
  private volatile @Nullable HoldfastException failure;

  // Owned by the event loop.
  private @Nullable ProtonConnection connection;
  private @Nullable ProtonLink<?> link;
  private int refusals;
  private boolean closing;

  LinkLife(
      ClientLoop loop,
      Supervisor supervisor,
      Supervisor.Link owner,
      String node,
      Consumer<ProtonConnection> attach) {
    this.loop = loop;
    this.supervisor = supervisor;
    this.owner = owner;
    this.node = node;
    this.attach = attach;
    this.backoff = new Backoff(FIRST_PAUSE, LONGEST_PAUSE, new SplittableRandom());
  }

  /** Completes when the link is attached for the first time, or never will be. */
  CompletableFuture<Void> opened() {
    return opened;
  }

  /** Why the link is over; null while it is not. */
  @Nullable HoldfastException failure() {
    return failure;
  }

  HoldfastException closedFailure() {
    return new HoldfastException(Reason.CLOSED, node + ": closed", null, node);
  }

  void connected(ProtonConnection open) {
    connection = open;
    if (!closing) {
      attach.accept(open);
    }
  }

  void disconnected() {
    connection = null;
    link = null;
    if (closing) {
      finish();
    }
  }

  void failed(HoldfastException cause) {
    if (failure == null) {
      failure = cause;
    }
    connection = null;
    link = null;
    opened.completeExceptionally(cause);
    closed.complete(null);
  }

  /**
   * Watches a link from before it is opened.
   *
   * @param granted whether the peer's attach names a terminus; without one a detach follows
   * @param whenAttached run when it is attached
   * @param whenDetached run when it is gone although the connection stands
   */
  void watch(
      ProtonLink<?> fresh, BooleanSupplier granted, Runnable whenAttached, Runnable whenDetached) {
    link = fresh;
    fresh.openHandler(
        ignored -> {
          if (fresh == link && granted.getAsBoolean()) {
            refusals = 0;
            opened.complete(null);
            whenAttached.run();
          }
        });
    fresh.closeHandler(ignored -> gone(fresh, whenDetached));
    fresh.detachHandler(ignored -> gone(fresh, whenDetached));
  }

  private void gone(ProtonLink<?> which, Runnable whenDetached) {
    if (which != link) {
      return;
    }
    link = null;
    which.close();
    which.free();
    HoldfastException cause = Failures.ofLink(which.getRemoteCondition(), node);
    boolean first = !opened.isDone();
    if (first || !cause.isTransient() || ++refusals > MAX_REFUSALS) {
      supervisor.remove(owner);
      owner.failed(cause);
      return;
    }
    whenDetached.run();
    ProtonConnection on = connection;
    loop.schedule(
        backoff.before(refusals),
        () -> {
          if (on != null && on == connection && link == null && failure == null && !closing) {
            attach.accept(on);
          }
        });
  }

  /** Closes the link; the future completes when the peer has answered or there is none. */
  CompletableFuture<Void> close() {
    boolean runs = loop.execute(this::detach);
    if (!runs) {
      closed.complete(null);
    }
    return closed;
  }

  private void detach() {
    closing = true;
    ProtonLink<?> open = link;
    link = null;
    if (open == null || failure != null) {
      finish();
      return;
    }
    open.closeHandler(ignored -> finish());
    open.detachHandler(ignored -> finish());
    open.close();
  }

  private void finish() {
    supervisor.remove(owner);
    owner.failed(closedFailure());
  }
}
