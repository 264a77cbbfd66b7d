package dev.holdfast.broker.amqp;

import dev.holdfast.broker.domain.PartSource;
import dev.holdfast.storage.StoreException;
import dev.holdfast.storage.StoredBlob;
import io.netty.channel.EventLoop;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads the parts of large messages on a thread of its own, for all event loops, in the order in
 * which they are asked for: links take turns by asking for one part at a time. No more than a few
 * parts are on their way to the loops at any moment. Any thread.
 */
final class PartReader implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(PartReader.class);
  private static final int ON_THEIR_WAY = 32;
  private static final int CLOSE_SECONDS = 10;

  private final PartSource source;
  private final Semaphore room = new Semaphore(ON_THEIR_WAY);
  private final ExecutorService thread =
      Executors.newSingleThreadExecutor(
          task -> {
            Thread reader = new Thread(task, "holdfast-parts");
            reader.setDaemon(true);
            return reader;
          });

  PartReader(PartSource source) {
    this.source = source;
  }

  /**
   * Reads one part.
   *
   * @param then gets it on the loop; null: it is gone or cannot be read
   */
  void read(StoredBlob blob, int part, EventLoop loop, Consumer<byte @Nullable []> then) {
    try {
      thread.execute(() -> bring(blob, part, loop, then));
    } catch (RejectedExecutionException closed) {
      LOG.debug("the broker stops; part {} of {} is not read", part, blob);
    }
  }

  private void bring(StoredBlob blob, int part, EventLoop loop, Consumer<byte @Nullable []> then) {
    room.acquireUninterruptibly();
    byte[] bytes = null;
    try {
      bytes = source.read(blob, part);
    } catch (StoreException e) {
      LOG.error("a large message cannot be sent", e);
    } catch (RuntimeException e) {
      LOG.error("part {} of {} cannot be read", part, blob, e);
    }
    hand(bytes, loop, then);
  }

  private void hand(byte @Nullable [] bytes, EventLoop loop, Consumer<byte @Nullable []> then) {
    try {
      loop.execute(
          () -> {
            try {
              then.accept(bytes);
            } finally {
              room.release();
            }
          });
    } catch (RejectedExecutionException stopped) {
      room.release();
    }
  }

  /** Waits for the part that is being read: afterwards the store may be closed. */
  @Override
  public void close() {
    thread.shutdown();
    try {
      if (!thread.awaitTermination(CLOSE_SECONDS, TimeUnit.SECONDS)) {
        LOG.warn("reading a large message has not ended within {} seconds", CLOSE_SECONDS);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
