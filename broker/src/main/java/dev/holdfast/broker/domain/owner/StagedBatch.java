package dev.holdfast.broker.domain.owner;

import dev.holdfast.broker.domain.NodeError;
import dev.holdfast.broker.domain.Upload;
import dev.holdfast.storage.MessageStore;
import dev.holdfast.storage.StoreBatch;
import dev.holdfast.storage.StoredMessage;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What one turn of the loop has decided and not committed yet. Reused. */
final class StagedBatch {
  private final StoreBatch changes;
  private final Uploads uploads;
  private final List<NodeLog> appendedTo = new ArrayList<>();
  private final List<OutDelivery> settlements = new ArrayList<>();
  private final List<Departure> departures = new ArrayList<>();
  private final List<Discharge> discharges = new ArrayList<>();

  /** Appends that are not publishes of their own: moved, or part of a transaction. */
  private final Set<StoredMessage> bound = Collections.newSetFromMap(new IdentityHashMap<>());

  /** The transaction that what is staged now belongs to. */
  private @Nullable Discharge current;

  /** Counts that it changes. */
  private final Set<DeadLetterTally> tallies = Collections.newSetFromMap(new IdentityHashMap<>());

  private final Traffic traffic;
  private final Traffic.Staged counts = new Traffic.Staged();
  private @Nullable NodeChange nodeChange;
  private boolean waitedFor;
  private long nowMs;
  private long appendedBytes;

  /** A message on its way out of a log. */
  record Departure(LogCursor cursor, long sequence) {}

  StagedBatch(MessageStore store, Traffic traffic) {
    this.traffic = traffic;
    this.changes = store.newBatch();
    this.uploads = new Uploads(store, changes);
  }

  void begin(long now) {
    nowMs = now;
  }

  /** The time of this batch, in epoch milliseconds. */
  long nowMs() {
    return nowMs;
  }

  StoreBatch changes() {
    return changes;
  }

  /** What goes through, as far as it is committed. */
  Traffic traffic() {
    return traffic;
  }

  /** What this batch counts once it is committed. */
  Traffic.Staged counts() {
    return counts;
  }

  /** It is committed: what it counts counts. */
  void committed() {
    traffic.committed(counts);
  }

  /** Large messages on their way in. */
  Uploads uploads() {
    return uploads;
  }

  /** A part of a large message is staged. */
  void addPart(Upload upload, byte[] part, @Nullable NodeError closed) {
    uploads.add(upload, part, closed);
    appendedBytes += part.length;
  }

  /** A publish. */
  void append(NodeLog log, StoredMessage message) {
    stage(log, message);
    waitedFor |= message.durable() && log.durable();
    if (current != null) {
      bound.add(message);
      current.appended(log.id, message.sequence());
    }
  }

  /** A message on its way to another queue; its acknowledgement is in the same batch. */
  void move(NodeLog target, StoredMessage message) {
    stage(target, message);
    bound.add(message);
  }

  /** Publishes without a transaction, in order, as they were numbered for this log. */
  List<StoredMessage> published(NodeLog log) {
    List<StoredMessage> published = new ArrayList<>(log.stagedAppends());
    published.removeIf(bound::contains);
    return published;
  }

  private void stage(NodeLog log, StoredMessage message) {
    changes.append(log.id, message);
    if (log.append(message)) {
      appendedTo.add(log);
    }
    appendedBytes += message.heldBytes();
    if (log.tally != null) {
      log.tally.added(message);
      tallies.add(log.tally);
    }
  }

  /** A consumer is done with its delivery's message. */
  void acknowledge(OutDelivery delivery) {
    LogCursor cursor = delivery.cursor;
    changes.acknowledge(cursor.log.id, cursor.id, delivery.sequence, delivery.bytes);
    if (cursor.log.tally != null && delivery.mark != null) {
      cursor.log.tally.left(delivery.mark);
      tallies.add(cursor.log.tally);
    }
  }

  /** Messages of this log have gone unread: what is left of them is not known. */
  void goneUnread(NodeLog log) {
    if (log.tally != null) {
      log.tally.forget();
      tallies.add(log.tally);
    }
  }

  /** Everything has been decided: what follows from it is staged too. */
  void seal() {
    tallies.forEach(tally -> tally.stage(changes));
    tallies.clear();
  }

  /**
   * A message leaves a cursor's log although no consumer is done with it: it has expired, makes
   * room, or has its moment. It must be neither out nor departing already.
   */
  void depart(LogCursor cursor, StoredMessage message) {
    changes.acknowledge(cursor.log.id, cursor.id, message.sequence(), message.bytes());
    cursor.departing.add(message.sequence(), message.bytes());
    if (cursor.log.tally != null) {
      cursor.log.tally.left(DeadLetterTally.Mark.of(message));
      tallies.add(cursor.log.tally);
    }
    departures.add(new Departure(cursor, message.sequence()));
  }

  List<Departure> departures() {
    return departures;
  }

  void settle(OutDelivery delivery) {
    settlements.add(delivery);
  }

  /** What is staged until {@link #endTransaction()} belongs to this transaction. */
  void beginTransaction(Discharge discharge) {
    discharges.add(discharge);
    current = discharge;
    waitedFor = true;
  }

  /** Whether what is staged now belongs to a transaction. */
  boolean inTransaction() {
    return current != null;
  }

  void endTransaction() {
    current = null;
  }

  /** Transactions that are committed with this batch. */
  List<Discharge> discharges() {
    return discharges;
  }

  /** This transaction is no part of it any more; its deliveries wait for what comes. */
  void drop(Discharge discharge) {
    discharges.remove(discharge);
    for (TransactionWork work : discharge.transaction().work()) {
      if (work instanceof TransactionWork.Retirement retirement
          && retirement.delivery().state == OutDelivery.State.STAGED) {
        retirement.delivery().state = OutDelivery.State.IN_TRANSACTION;
      }
    }
    settlements.removeIf(delivery -> delivery.state == OutDelivery.State.IN_TRANSACTION);
  }

  List<NodeLog> appendedTo() {
    return appendedTo;
  }

  List<OutDelivery> settlements() {
    return settlements;
  }

  @Nullable NodeChange nodeChange() {
    return nodeChange;
  }

  void nodeChange(NodeChange change) {
    nodeChange = change;
    waitedFor |= change.synced();
  }

  /** It was refused at the second attempt, and has told so. */
  void dropNodeChange() {
    nodeChange = null;
  }

  /** Somebody is told of what an earlier batch may have written without a sync. */
  void waitForSync() {
    waitedFor = true;
  }

  /** Whether the commit has to be synced before anybody hears of it. */
  boolean waitedFor() {
    return waitedFor;
  }

  long appendedBytes() {
    return appendedBytes;
  }

  /** Nothing decided that the rest of the loop has to hear of. */
  boolean isEmpty() {
    return changes.isEmpty()
        && settlements.isEmpty()
        && discharges.isEmpty()
        && nodeChange == null
        && !waitedFor;
  }

  /** Empties what goes to the store, to stage settlements and the admin change once more. */
  void restart() {
    changes.clear();
    appendedTo.clear();
    bound.clear();
    departures.clear();
    tallies.clear();
    counts.clear();
    appendedBytes = 0;
  }

  void clear() {
    restart();
    settlements.clear();
    discharges.clear();
    nodeChange = null;
    waitedFor = false;
  }
}
