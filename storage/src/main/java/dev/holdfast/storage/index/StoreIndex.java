package dev.holdfast.storage.index;

import dev.holdfast.storage.StoreView;
import dev.holdfast.storage.StoredBlob;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Everything committed, as positions and counts. {@link BatchApplier} changes it, {@link
 * IndexLoader} fills it at recovery; both through the same log and cursor code.
 */
public final class StoreIndex implements StoreView {

  // Owner thread.
  private final TreeMap<String, byte[]> definitions =
      new TreeMap<>(
          (a, b) ->
              Arrays.compareUnsigned(
                  a.getBytes(StandardCharsets.UTF_8), b.getBytes(StandardCharsets.UTF_8)));
  private final Map<Integer, LogIndex> logs = new HashMap<>();
  private final BlobTable blobs = new BlobTable();
  private @Nullable LogIndex lastLog;
  private int nextLogId = 1;
  private long nextChunkId = 1;

  /** Forgets everything but {@link #nextChunkId()}, before it is filled again. */
  public void clear() {
    definitions.clear();
    logs.clear();
    blobs.clear();
    lastLog = null;
    nextLogId = 1;
  }

  /** The id the next chunk gets. */
  public long nextChunkId() {
    return nextChunkId;
  }

  /**
   * Raises the id of the next chunk. It never goes back, also not when a commit fails: a chunk id
   * is the nonce under which a chunk is sealed, so no two chunks of one session may share one.
   */
  public void raiseNextChunkId(long atLeast) {
    nextChunkId = Math.max(nextChunkId, atLeast);
  }

  /** Ids for the parts of one blob: of the same kind as those of chunks, in one run. */
  public long newBlobId() {
    long id = nextChunkId;
    nextChunkId += StoredBlob.MAX_PARTS;
    return id;
  }

  /** Blobs that nobody will finish, as found at recovery; to be deleted with the next batch. */
  public List<StoredBlob> orphans() {
    return blobs.orphans();
  }

  BlobTable blobs() {
    return blobs;
  }

  /** The lowest chunk id that is alive, or {@link #nextChunkId()}. */
  public long lowestLiveChunkId() {
    long lowest = blobs.lowest(nextChunkId);
    for (LogIndex log : logs.values()) {
      if (!log.chunks().isEmpty()) {
        lowest = Math.min(lowest, log.chunks().chunkId(log.chunks().headSlot()));
      }
    }
    return lowest;
  }

  /** About what live chunks take on disk. */
  public long liveBytes() {
    long sum = 0;
    for (LogIndex log : logs.values()) {
      sum += log.liveBytes();
    }
    return sum;
  }

  Map<String, byte[]> mutableDefinitions() {
    return definitions;
  }

  LogIndex requireLog(int logId) {
    LogIndex last = lastLog;
    if (last != null && last.id() == logId) {
      return last;
    }
    LogIndex log = logs.get(logId);
    if (log == null) {
      throw new IllegalStateException("there is no log " + logId);
    }
    lastLog = log;
    return log;
  }

  @Nullable LogIndex find(int logId) {
    return logs.get(logId);
  }

  void addLog(LogIndex log) {
    logs.put(log.id(), log);
  }

  void removeLog(int logId) {
    lastLog = null;
    logs.remove(logId);
  }

  Iterable<LogIndex> allLogs() {
    return logs.values();
  }

  void raiseNextLogId(int atLeast) {
    nextLogId = Math.max(nextLogId, atLeast);
  }

  @Override
  public Map<String, byte[]> definitions() {
    return Collections.unmodifiableMap(definitions);
  }

  @Override
  public Set<Integer> logIds() {
    return Collections.unmodifiableSet(logs.keySet());
  }

  @Override
  public @Nullable LogView log(int logId) {
    return logs.get(logId);
  }

  @Override
  public int nextLogId() {
    return nextLogId;
  }

  @Override
  public OptionalInt freeCursorId(int logId) {
    LogIndex log = logs.get(logId);
    if (log == null) {
      return OptionalInt.empty();
    }
    int id = 1;
    while (log.cursors().containsKey(id)) {
      id++;
    }
    return OptionalInt.of(id);
  }
}
