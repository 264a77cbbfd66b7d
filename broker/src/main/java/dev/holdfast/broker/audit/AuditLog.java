package dev.holdfast.broker.audit;

import dev.holdfast.broker.audit.AuditEvent.Outcome;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jctools.queues.MpscArrayQueue;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The audit log (SECURITY §7), written by a thread of its own: what has come meanwhile is written
 * together, and synced when somebody waits for it, else once a second. Checkpoints are signed every
 * 1,000 events or 5 s. Methods may be called by any thread.
 */
public final class AuditLog implements AuditTrail, AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(AuditLog.class);
  private static final int RING = 65_536;
  private static final int BATCH = 1_000;
  private static final long REPEATS_NANOS = TimeUnit.SECONDS.toNanos(1);
  private static final long CHECKPOINT_NANOS = TimeUnit.SECONDS.toNanos(5);
  private static final long PARK_NANOS = TimeUnit.MILLISECONDS.toNanos(250);

  private final AuditSettings settings;
  private final LogOpener opener;
  private final Runnable onStop;
  private final MpscArrayQueue<AuditEvent> ring = new MpscArrayQueue<>(RING);
  private final Queue<Waiting> kept = new ConcurrentLinkedQueue<>();
  private final AtomicInteger keptCount = new AtomicInteger();
  private final AtomicLong lost = new AtomicLong();
  private final AuditCounts counts = new AuditCounts();
  private final Repeats repeats = new Repeats();
  private final Thread thread = new Thread(this::run, "holdfast-audit");

  private volatile boolean parked;
  private volatile boolean closing;
  private volatile boolean failing;

  // The log's thread, once it runs.
  private @Nullable ChainWriter writer;
  private long syncedAt = System.nanoTime();
  private long repeatsAt = System.nanoTime();

  // Due at once: what a killed broker left unsigned has been so for long enough.
  private long checkpointAt = System.nanoTime() - CHECKPOINT_NANOS;

  private record Waiting(AuditEvent event, @Nullable CompletableFuture<Void> written) {}

  private AuditLog(AuditSettings settings, LogOpener opener, Runnable onStop) {
    this.settings = settings;
    this.opener = opener;
    this.onStop = onStop;
  }

  /**
   * What the log needs.
   *
   * @param clock of the time in records
   * @param sealingKey 32 bytes that outlive the process, for the signing key at rest
   * @param database id of the store
   * @param commits number of the store's last commit
   * @param seeds gives a fresh seed of a signing key each time
   * @param onStop called once when it cannot be written and the settings say to stop
   */
  public record Needs(
      InstantSource clock,
      byte[] sealingKey,
      String database,
      LongSupplier commits,
      Supplier<byte[]> seeds,
      Runnable onStop) {}

  /**
   * Opens the log, or begins one, and starts its thread.
   *
   * @throws AuditException when it cannot
   */
  public static AuditLog open(AuditSettings settings, Needs needs) {
    LogOpener opener = new LogOpener(settings, needs);
    AuditLog log = new AuditLog(settings, opener, needs.onStop());
    log.writer = opener.open();
    opener.takeFindings().forEach(log::keep);
    log.thread.start();
    return log;
  }

  @Override
  public void record(AuditEvent event) {
    counts.told(event);
    if (!ring.offer(event)) {
      lose(1);
    }
    wake();
  }

  @Override
  public void keep(AuditEvent event) {
    counts.told(event);
    if (keptCount.incrementAndGet() > RING) {
      // Only when nothing can be written for long: memory has to end somewhere.
      keptCount.decrementAndGet();
      lose(1);
      return;
    }
    kept.add(new Waiting(event, null));
    wake();
  }

  @Override
  public void count(AuditEvent event) {
    counts.told(event);
    if (repeats.add(event)) {
      wake();
    }
  }

  @Override
  public CompletionStage<Void> durably(AuditEvent event) {
    CompletableFuture<Void> written = new CompletableFuture<>();
    if (closing || (failing && settings.onFull() != AuditSettings.OnFull.DROP)) {
      written.completeExceptionally(full());
      return written;
    }
    keptCount.incrementAndGet();
    kept.add(new Waiting(event, written));
    wake();
    return written;
  }

  /** The JSON of the last checkpoint, for those who keep it elsewhere; empty before the first. */
  public String lastCheckpoint() {
    return opener.lastCheckpoint();
  }

  /** The public key that everything can be verified with, base64url. */
  public String rootKey() {
    return opener.rootKey();
  }

  /** Whether records cannot be written at the moment. */
  public boolean isFailing() {
    return failing;
  }

  /** How many ordinary events were lost and not recorded as such yet. */
  public long lost() {
    return lost.get();
  }

  /** What has been recorded, and more. */
  public AuditCounts counts() {
    return counts;
  }

  private void lose(long records) {
    lost.addAndGet(records);
    counts.lost(records);
  }

  private void wake() {
    if (parked) {
      LockSupport.unpark(thread);
    }
  }

  private void run() {
    while (!closing) {
      turn(false);
    }
    turn(true);
    fail(drainKept());
  }

  private void turn(boolean last) {
    List<Waiting> waiting = drainKept();
    List<AuditEvent> counted = repeats.takeFirst();
    long now = System.nanoTime();
    if (last || now - repeatsAt >= REPEATS_NANOS) {
      repeatsAt = now;
      counted.addAll(repeats.takeDue());
    }
    List<AuditEvent> ordinary = new ArrayList<>();
    ring.drain(ordinary::add, last ? RING : BATCH);
    long gone = ring.isEmpty() ? lost.getAndSet(0) : 0;
    try {
      ChainWriter to = ready();
      List<AuditEvent> all = new ArrayList<>(counted);
      all.addAll(ordinary);
      waiting.forEach(w -> all.add(w.event));
      if (gone > 0) {
        all.add(AuditEvent.of("audit.lost", Outcome.ERROR).count(gone));
      }
      write(to, all, waiting, last, now);
      boolean idle = all.isEmpty();
      if (idle && !last) {
        park();
      }
    } catch (java.io.IOException | RuntimeException e) {
      // Whatever it is: who waits for a record must hear of it, and the thread has to go on.
      lost.addAndGet(gone);
      lose(ordinary.size());
      repeats.putBack(counted);
      broken(e, waiting);
    }
  }

  private void write(
      ChainWriter to, List<AuditEvent> all, List<Waiting> waiting, boolean last, long now)
      throws java.io.IOException {
    for (int from = 0; from < all.size(); from += BATCH) {
      to.append(all.subList(from, Math.min(all.size(), from + BATCH)));
    }
    boolean awaited = waiting.stream().anyMatch(w -> w.written != null);
    if (awaited || last || (to.hasUnsynced() && now - syncedAt >= REPEATS_NANOS)) {
      to.sync();
      syncedAt = now;
    }
    for (Waiting one : waiting) {
      if (one.written != null) {
        one.written.complete(null);
      }
    }
    if (last || now - checkpointAt >= CHECKPOINT_NANOS) {
      checkpointAt = now;
      to.checkpoint();
    }
  }

  private void park() {
    parked = true;
    if (ring.isEmpty() && kept.isEmpty() && !closing) {
      LockSupport.parkNanos(this, PARK_NANOS);
    }
    parked = false;
  }

  private ChainWriter ready() {
    ChainWriter open = writer;
    if (open == null) {
      open = opener.open();
      writer = open;
      failing = false;
      opener.takeFindings().forEach(this::keep);
      LOG.warn("The audit log can be written again");
    }
    return open;
  }

  /** What the file holds is unknown now: it is closed, and read when it is opened again. */
  private void broken(Exception cause, List<Waiting> waiting) {
    counts.failed();
    if (!failing) {
      LOG.error(
          "HF-AUDIT-FULL: the audit log in {} cannot be written: {}",
          settings.directory(),
          cause.toString());
      failing = true;
      if (settings.onFull() == AuditSettings.OnFull.STOP) {
        onStop.run();
      }
    }
    opener.close(writer);
    writer = null;
    fail(waiting);
    if (!closing) {
      LockSupport.parkNanos(this, REPEATS_NANOS);
    }
  }

  private void fail(List<Waiting> waiting) {
    for (Waiting one : waiting) {
      if (one.written == null || settings.onFull() == AuditSettings.OnFull.DROP) {
        lose(1);
      }
      if (one.written != null && settings.onFull() == AuditSettings.OnFull.DROP) {
        one.written.complete(null);
      } else if (one.written != null) {
        one.written.completeExceptionally(full());
      }
    }
  }

  private List<Waiting> drainKept() {
    List<Waiting> all = new ArrayList<>();
    for (Waiting one = kept.poll(); one != null; one = kept.poll()) {
      all.add(one);
    }
    keptCount.addAndGet(-all.size());
    return all;
  }

  private static AuditException full() {
    return new AuditException(
        AuditException.Reason.FULL,
        "HF-AUDIT-FULL: the audit log cannot be written, and this must not happen without a"
            + " record; the broker's log says why");
  }

  /** Writes what has come, signs it, and ends the thread. */
  @Override
  public void close() {
    closing = true;
    LockSupport.unpark(thread);
    try {
      thread.join(TimeUnit.SECONDS.toMillis(10));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    opener.close(writer);
  }
}
