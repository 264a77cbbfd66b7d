package dev.holdfast.broker.domain.owner;

import java.util.ArrayDeque;

/** The cursors that have bodies in memory; takes it from those that nobody reads. */
final class WindowKeepers {
  private static final int EVICTIONS_PER_TURN = 64;

  private final ArrayDeque<LogCursor> keepers = new ArrayDeque<>();
  private final MemoryBudget budget;

  /** Memory is short when less than this is left, in bytes. */
  private final long room;

  WindowKeepers(MemoryBudget budget, long totalWindowBytes) {
    this.budget = budget;
    this.room = totalWindowBytes / 8;
  }

  /** Lists the cursor if it has bodies in memory. */
  void note(LogCursor cursor) {
    if (cursor.newKeeper()) {
      cursor.keeper = true;
      keepers.add(cursor);
    }
  }

  /** Takes memory from cursors that nobody reads once it becomes short. */
  void evict() {
    for (int i = 0; i < EVICTIONS_PER_TURN && !budget.windowHasRoom(room); i++) {
      LogCursor cursor = keepers.poll();
      if (cursor == null) {
        return;
      }
      boolean keeps = !cursor.closed && cursor.backlog.keptBytes() > 0;
      if (keeps && cursor.subscription.hasDemand()) {
        keepers.add(cursor);
        continue;
      }
      cursor.keeper = false;
      if (keeps) {
        cursor.evict();
      }
    }
  }
}
