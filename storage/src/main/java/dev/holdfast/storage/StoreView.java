package dev.holdfast.storage;

import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Positions and counts of everything committed. Owner thread only; live, not a snapshot. */
public interface StoreView {

  /** All definitions, by key in byte order. */
  Map<String, byte[]> definitions();

  /** Ids of all logs. */
  Set<Integer> logIds();

  /** One log, or {@code null}. */
  @Nullable LogView log(int logId);

  /** The smallest id never given to a log of this store, also not to one dropped since. */
  int nextLogId();

  /** A log's positions. */
  interface LogView {
    /** The log's id. */
    int id();

    /** The oldest sequence that a live chunk still holds; {@link #nextSequence()} when empty. */
    long firstSequence();

    /** What the next append gets. Never goes back, also not when the log becomes empty. */
    long nextSequence();

    /** How many live chunks there are. */
    int chunkCount();

    /** The live chunk that holds {@code sequence}, else the next live one after it, else null. */
    @Nullable ChunkInfo chunkAtOrAfter(long sequence);

    /**
     * When the first message of a live chunk expires, epoch milliseconds; the largest long: never.
     */
    long nextExpiryMs();

    /**
     * Live chunks with a message that expires at or before {@code untilMs}, earliest first.
     *
     * @param limit how many at most
     */
    List<ChunkInfo> chunksExpiring(long untilMs, int limit);

    /**
     * The caller has looked at a live chunk: of what is left of it, the next message expires at
     * {@code nextMs}, later than before; 0: none does. In memory only: after {@link
     * MessageStore#recover()} the chunk counts again as it was appended.
     *
     * @param firstSequence of the chunk
     */
    void expiryExamined(long firstSequence, long nextMs);

    /** Ids of the log's cursors. */
    Set<Integer> cursorIds();

    /** One cursor, or {@code null}. */
    @Nullable CursorView cursor(int cursorId);
  }

  /** What one cursor has consumed. */
  interface CursorView {
    /** Messages not yet acknowledged, exactly. */
    long messages();

    /** Their {@link StoredMessage#bytes()}, exactly. */
    long bytes();

    /** The lowest unacknowledged sequence at or after {@code from}; the log's next when none. */
    long nextUnacknowledged(long from);

    /** Whether this sequence has been acknowledged (or never existed). */
    boolean acknowledged(long sequence);

    /**
     * The history of an unacknowledged message; {@link DeliveryHistory#NONE} when none was
     * recorded.
     */
    DeliveryHistory history(long sequence);
  }

  /** A cursor id that is not used in the log, if the log exists. */
  OptionalInt freeCursorId(int logId);
}
