package dev.holdfast.broker.domain.owner;

import dev.holdfast.acl.Principal;
import dev.holdfast.broker.domain.DeadLetterTask;
import dev.holdfast.broker.domain.DeadLetterTask.Action;
import dev.holdfast.broker.domain.DeadLetterTask.Order;
import dev.holdfast.broker.domain.DeadLetterTask.Progress;
import dev.holdfast.broker.domain.DeadLetterTask.Skip;
import dev.holdfast.broker.domain.DeadLetterTask.State;
import dev.holdfast.broker.domain.FilterCodec;
import dev.holdfast.broker.domain.NodeError;
import dev.holdfast.storage.ChunkInfo;
import dev.holdfast.storage.StoreView;
import dev.holdfast.storage.StoredMessage;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Carries out what operators have ordered for many messages, page by page: one batch takes messages
 * out of the one log, puts them into others, and writes down how far the task has got. So a crash
 * leaves each message in exactly one place, and the task goes on where it was.
 *
 * <p>A page is small and read by the reader thread; between two pages everybody else has a turn.
 * Nothing is in memory but the page under way. Owner thread.
 */
final class DeadLetterTasks {
  /** Also for what is said of tasks and single messages elsewhere. */
  static final Logger LOG = LoggerFactory.getLogger(DeadLetterTasks.class);

  private static final int MESSAGES_AT_ONCE = 512;
  private static final int PAGES_A_SECOND = 4;
  private static final long RETRY_MS = 500;

  /** Ended tasks that are kept to be looked at. */
  private static final int ENDED_KEPT = 100;

  private final Timekeeper.Parts parts;
  private final Alarms alarms;
  private final FilterCodec filters;
  private final Destinations destinations;
  private final NavigableMap<Long, Run> runs = new TreeMap<>();

  /** Those that the batch under way brings on. */
  private final List<Run> staged = new ArrayList<>();

  /** A task and how far it has got, as committed. */
  static final class Run {
    final long id;
    final Order order;
    final Principal principal;
    final int logId;
    Progress progress;
    private @Nullable Progress next;
    private long nextAtMs;
    private boolean reading;
    private final Alarms.Alarm alarm;

    Run(TaskCodec.StoredTask stored, java.util.function.ObjLongConsumer<Run> due) {
      this.id = stored.task().id();
      this.order = stored.task().order();
      this.principal = stored.principal();
      this.logId = stored.logId();
      this.progress = stored.task().progress();
      this.alarm = new Alarms.Alarm(now -> due.accept(this, now));
    }

    DeadLetterTask task() {
      return new DeadLetterTask(id, order, progress);
    }

    TaskCodec.StoredTask with(Progress other) {
      return new TaskCodec.StoredTask(new DeadLetterTask(id, order, other), principal, logId);
    }
  }

  DeadLetterTasks(Timekeeper.Parts parts, Alarms alarms, AccessCheck access, FilterCodec filters) {
    this.parts = parts;
    this.alarms = alarms;
    this.filters = filters;
    this.destinations = new Destinations(parts.nodes(), access);
  }

  Destinations destinations() {
    return destinations;
  }

  /** All of them, the earliest first. */
  Collection<Run> all() {
    return runs.values();
  }

  @Nullable Run find(long id) {
    return runs.get(id);
  }

  /** The id that a task begun now gets: the last ended ones are kept, so that none comes again. */
  long nextId() {
    return runs.isEmpty() ? 1 : runs.lastKey() + 1;
  }

  /** Makes memory agree with the store, after the nodes do. A page under way counts no more. */
  void rebuild() {
    runs.clear();
    staged.clear();
    for (Map.Entry<String, byte[]> entry : parts.store().view().definitions().entrySet()) {
      if (TaskCodec.isTask(entry.getKey())) {
        try {
          add(TaskCodec.decode(entry.getKey(), entry.getValue(), filters));
        } catch (IllegalArgumentException unknown) {
          LOG.error("{}: left as it is, and not carried out", entry.getKey(), unknown);
        }
      }
    }
  }

