package dev.holdfast.broker.domain.owner;

import dev.holdfast.broker.domain.OwnerCommand;
import dev.holdfast.broker.domain.OwnerInbox;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jctools.queues.atomic.MpscUnboundedAtomicArrayQueue;
import org.jspecify.annotations.Nullable;

/**
 * Batches of commands on their way to the owner: any thread puts in, the owner takes out.
 *
 * <p>Each principal has a lane, and lanes take turns: what somebody sends waits for a turn of each
 * of the others, not for everything that they have sent. Order between lanes means something only
 * where links come and go, so a batch in which one does, and every batch of nobody in particular,
 * comes alone: after all that was put in before, before all that was put in after.
 */
final class Inbox {
  /** Commands of a turn, when others wait. */
  static final int TURN = 128;

  /** Commands that one commit covers when several principals have some: others wait for it. */
  static final int SHARED_BATCH = 512;

  private static final int SEGMENT = 256;

  /** Lanes that are kept though they are empty: most come again soon. */
  private static final int KEPT_LANES = 64;

  private final MpscUnboundedAtomicArrayQueue<Arrival> arrivals =
      new MpscUnboundedAtomicArrayQueue<>(SEGMENT);

  // Owner thread.
  private final Map<String, Lane> lanes = new HashMap<>();
  private final ArrayDeque<Lane> waiting = new ArrayDeque<>();
  private @Nullable Lane current;
  private int leftOfTurn;
  private @Nullable Lane alone;
  private @Nullable OwnerCommand putBack;
  private boolean shared;

  private record Arrival(String principal, List<? extends OwnerCommand> batch) {}

  /** What somebody has put in and the owner has not taken. */
  private static final class Lane {
    private final String principal;
    private final ArrayDeque<List<? extends OwnerCommand>> batches = new ArrayDeque<>(2);
    private int position;

    Lane(String principal) {
      this.principal = principal;
    }

    @Nullable OwnerCommand peek() {
      List<? extends OwnerCommand> first = batches.peek();
      return first == null ? null : first.get(position);
    }

    void take() {
      if (++position >= batches.element().size()) {
        batches.remove();
        position = 0;
      }
    }
  }

  /** Of nobody in particular. Any thread. */
  void put(List<? extends OwnerCommand> batch) {
    put(OwnerInbox.NOBODY, batch);
  }

  /** Any thread. */
  void put(String principal, List<? extends OwnerCommand> batch) {
    if (!batch.isEmpty()) {
      arrivals.offer(new Arrival(principal, batch));
    }
  }

  /** A batch of the store begins. */
  void beginBatch() {
    shared = false;
  }

  /** How many commands this batch may have, when {@code most} are allowed to one principal. */
  int batchLimit(int most) {
    return shared ? Math.min(most, SHARED_BATCH) : most;
  }

  /** The next command, which stays; null when there is none. */
  @Nullable OwnerCommand peek() {
    if (putBack != null) {
      return putBack;
    }
    Lane lane = current;
    if (lane == null || lane.batches.isEmpty() || leftOfTurn <= 0) {
      lane = nextTurn();
    }
    return lane == null ? null : lane.peek();
  }

  private @Nullable Lane nextTurn() {
    admit();
    Lane before = current;
    if (before != null) {
      if (!before.batches.isEmpty()) {
        waiting.add(before);
      } else if (lanes.size() > KEPT_LANES) {
        lanes.remove(before.principal, before);
      }
    }
    Lane next = waiting.poll();
    leftOfTurn = TURN;
    if (next == null && alone != null) {
      next = alone;
      alone = null;
      leftOfTurn = Integer.MAX_VALUE;
    }
    shared |= !waiting.isEmpty() || areTwo(before, next);
    current = next;
    return next;
  }

  private static boolean areTwo(@Nullable Lane one, @Nullable Lane other) {
    return one != null
        && other != null
        && !one.principal.isEmpty()
        && !other.principal.isEmpty()
        && !one.principal.equals(other.principal);
  }

  /** Lets in what has arrived, up to what has to come alone. */
  private void admit() {
    while (alone == null) {
      Arrival arrival = arrivals.poll();
      if (arrival == null) {
        return;
      }
      if (comesAlone(arrival)) {
        alone = new Lane(arrival.principal());
        alone.batches.add(arrival.batch());
        return;
      }
      Lane lane = lanes.computeIfAbsent(arrival.principal(), Lane::new);
      if (lane.batches.isEmpty() && lane != current) {
        waiting.add(lane);
      }
      lane.batches.add(arrival.batch());
    }
  }

  private static boolean comesAlone(Arrival arrival) {
    if (arrival.principal().isEmpty()) {
      return true;
    }
    List<? extends OwnerCommand> batch = arrival.batch();
    for (int i = 0; i < batch.size(); i++) {
      OwnerCommand command = batch.get(i);
      if (!(command instanceof OwnerCommand.Publish
          || command instanceof OwnerCommand.Settle
          || command instanceof OwnerCommand.Flow
          || command instanceof OwnerCommand.StorePart
          || command instanceof OwnerCommand.Renew)) {
        return true;
      }
    }
    return false;
  }

  /** Takes the command that {@link #peek} showed. */
  void take() {
    if (putBack != null) {
      putBack = null;
      return;
    }
    Lane lane = current;
    if (lane == null) {
      throw new IllegalStateException("no command was shown");
    }
    lane.take();
    leftOfTurn--;
  }

  /** Makes this the next command; nothing may be put back already. Owner thread. */
  void putBack(OwnerCommand command) {
    if (putBack != null) {
      throw new IllegalStateException("two commands cannot both be the next");
    }
    putBack = command;
  }

  boolean isEmpty() {
    Lane lane = current;
    return putBack == null
        && (lane == null || lane.batches.isEmpty())
        && waiting.isEmpty()
        && alone == null
        && arrivals.isEmpty();
  }
}
