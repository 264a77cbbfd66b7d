package dev.holdfast.broker.management;

import dev.holdfast.broker.domain.NodeAdmin.PeekedMessage;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * Fetches messages in small pages until there are enough of them or they are large enough for one
 * answer, so that a thousand messages of 16 MiB do not fill the memory. One use; pages come one
 * after the other.
 */
final class MessagePages {
  private static final long ENOUGH_BYTES = 16 << 20;
  private static final int FIRST_PAGE = 4;
  private static final int LARGEST_PAGE = 256;

  private final Source source;
  private final int limit;

  /** Belongs to the thread that completes the page that is under way. */
  private final List<PeekedMessage> messages = new ArrayList<>();

  private long bytes;

  /** Where pages come from. */
  interface Source {
    CompletionStage<List<PeekedMessage>> fetch(long nextSequence, int count);
  }

  MessagePages(Source source, int limit) {
    this.source = source;
    this.limit = limit;
  }

  CompletionStage<List<PeekedMessage>> collect() {
    int count = pageSize();
    return source
        .fetch(next(), count)
        .handle((page, failure) -> failure == null ? add(page, count) : failed(failure))
        .thenCompose(stage -> stage);
  }

  private CompletionStage<List<PeekedMessage>> add(List<PeekedMessage> page, int count) {
    messages.addAll(page);
    page.forEach(m -> bytes += m.message().bytes());
    boolean enough = page.size() < count || messages.size() >= limit || bytes >= ENOUGH_BYTES;
    return enough ? CompletableFuture.completedStage(messages) : collect();
  }

  /** What has been taken already belongs to the caller, even when no more can be had. */
  private CompletionStage<List<PeekedMessage>> failed(Throwable failure) {
    return messages.isEmpty()
        ? CompletableFuture.failedStage(failure)
        : CompletableFuture.completedStage(messages);
  }

  private long next() {
    return messages.isEmpty() ? 0 : messages.get(messages.size() - 1).message().sequence() + 1;
  }

  private int pageSize() {
    int wanted = limit - messages.size();
    if (messages.isEmpty()) {
      return Math.min(wanted, FIRST_PAGE);
    }
    long average = Math.max(1, bytes / messages.size());
    long fitting = Math.max(1, (ENOUGH_BYTES - bytes) / average);
    return (int) Math.min(Math.min(wanted, LARGEST_PAGE), fitting);
  }
}
