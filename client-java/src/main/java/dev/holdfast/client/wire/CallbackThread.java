package dev.holdfast.client.wire;

import java.time.Duration;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

/**
 * The one thread of a client that runs what applications hang on completed sends and state changes,
 * in order, so that slow ones delay each other but never the event loop. Any thread may hand over.
 */
public final class CallbackThread {
  private final ExecutorService executor;
  private volatile Thread thread;

  /** Makes the thread; it starts with the first task. */
  @SuppressWarnings("NullAway.Init") // the factory sets the thread before anything can ask for it
  public CallbackThread(String name) {
    this.executor =
        Executors.newSingleThreadExecutor(
            task -> {
              Thread made = new Thread(task, name);
              thread = made;
              return made;
            });
  }

  /** Runs a task after all handed over before. */
  public void execute(Runnable task) {
    executor.execute(task);
  }

  /** Whether the caller runs on this thread: waiting for another callback would never end. */
  public boolean isCurrent() {
    return Thread.currentThread() == thread;
  }

  /**
   * Ends the thread after the tasks handed over so far; waits up to the given time, or until
   * interrupted.
   */
  public void close(Duration timeout) {
    executor.shutdown();
    try {
      executor.awaitTermination(timeout.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
    }
  }
}
