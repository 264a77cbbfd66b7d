package dev.holdfast.storage.index;

import java.util.ArrayList;
import java.util.List;

/** Rows that one batch changes many times over and that are named once, at its end. */
final class TouchedRows {
  private final List<LogIndex> logs = new ArrayList<>();
  private final List<TouchedState> states = new ArrayList<>();

  private record TouchedState(LogIndex log, CursorIndex cursor, AckState state) {}

  Iterable<LogIndex> logs() {
    return logs;
  }

  void add(LogIndex log) {
    if (!log.dirty) {
      log.dirty = true;
      logs.add(log);
    }
  }

  void add(LogIndex log, CursorIndex cursor, AckState state) {
    if (!state.dirty) {
      state.dirty = true;
      states.add(new TouchedState(log, cursor, state));
    }
  }

  void name(IndexSink rows) {
    for (LogIndex log : logs) {
      log.dirty = false;
      if (!log.dropped) {
        rows.logBounds(log.id(), log.firstSequence(), log.nextSequence());
        for (CursorIndex cursor : log.cursors().values()) {
          if (cursor.floorDirty) {
            cursor.floorDirty = false;
            rows.cursorFloor(log.id(), cursor.id(), cursor.floor());
          }
        }
      }
    }
    for (TouchedState touched : states) {
      if (touched.state.dirty) {
        touched.state.dirty = false;
        touched.state.persisted = true;
        rows.ackState(touched.log.id(), touched.cursor.id(), touched.state);
      }
    }
  }

  void clear() {
    logs.clear();
    states.clear();
  }
}