  /** A dead-letter queue has been counted: that is kept. */
  void counted(DeadLetterTally tally) {
    tally.stage(parts.batch().changes());
  }

  /** This task is committed. */
  Run add(TaskCodec.StoredTask stored) {
    Run run = new Run(stored, this::due);
    runs.put(run.id, run);
    goOn(run, 0);
    return run;
  }

  /** Stages that the oldest ended tasks are forgotten, and says which. */
  List<Long> stageForgetting() {
    List<Long> ended = new ArrayList<>();
    for (Run run : runs.values()) {
      if (!run.progress.state().open()) {
        ended.add(run.id);
      }
    }
    List<Long> forgotten = ended.subList(0, Math.max(0, ended.size() - ENDED_KEPT));
    forgotten.forEach(id -> parts.batch().changes().deleteDefinition(TaskCodec.key(id)));
    return forgotten;
  }

  void forget(List<Long> ids) {
    ids.forEach(runs::remove);
  }

  /** Something has been said to this task, and is committed. */
  void told(Run run, Progress progress) {
    run.progress = progress;
    goOn(run, 0);
  }

  private void goOn(Run run, long atMs) {
    if (run.progress.state() == State.RUNNING) {
      alarms.soonest(run.alarm, atMs);
    }
  }

  private boolean isAtWork(Run run) {
    return runs.get(run.id) == run && run.progress.state() == State.RUNNING && run.next == null;
  }

  private @Nullable LogCursor source(Run run) {
    Queue queue = parts.nodes().queue(run.order.source());
    return queue == null || queue.log.id != run.logId ? null : queue.subscription.cursors().get(0);
  }

  private void due(Run run, long nowMs) {
    if (!isAtWork(run) || run.reading) {
      return;
    }
    LogCursor cursor = source(run);
    if (cursor == null) {
      stage(run, run.progress.in(State.FAILED, "the node has been deleted", nowMs), 0);
      return;
    }
    if (run.order.action().stores() && parts.gate().refusal() != null) {
      // To move a message takes room on the disk.
      goOn(run, nowMs + RETRY_MS);
      return;
    }
    List<ChunkInfo> chunks =
        DeadLetterReads.next(
            parts.store().view(),
            cursor,
            run.progress.next(),
            run.order.filter().death().toSequence());
    if (chunks.isEmpty()) {
      stage(run, run.progress.in(State.DONE, "", nowMs), 0);
      return;
    }
    run.reading = true;
    parts.reads().read(run.logId, chunks, results -> arrived(run, results));
  }

  private void arrived(Run run, List<ReadAhead.Result> results) {
    run.reading = false;
    LogCursor cursor = source(run);
    StoreView.CursorView view = cursor == null ? null : cursor.view(parts.store().view());
    if (!isAtWork(run)) {
      return;
    }
    if (cursor == null || view == null) {
      goOn(run, 0);
      return;
    }
    Page page = new Page(run, cursor, view);
    boolean failed = false;
    for (int i = 0; i < results.size() && !failed && !page.ended(); i++) {
      failed = !page.take(results.get(i));
    }
    long now = parts.batch().nowMs();
    long atMs = failed || !page.waitsFor.isEmpty() ? now + RETRY_MS : 0;
    if (run.order.perSecond() > 0) {
      atMs = Math.max(atMs, now + 1_000L * page.moved / run.order.perSecond());
    }
    stage(run, page.progress(now), atMs);
  }

  /** With the batch under way the task has got this far; it goes on at this moment. */
  private void stage(Run run, Progress progress, long atMs) {
    if (progress.done() == run.progress.done() && progress.state() == run.progress.state()) {
      // Nothing has been moved: to look again at what stays is no harm.
      run.progress = progress;
      goOn(run, atMs);
      return;
    }
    parts
        .batch()
        .changes()
        .putDefinition(TaskCodec.key(run.id), TaskCodec.encode(run.with(progress)));
    run.next = progress;
    run.nextAtMs = atMs;
    staged.add(run);
  }

