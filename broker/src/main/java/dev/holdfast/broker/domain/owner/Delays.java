package dev.holdfast.broker.domain.owner;

import dev.holdfast.broker.domain.IncomingMessage;
import dev.holdfast.broker.domain.MessageAttributes;
import dev.holdfast.broker.domain.Peer;
import dev.holdfast.deadletter.RetryPolicy;
import dev.holdfast.storage.ChunkInfo;
import dev.holdfast.storage.MessageStore;
import dev.holdfast.storage.StoreException;
import dev.holdfast.storage.StoreView;
import dev.holdfast.storage.StoredMessage;
import dev.holdfast.storage.StoredTimer;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps delayed messages back until their moment, and then makes them part of their node's log, in
 * the order of their moments, page by page: one batch takes a message out of the one log and puts
 * it into the other. Owner thread.
 */
final class Delays {
  private static final Logger LOG = LoggerFactory.getLogger(Delays.class);

  /** Kind of a delayed message's timer in the store. */
  static final byte TIMER = 1;

  private static final int MESSAGES_AT_ONCE = 256;
  private static final long BYTES_AT_ONCE = 4 << 20;
  private static final long RETRY_MS = 500;
  private static final byte[] NO_VALUE = {};

  private final MessageStore store;
  private final NodeRegistry nodes;
  private final StagedBatch batch;
  private final StoreGate gate;
  private final ReadAhead reads;
  private final BacklogReader backlogs;
  private final MemoryBudget budget;
  private final Alarms alarms;
  private final TurnNotes notes;
  private final Alarms.Alarm alarm = new Alarms.Alarm(this::due);

  /** By the log in which the messages wait. */
  private final Map<Integer, Node> nodesByLog = new HashMap<>();

  /** The last log that the batch under way makes. */
  private int lastLogId;

  private @Nullable Page page;

  /** Timers that are due and the messages that they are for, once they have been read. */
  private static final class Page {
    final List<StoredTimer> timers = new ArrayList<>();
    final Map<Place, StoredMessage> messages = new HashMap<>();
    int readsUnderWay;
    boolean failed;
  }

  private record Place(int logId, long sequence) {}

  Delays(Timekeeper.Parts parts, Alarms alarms) {
    this.store = parts.store();
    this.nodes = parts.nodes();
    this.batch = parts.batch();
    this.gate = parts.gate();
    this.reads = parts.reads();
    this.backlogs = parts.backlogs();
    this.budget = parts.budget();
    this.alarms = alarms;
    this.notes = parts.notes();
  }

  /** The moment that the message waits for, epoch milliseconds; 0: it does not wait. */
  static long moment(IncomingMessage message, long nowMs) {
    IncomingMessage.Marks marks = message.marks();
    if (marks.deliverAtMs() == 0 && marks.delayMs() == 0) {
      return 0;
    }
    long moment =
        marks.deliverAtMs() != 0
            ? marks.deliverAtMs()
            : nowMs + Math.min(marks.delayMs(), Long.MAX_VALUE - nowMs);
    return moment > nowMs ? moment : 0;
  }

  /**
   * Stages a message that waits.
   *
   * @return its sequence among those that wait for the node
   */
  long stage(Node node, IncomingMessage message, Peer from, long momentMs) {
    NodeLog log = node.delayed().log();
    if (log == null) {
      log = make(node);
    }
    MessageAttributes attributes =
        MessageAttributes.of(message).withDue(momentMs).withContainer(from.container());
    long sequence = log.stagePublish(batch, message, attributes);
    batch.changes().putTimer(timer(momentMs, log.id, sequence));
    alarms.soonest(alarm, momentMs);
    return sequence;
  }

  static StoredTimer timer(long momentMs, int logId, long sequence) {
    return new StoredTimer(momentMs, TIMER, logId, sequence, NO_VALUE);
  }

  /** In the batch of the first message; should it fail, a rebuild forgets it again. */
  private NodeLog make(Node node) {
    int logId = Math.max(store.view().nextLogId(), lastLogId + 1);
    lastLogId = logId;
    batch.changes().createLog(logId);
    batch.changes().createCursor(logId, Delayed.CURSOR, 1);
    batch
        .changes()
        .putDefinition(Delayed.key(node.id()), ByteBuffer.allocate(4).putInt(logId).array());
    return attach(node, logId);
  }

  private NodeLog attach(Node node, int logId) {
    nodesByLog.put(logId, node);
    Queue deadLetters = node instanceof Queue queue ? queue.deadLetters : null;
    Subscription group =
        new Subscription(
            new SubscriptionTerms(
                node.name(),
                RetryPolicy.DEFAULT,
                deadLetters == null
                    ? Subscription.Undeliverable.DROP
                    : Subscription.Undeliverable.DEAD_LETTER,
                true,
                false,
                false,
                null),
            budget,
            notes);
    group.deadLetters = deadLetters;
    if (node instanceof Queue queue) {
      group.as(queue.subscription);
    }
    NodeLog log = node.delayed().is(logId, group);
    // Its time runs from the send on, so what the node says of it counts there already.
    log.lifetime = node.logs().get(0).lifetime;
    return log;
  }

