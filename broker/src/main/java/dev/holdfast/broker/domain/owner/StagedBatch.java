package dev.holdfast.broker.domain.owner;

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
  private final List<NodeLog> appendedTo = new ArrayList<>();
  private final List<OutDelivery> settlements = new ArrayList<>();
  private final Set<StoredMessage> moved = Collections.newSetFromMap(new IdentityHashMap<>());
  private @Nullable NodeChange nodeChange;
  private boolean waitedFor;
  private long nowMs;
  private long appendedBytes;

  StagedBatch(MessageStore store) {
    this.changes = store.newBatch();
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

  /** A publish. */
  void append(NodeLog log, StoredMessage message) {
    stage(log, message);
    waitedFor |= message.durable() && log.durable();
  }

  /** A message on its way to another queue; its acknowledgement is in the same batch. */
  void move(NodeLog target, StoredMessage message) {
    stage(target, message);
    moved.add(message);
  }

  /** Messages of {@link #append}, in order, as they were numbered for this log. */
  List<StoredMessage> published(NodeLog log) {
    List<StoredMessage> published = new ArrayList<>(log.stagedAppends());
    published.removeIf(moved::contains);
    return published;
  }

  private void stage(NodeLog log, StoredMessage message) {
    changes.append(log.id, message);
    if (log.append(message)) {
      appendedTo.add(log);
    }
    appendedBytes += message.bytes();
  }

  void settle(OutDelivery delivery) {
    settlements.add(delivery);
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
    return changes.isEmpty() && settlements.isEmpty() && nodeChange == null && !waitedFor;
  }

  /** Empties what goes to the store, to stage settlements and the admin change once more. */
  void restart() {
    changes.clear();
    appendedTo.clear();
    moved.clear();
    appendedBytes = 0;
  }

  void clear() {
    restart();
    settlements.clear();
    nodeChange = null;
    waitedFor = false;
  }
}
