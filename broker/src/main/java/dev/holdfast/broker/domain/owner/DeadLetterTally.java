package dev.holdfast.broker.domain.owner;

import dev.holdfast.broker.domain.DeadLetterAdmin;
import dev.holdfast.broker.domain.MessageAttributes;
import dev.holdfast.deadletter.DeadLetterReason;
import dev.holdfast.deadletter.DeathRecord;
import dev.holdfast.storage.StoreBatch;
import dev.holdfast.storage.StoreView;
import dev.holdfast.storage.StoredMessage;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * How many messages of a dead-letter queue died why, where and when: counted as they come and go,
 * and kept in a row that is written in the same batch, so that nobody has to read them to know.
 *
 * <p>When the row is missing or does not agree with the number of messages (they are older than
 * this count, or were purged unread), it is not known, and counted once by whoever asks. Owner
 * thread.
 */
final class DeadLetterTally {
  private static final String PREFIX = "tally/";
  private static final byte VERSION = 1;
  private static final int MOST_KINDS = 64;

  /** Stands for all sources beyond the most that are told apart. */
  private static final String OTHER = "*";

  private static final Comparator<Kind> ORDER =
      Comparator.comparing(Kind::reason).thenComparing(Kind::source);

  private final int logId;
  private final Map<Kind, Counts> kinds = new TreeMap<>(ORDER);

  /** What lies below has been counted, and what lies above {@link #last}. */
  private long counted;

  private long last = Long.MAX_VALUE;

  /** Of the count that goes on; 0: none does. */
  private int counting;

  private int counts;

  /** What goes with the batch under way. */
  private final Set<Long> leaving = new HashSet<>();

  /** The batch under way changes it. */
  private boolean touched;

  /** What is counted together; both empty: sent there by somebody. */
  private record Kind(String reason, String source) {}

  /** What has to be known of a message to count it out. */
  record Mark(long sequence, String reason, String source, long diedMs, int bytes) {

    static Mark of(StoredMessage message) {
      DeathRecord death = MessageAttributes.death(message.attributes()).orElse(null);
      return new Mark(
          message.sequence(),
          death == null ? "" : death.reason().code(),
          death == null ? "" : death.origin().node(),
          death == null ? message.enqueuedMs() : death.diedMs(),
          message.bytes());
    }
  }

  private static final class Counts {
    private long messages;
    private long bytes;
    private final AgeSpans ages = new AgeSpans();
  }

  DeadLetterTally(int logId) {
    this.logId = logId;
  }

  /** Name of the row. */
  static String key(int logId) {
    return PREFIX + logId;
  }

  /** Takes the row from the store, at the start and after a failed commit. */
  void rebuild(StoreView view, long messages) {
    byte[] row = view.definitions().get(key(logId));
    forget();
    touched = false;
    leaving.clear();
    if (row != null && row.length > 0 && row[0] == VERSION) {
      read(row);
    }
    if (messages() == messages) {
      counted = Long.MAX_VALUE;
    } else {
      kinds.clear();
    }
  }

  /** Whether it is known. */
  boolean known() {
    return counted == Long.MAX_VALUE;
  }

  /** It is not known any more. */
  void forget() {
    kinds.clear();
    counted = 0;
    last = Long.MAX_VALUE;
    counting = 0;
  }

  /** There are no messages. */
  void empty() {
    forget();
    counted = Long.MAX_VALUE;
  }

  /** Whether a count cannot begin now: one goes on, or the batch under way changes it. */
  boolean busy() {
    return touched || counting != 0;
  }

  /**
   * Everything up to this sequence is counted from the beginning now; what comes later, as it
   * comes.
   *
   * @return the number of this count
   */
  int beginCount(long lastSequence) {
    forget();
    last = lastSequence;
    counts++;
    counting = counts;
    return counting;
  }

  boolean isCounting(int count) {
    return counting == count;
  }

  /** This message was found while counting; what lies before it has been counted. */
  void count(StoredMessage message) {
    counted = message.sequence() + 1;
    if (!leaving.contains(message.sequence())) {
      count(Mark.of(message));
    }
  }

  /** The count has come this far. */
  void countedTo(long sequence) {
    counted = Math.max(counted, sequence);
  }

  void endCount() {
    counting = 0;
    counted = Long.MAX_VALUE;
  }

  private boolean counts(long sequence) {
    return sequence < counted || sequence > last;
  }

  /** A message comes with the batch under way. */
  void added(StoredMessage message) {
    touched = true;
    if (counts(message.sequence())) {
      count(Mark.of(message));
    }
  }

  private void count(Mark mark) {
    Kind kind = kind(mark);
    Counts counts = kinds.computeIfAbsent(kind, k -> new Counts());
    counts.messages++;
    counts.bytes += mark.bytes();
    counts.ages.add(mark.diedMs());
  }

  /** A message goes with the batch under way. */
  void left(Mark mark) {
    touched = true;
    leaving.add(mark.sequence());
    if (!counts(mark.sequence())) {
      return;
    }
    Kind kind = kind(mark);
    Counts counts = kinds.get(kind);
    if (counts != null) {
      counts.messages--;
      counts.bytes -= mark.bytes();
      counts.ages.remove(mark.diedMs());
      if (counts.messages <= 0) {
        kinds.remove(kind);
      }
    }
  }

  private Kind kind(Mark mark) {
    Kind kind = new Kind(mark.reason(), mark.source());
    return kinds.containsKey(kind) || kinds.size() < MOST_KINDS
        ? kind
        : new Kind(mark.reason(), OTHER);
  }

  /** All that are counted. */
  long messages() {
    return kinds.values().stream().mapToLong(counts -> counts.messages).sum();
  }

  /** By reason and source. */
  List<DeadLetterAdmin.Group> groups() {
    List<DeadLetterAdmin.Group> groups = new ArrayList<>();
    kinds.forEach(
        (kind, counts) ->
            groups.add(
                new DeadLetterAdmin.Group(
                    DeadLetterReason.of(kind.reason()),
                    kind.source(),
                    counts.messages,
                    counts.bytes,
                    counts.ages.spans())));
    return groups;
  }

  /** Stages the row as it is after the batch under way, of which everything has been decided. */
  void stage(StoreBatch changes) {
    touched = false;
    leaving.clear();
    if (known() && !kinds.isEmpty()) {
      changes.putDefinition(key(logId), write());
    } else {
      changes.deleteDefinition(key(logId));
    }
  }

  private byte[] write() {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(256);
    try (DataOutputStream out = new DataOutputStream(bytes)) {
      out.writeByte(VERSION);
      out.writeInt(kinds.size());
      for (Map.Entry<Kind, Counts> entry : kinds.entrySet()) {
        out.writeUTF(entry.getKey().reason());
        out.writeUTF(entry.getKey().source());
        out.writeLong(entry.getValue().messages);
        out.writeLong(entry.getValue().bytes);
        entry.getValue().ages.write(out);
      }
    } catch (IOException e) {
      throw new UncheckedIOException("writing to memory failed", e);
    }
    return bytes.toByteArray();
  }

  private void read(byte[] row) {
    try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(row))) {
      in.readByte();
      int size = in.readInt();
      for (int i = 0; i < size; i++) {
        Kind kind = new Kind(in.readUTF(), in.readUTF());
        Counts counts = new Counts();
        counts.messages = in.readLong();
        counts.bytes = in.readLong();
        counts.ages.read(in);
        kinds.put(kind, counts);
      }
    } catch (IOException e) {
      throw new UncheckedIOException("a stored count is cut short", e);
    }
  }
}