  /** The batch is committed. */
  void committed() {
    for (Run run : staged) {
      Progress progress = run.next;
      if (progress != null) {
        run.next = null;
        run.progress = progress;
        goOn(run, run.nextAtMs);
        if (!progress.state().open()) {
          LOG.info(
              "task {} ({} {}) is {}: {} messages, skipped {}",
              run.id,
              run.order.action().code(),
              run.order.source(),
              progress.state().code(),
              progress.done(),
              progress.skipped());
        }
      }
    }
    staged.clear();
  }

  /** One page of a task, while it is staged. */
  private final class Page {
    private final Run run;
    private final LogCursor cursor;
    private final DeadLetterChoice choices;
    private final Map<String, Long> skipped;
    private final int most;
    private long next;
    private long bytes;
    private int moved;

    /** What has to happen before the next message can go; empty: nothing. */
    private String waitsFor = "";

    Page(Run run, LogCursor cursor, StoreView.CursorView view) {
      this.run = run;
      this.cursor = cursor;
      this.choices = new DeadLetterChoice(destinations, run.order, run.principal, cursor, view);
      this.skipped = new HashMap<>(run.progress.skipped());
      this.next = run.progress.next();
      int rate = run.order.perSecond();
      this.most =
          rate == 0
              ? MESSAGES_AT_ONCE
              : Math.min(MESSAGES_AT_ONCE, Math.max(1, rate / PAGES_A_SECOND));
    }

    boolean ended() {
      return moved >= most || !waitsFor.isEmpty();
    }

    /** False when the disk did not answer. */
    boolean take(ReadAhead.Result result) {
      ChunkInfo chunk = result.chunk();
      if (result.messages() == null) {
        if (!result.corrupt()) {
          LOG.warn("task {}: messages cannot be read; tried again", run.id, result.failure());
          return false;
        }
        parts.backlogs().report(cursor.log.name, result);
        skip(Skip.UNREADABLE, chunk.endSequence() - Math.max(next, chunk.firstSequence()));
        next = chunk.endSequence();
        return true;
      }
      for (StoredMessage message : result.messages()) {
        if (ended()) {
          return true;
        }
        if (message.sequence() >= next && stage(message)) {
          next = message.sequence() + 1;
        }
      }
      if (ended()) {
        return true;
      }
      next = Math.max(next, chunk.endSequence());
      return true;
    }

    /** False when it has to wait, and what follows with it. */
    private boolean stage(StoredMessage message) {
      DeadLetterChoice.Choice choice = choices.of(message);
      if (choice == null) {
        return true;
      }
      if (choice.skip() != null) {
        skip(choice.skip(), 1);
        return true;
      }
      Destinations.Destination destination = choice.destination();
      if (destination != null) {
        NodeError full = destination.full(parts.store().view(), message);
        if (full != null) {
          waitsFor = "waits for room in " + destination.node().name() + ": " + full.description();
          return false;
        }
        destination.stage(
            parts.batch(), message, choice.attributes(), run.order.action().ofQueue());
      }
      if (run.order.action() != Action.COPY) {
        parts.batch().depart(cursor, message);
      }
      moved++;
      bytes += message.bytes();
      return true;
    }

    private void skip(Skip why, long count) {
      skipped.merge(why.code(), count, Long::sum);
    }

    Progress progress(long nowMs) {
      Progress before = run.progress;
      return new Progress(
          before.state(),
          before.by(),
          before.startedMs(),
          nowMs,
          before.waiting(),
          next,
          before.done() + moved,
          before.bytes() + bytes,
          skipped,
          waitsFor);
    }
  }
}
