package dev.holdfast.storage.index;

import java.util.ArrayList;
import java.util.List;

/** Rows that one batch changes many times over and that are named once, at its end. */
final class TouchedRows {
  private final List<LogIndex> logs = new ArrayList<>();
  private final List<TouchedFloor> floors = new ArrayList<>();
  private final List<TouchedState> states = new ArrayList<>();

  private record TouchedFloor(LogIndex log, CursorIndex cursor) {}

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

  /** The cursor's floor is another one. */
  void addFloor(LogIndex log, CursorIndex cursor) {
    if (!cursor.floorDirty) {
      cursor.floorDirty = true;
      floors.add(new TouchedFloor(log, cursor));
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
      }
    }
    for (TouchedFloor touched : floors) {
      CursorIndex cursor = touched.cursor;
      cursor.floorDirty = false;
      if (!touched.log.dropped && touched.log.cursors().get(cursor.id()) == cursor) {
        rows.cursorFloor(touched.log.id(), cursor.id(), cursor.floor());
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
    floors.clear();
    states.clear();
  }
}
