package dev.holdfast.benchmarks.load;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.channels.Selector;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * One thread that runs every connection of one side.
 *
 * <p>Without a rate it sleeps in the selector. With one it sleeps until the next message is due and
 * looks at the sockets then: a selector's millisecond timeout would be late for most messages.
 */
final class LoadLoop implements Runnable {
  private static final long IDLE_MILLIS = 20;
  private static final long MAX_PARK_NANOS = TimeUnit.MILLISECONDS.toNanos(2);
  private static final long CLOSE_NANOS = TimeUnit.SECONDS.toNanos(5);

  private final Endpoint endpoint;
  private final RunState state;
  private final List<? extends LinkDriver> links;
  private final Runnable report;
  private final CountDownLatch ready = new CountDownLatch(1);
  private final List<AmqpPeer> peers = new ArrayList<>();
  private final Thread thread;

  /**
   * Makes the loop; {@link #start} connects.
   *
   * @param report called after each round, in the loop's thread
   */
  LoadLoop(
      String name,
      Endpoint endpoint,
      RunState state,
      List<? extends LinkDriver> links,
      Runnable report) {
    this.endpoint = endpoint;
    this.state = state;
    this.links = links;
    this.report = report;
    this.thread = new Thread(this, name);
    thread.setDaemon(true);
  }

  void start() {
    thread.start();
  }

  /** Waits until every link is attached; false when {@code millis} pass first or the run failed. */
  boolean awaitReady(long millis) throws InterruptedException {
    return ready.await(millis, TimeUnit.MILLISECONDS) && state.failure() == null;
  }

  void join() throws InterruptedException {
    thread.join(TimeUnit.SECONDS.toMillis(15));
  }

  /** CPU time of the loop's thread so far, in nanoseconds; 0 after it ended. */
  long cpuNanos() {
    return Math.max(0, ManagementFactory.getThreadMXBean().getThreadCpuTime(thread.getId()));
  }

  @Override
  public void run() {
    try (Selector selector = Selector.open()) {
      for (int i = 0; i < links.size(); i++) {
        String container = thread.getName() + "-" + ProcessHandle.current().pid() + "-" + i;
        peers.add(new AmqpPeer(endpoint, links.get(i), container, selector));
      }
      while (!state.stopping()) {
        round(selector);
        report.run();
        if (ready.getCount() > 0 && peers.stream().allMatch(AmqpPeer::ready)) {
          ready.countDown();
        }
      }
      close(selector);
    } catch (IOException | RuntimeException e) {
      state.fail(thread.getName() + ": " + e);
    } finally {
      ready.countDown();
      disconnect();
    }
  }

  private void round(Selector selector) throws IOException {
    for (AmqpPeer peer : peers) {
      peer.pump();
    }
    long due = Long.MAX_VALUE;
    for (AmqpPeer peer : peers) {
      due = Math.min(due, peer.nextDueNanos());
    }
    if (due == Long.MAX_VALUE) {
      selector.select(IDLE_MILLIS);
    } else {
      long wait = Math.min(due - NanoClock.now(), MAX_PARK_NANOS);
      if (wait > 0) {
        LockSupport.parkNanos(wait);
      }
      selector.selectNow();
    }
    for (var key : selector.selectedKeys()) {
      if (key.isValid() && key.isReadable()) {
        ((AmqpPeer) key.attachment()).onReadable();
      }
    }
    selector.selectedKeys().clear();
  }

  private void close(Selector selector) throws IOException {
    peers.forEach(AmqpPeer::startClosing);
    long deadline = NanoClock.now() + CLOSE_NANOS;
    while (NanoClock.now() < deadline && !peers.stream().allMatch(AmqpPeer::closed)) {
      round(selector);
    }
  }

  private void disconnect() {
    for (AmqpPeer peer : peers) {
      try {
        peer.disconnect();
      } catch (IOException e) {
        state.fail(thread.getName() + ": closing failed: " + e);
      }
    }
  }
}