  /** Makes memory agree with the store, after the nodes do. */
  void rebuild() {
    page = null;
    nodesByLog.clear();
    StoreView view = store.view();
    lastLogId = 0;
    for (Node node : nodes.all()) {
      byte[] logId = view.definitions().get(Delayed.key(node.id()));
      node.delayed().isNone();
      if (logId != null) {
        attach(node, ByteBuffer.wrap(logId).getInt()).rebuild(view);
      }
    }
    alarms.soonest(alarm, 0);
  }

  private void due(long nowMs) {
    if (page != null) {
      return;
    }
    if (gate.refusal() != null) {
      // To move a message takes room on the disk.
      alarms.soonest(alarm, nowMs + RETRY_MS);
      return;
    }
    try {
      List<StoredTimer> due = store.timersDue(nowMs, MESSAGES_AT_ONCE);
      if (due.isEmpty()) {
        List<StoredTimer> next = store.timersDue(Long.MAX_VALUE, 1);
        if (!next.isEmpty()) {
          alarms.soonest(alarm, next.get(0).dueMs());
        }
        return;
      }
      read(due);
    } catch (StoreException e) {
      LOG.error("the timers cannot be read; tried again in {} ms", RETRY_MS, e);
      alarms.soonest(alarm, nowMs + RETRY_MS);
    }
  }

  private void read(List<StoredTimer> due) {
    Page now = new Page();
    page = now;
    Map<Integer, Map<Long, ChunkInfo>> chunks = new LinkedHashMap<>();
    long bytes = 0;
    for (StoredTimer timer : due) {
      if (bytes >= BYTES_AT_ONCE) {
        break;
      }
      now.timers.add(timer);
      ChunkInfo chunk = chunkOf(timer);
      if (chunk != null
          && chunks
                  .computeIfAbsent(timer.logId(), id -> new LinkedHashMap<>())
                  .put(chunk.chunkId(), chunk)
              == null) {
        bytes += chunk.heldBytes();
      }
    }
    now.readsUnderWay = chunks.size();
    if (chunks.isEmpty()) {
      release(now);
    }
    chunks.forEach(
        (logId, some) ->
            reads.read(logId, List.copyOf(some.values()), results -> arrived(now, logId, results)));
  }

  /** The chunk of a message that still waits; null when it does not. */
  private @Nullable ChunkInfo chunkOf(StoredTimer timer) {
    StoreView.LogView log = store.view().log(timer.logId());
    StoreView.CursorView cursor = log == null ? null : log.cursor(Delayed.CURSOR);
    return log == null
            || cursor == null
            || !nodesByLog.containsKey(timer.logId())
            || cursor.acknowledged(timer.sequence())
        ? null
        : log.chunkAtOrAfter(timer.sequence());
  }

  private @Nullable LogCursor cursorOf(int logId) {
    Node node = nodesByLog.get(logId);
    return node == null ? null : node.delayed().cursor();
  }

  private void arrived(Page of, int logId, List<ReadAhead.Result> results) {
    if (page != of) {
      return;
    }
    for (ReadAhead.Result result : results) {
      if (result.messages() != null) {
        for (StoredMessage message : result.messages()) {
          of.messages.put(new Place(logId, message.sequence()), message);
        }
      } else if (result.corrupt()) {
        LogCursor cursor = cursorOf(logId);
        if (cursor != null) {
          backlogs.report(cursor.log.name, result);
        }
      } else {
        LOG.warn("delayed messages cannot be read; tried again", result.failure());
        of.failed = true;
      }
    }
    of.readsUnderWay--;
    if (of.readsUnderWay == 0) {
      release(of);
    }
  }

  /** Stages what a page holds, in the order of its timers. */
  private void release(Page of) {
    page = null;
    if (of.failed) {
      alarms.soonest(alarm, batch.nowMs() + RETRY_MS);
      return;
    }
    for (StoredTimer timer : of.timers) {
      // A timer whose message cannot be read goes too: the message stays, and is reported.
      batch.changes().deleteTimer(timer);
      if (store.view().log(timer.logId()) == null) {
        nodesByLog.remove(timer.logId());
      }
      Node node = nodesByLog.get(timer.logId());
      StoredMessage message = of.messages.get(new Place(timer.logId(), timer.sequence()));
      LogCursor cursor = cursorOf(timer.logId());
      if (message != null && node != null && cursor != null && chunkOf(timer) != null) {
        release(node, cursor, message);
      }
    }
    alarms.soonest(alarm, 0);
  }

  private void release(Node node, LogCursor cursor, StoredMessage message) {
    if (!cursor.isDeparting(message.sequence())) {
      MessageAttributes attributes = MessageAttributes.decode(message.attributes());
      node.stageMove(batch, message, message.expiryMs(), attributes.withDue(0).withContainer(""));
      batch.depart(cursor, message);
    }
  }
}
