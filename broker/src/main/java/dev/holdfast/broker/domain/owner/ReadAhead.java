package dev.holdfast.broker.domain.owner;

import dev.holdfast.broker.domain.OwnerCommand;
import dev.holdfast.broker.domain.OwnerInbox;
import dev.holdfast.storage.ChunkInfo;
import dev.holdfast.storage.MessageStore;
import dev.holdfast.storage.StoreException;
import dev.holdfast.storage.StoredMessage;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads chunks on the reader thread and brings them back as commands. Few reads are under way at a
 * time, so that results do not pile up in front of the owner.
 */
final class ReadAhead {
  private static final Logger LOG = LoggerFactory.getLogger(ReadAhead.class);
  private static final int MAX_UNDER_WAY = 8;

  private final MessageStore store;
  private final Executor reader;
  private final OwnerInbox inbox;

  // Owner thread.
  private final ArrayDeque<Read> waiting = new ArrayDeque<>();
  private int underWay;

  /**
   * A chunk as read.
   *
   * @param chunk which
   * @param messages its messages; empty when it is deleted, null when it could not be read
   * @param failure why not
   */
  record Result(
      ChunkInfo chunk, @Nullable List<StoredMessage> messages, @Nullable StoreException failure) {

    boolean corrupt() {
      return failure != null && failure.reason() == StoreException.Reason.CORRUPT;
    }
  }

  private record Read(int logId, List<ChunkInfo> chunks, Consumer<List<Result>> then) {}

  ReadAhead(MessageStore store, Executor reader, OwnerInbox inbox) {
    this.store = store;
    this.reader = reader;
    this.inbox = inbox;
  }

  /** Reads, then runs {@code then} on the owner thread. */
  void read(int logId, List<ChunkInfo> chunks, Consumer<List<Result>> then) {
    waiting.add(new Read(logId, chunks, then));
    pump();
  }

  boolean idle() {
    return underWay == 0;
  }

  private void pump() {
    while (underWay < MAX_UNDER_WAY && !waiting.isEmpty()) {
      Read read = waiting.remove();
      underWay++;
      try {
        reader.execute(() -> perform(read));
      } catch (RejectedExecutionException e) {
        LOG.debug("the reader has stopped", e);
        return;
      }
    }
  }

  /** Reader thread. */
  private void perform(Read read) {
    List<Result> results = new ArrayList<>(read.chunks().size());
    for (ChunkInfo chunk : read.chunks()) {
      results.add(readOne(read.logId(), chunk));
    }
    inbox.submit(
        List.of(
            new OwnerCommand.Call(
                () -> {
                  underWay--;
                  read.then().accept(results);
                  pump();
                })));
  }

  private Result readOne(int logId, ChunkInfo chunk) {
    try {
      return new Result(chunk, store.read(logId, chunk), null);
    } catch (StoreException e) {
      return new Result(chunk, null, e);
    } catch (RuntimeException e) {
      // Whatever it is, the owner must hear of it: a queue would wait for this chunk for ever.
      return new Result(
          chunk, null, new StoreException(StoreException.Reason.IO, "reading a chunk failed", e));
    }
  }
}
