package dev.holdfast.client.wire;

import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.file.FileSystemOptions;
import io.vertx.core.internal.VertxInternal;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;

/**
 * The event loop of one client: the single thread that owns its connection and everything attached
 * to it. Tasks run in the order they were handed over. Methods may be called from any thread.
 */
public final class ClientLoop {
  private final VertxInternal vertx;
  private final Context context;

  private ClientLoop(VertxInternal vertx) {
    this.vertx = vertx;
    this.context = vertx.getOrCreateContext();
  }

  /** Starts a loop with its thread; {@link #close} ends it. Prefers epoll, else runs on NIO. */
  public static ClientLoop start() {
    VertxOptions options =
        new VertxOptions()
            .setPreferNativeTransport(true)
            .setEventLoopPoolSize(1)
            .setWorkerPoolSize(1)
            .setInternalBlockingPoolSize(1)
            .setFileSystemOptions(
                new FileSystemOptions()
                    .setFileCachingEnabled(false)
                    .setClassPathResolvingEnabled(false));
    return new ClientLoop((VertxInternal) Vertx.builder().with(options).build());
  }

  VertxInternal vertx() {
    return vertx;
  }

  /**
   * Runs a task on the loop, soon.
   *
   * @return false when the loop has ended and the task will never run
   */
  public boolean execute(Runnable task) {
    try {
      context.runOnContext(ignored -> task.run());
      return true;
    } catch (RejectedExecutionException ended) {
      return false;
    }
  }

  /** Runs a task on the loop after a delay (at least 1 ms); returns an id to cancel it by. */
  public long schedule(Duration delay, Runnable task) {
    return vertx.setTimer(
        Math.max(1, delay.toMillis()), ignored -> context.runOnContext(later -> task.run()));
  }

  /** Cancels a scheduled task; a task that runs already or is unknown is left alone. */
  public void cancel(long id) {
    vertx.cancelTimer(id);
  }

  /** Ends the loop and its thread; waits for it up to the given time, or until interrupted. */
  public void close(Duration timeout) {
    CountDownLatch ended = new CountDownLatch(1);
    vertx.close().onComplete(ignored -> ended.countDown());
    try {
      ended.await(timeout.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
    }
  }
}
