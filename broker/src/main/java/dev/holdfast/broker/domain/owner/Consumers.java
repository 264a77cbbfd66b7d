package dev.holdfast.broker.domain.owner;

import dev.holdfast.broker.domain.NodeError;
import dev.holdfast.broker.domain.Peer;
import dev.holdfast.storage.StoredMessage;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The consumers of one subscription, and those that have gone while their last outcomes are not
 * committed yet.
 */
final class Consumers {
  private final List<ConsumerTarget> present = new ArrayList<>(0);
  private final List<ConsumerTarget> leaving = new ArrayList<>(0);

  private @Nullable ConsumerTarget foremost;

  List<ConsumerTarget> present() {
    return present;
  }

  void add(ConsumerTarget consumer) {
    present.add(consumer);
    if (foremost == null || consumer.priority > foremost.priority) {
      foremost = consumer;
    }
  }

  /** The oldest of those with the highest priority; null when nobody is here. */
  @Nullable ConsumerTarget foremost() {
    return foremost;
  }

  /** Its link is gone; its deliveries still have to be settled. */
  void leave(ConsumerTarget consumer) {
    present.remove(consumer);
    if (consumer == foremost) {
      foremost = findForemost();
    }
    if (consumer.outCount() > 0) {
      leaving.add(consumer);
    }
  }

  private @Nullable ConsumerTarget findForemost() {
    ConsumerTarget found = null;
    for (ConsumerTarget consumer : present) {
      if (found == null || consumer.priority > found.priority) {
        found = consumer;
      }
    }
    return found;
  }

  /** One of its deliveries has ended. */
  void settledOne(ConsumerTarget consumer) {
    if (consumer.closed && consumer.outCount() == 0) {
      leaving.remove(consumer);
    }
  }

  /** Those that are leaving included. */
  List<ConsumerTarget> all() {
    if (leaving.isEmpty()) {
      return present;
    }
    List<ConsumerTarget> all = new ArrayList<>(present);
    all.addAll(leaving);
    return all;
  }

  void clear() {
    present.clear();
    foremost = null;
    leaving.clear();
  }

  /**
   * Whether they keep an unshared subscription from this peer: one is of this very connection, or
   * of another container.
   */
  boolean holdAgainst(Peer peer) {
    for (ConsumerTarget consumer : present) {
      boolean stale =
          consumer.peer != peer
              && !peer.container().isEmpty()
              && consumer.peer.container().equals(peer.container());
      if (!stale) {
        return true;
      }
    }
    return false;
  }

  /** Why nobody more, or nobody who asks for exclusiveness, may join them; null when one may. */
  @Nullable NodeError refusal(boolean exclusive) {
    // An exclusive consumer is alone.
    boolean locked = !present.isEmpty() && (exclusive || present.get(0).exclusive);
    return locked
        ? new NodeError(
            NodeError.Code.LOCKED,
            exclusive
                ? "an exclusive consumer has to be the only one, and there are others; close them"
                    + " first"
                : "an exclusive consumer is attached; close it first")
        : null;
  }

  /** Sequences of this cursor's messages that are out. */
  long[] outSequences(LogCursor cursor) {
    List<ConsumerTarget> all = all();
    int count = 0;
    for (ConsumerTarget consumer : all) {
      count += consumer.outCount();
    }
    long[] sequences = new long[count];
    int n = 0;
    for (ConsumerTarget consumer : all) {
      for (OutDelivery d = consumer.oldestOut(); d != null; d = d.next) {
        if (d.cursor == cursor) {
          sequences[n++] = d.sequence;
        }
      }
    }
    return n == count ? sequences : Arrays.copyOf(sequences, n);
  }

  /** The message with this sequence, if some consumer has had it for longest and it is kept. */
  @Nullable StoredMessage oldestOut(LogCursor cursor, long sequence) {
    for (int i = 0; i < present.size(); i++) {
      OutDelivery out = present.get(i).oldestOut();
      if (out != null && out.cursor == cursor && out.sequence == sequence) {
        StoredMessage message = out.messageIfKept();
        if (message != null) {
          return message;
        }
      }
    }
    return null;
  }
}
