package dev.holdfast.storage.log;

/** The column families, each a key space of its own. */
public enum RowFamily {
  /** Sealed chunks by chunk id. */
  BODY,
  /** Logs, cursors, chunk list, acknowledgements. */
  IDX,
  /** Idempotency keys. */
  DEDUP,
  /** Timers by due time. */
  TIMER,
  /** Commit number, sessions, definitions. */
  META
}
