package dev.holdfast.broker.domain.owner;

import dev.holdfast.broker.domain.OwnerCommand;
import java.util.List;
import org.jctools.queues.atomic.MpscUnboundedAtomicArrayQueue;
import org.jspecify.annotations.Nullable;

/** Batches of commands on their way to the owner: any thread puts in, the owner takes out. */
final class Inbox {
  private static final int SEGMENT = 256;

  private final MpscUnboundedAtomicArrayQueue<List<? extends OwnerCommand>> batches =
      new MpscUnboundedAtomicArrayQueue<>(SEGMENT);

  // Owner thread.
  private List<? extends OwnerCommand> current = List.of();
  private int position;
  private @Nullable OwnerCommand putBack;

  /** Any thread. */
  void put(List<? extends OwnerCommand> batch) {
    batches.offer(batch);
  }

  /** The next command, which stays; null when there is none. */
  @Nullable OwnerCommand peek() {
    if (putBack != null) {
      return putBack;
    }
    while (position >= current.size()) {
      List<? extends OwnerCommand> next = batches.poll();
      if (next == null) {
        return null;
      }
      current = next;
      position = 0;
    }
    return current.get(position);
  }

  /** Takes the command that {@link #peek} showed. */
  void take() {
    if (putBack != null) {
      putBack = null;
      return;
    }
    position++;
    if (position >= current.size()) {
      current = List.of();
      position = 0;
    }
  }

  /** Makes this the next command; nothing may be put back already. Owner thread. */
  void putBack(OwnerCommand command) {
    if (putBack != null) {
      throw new IllegalStateException("two commands cannot both be the next");
    }
    putBack = command;
  }

  boolean isEmpty() {
    return putBack == null && position >= current.size() && batches.isEmpty();
  }
}
