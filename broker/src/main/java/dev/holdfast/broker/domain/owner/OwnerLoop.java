package dev.holdfast.broker.domain.owner;

import dev.holdfast.acl.AccessPolicy;
import dev.holdfast.broker.domain.DeadLetterAdmin;
import dev.holdfast.broker.domain.FilterCodec;
import dev.holdfast.broker.domain.IdempotencyAdmin;
import dev.holdfast.broker.domain.MaintenanceAdmin;
import dev.holdfast.broker.domain.NodeAdmin;
import dev.holdfast.broker.domain.OwnerCommand;
import dev.holdfast.broker.domain.OwnerInbox;
import dev.holdfast.broker.domain.StatisticsPort;
import dev.holdfast.broker.domain.TemplateAdmin;
import dev.holdfast.broker.domain.TopicAdmin;
import dev.holdfast.storage.MessageStore;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The owner thread: the only one that touches nodes, cursors and the store.
 *
 * <p>Threading: {@link #submit} and {@link #admin()} from any thread; {@link #start} and {@link
 * #stop} once each. The store is the caller's: opened before, closed after {@link #stop} has
 * completed.
 */
public final class OwnerLoop implements OwnerInbox {
  private static final Logger LOG = LoggerFactory.getLogger(OwnerLoop.class);
  private static final long MAX_PARK_MS = 250;

  private final Inbox inbox = new Inbox();
  private final InstantSource clock;
  private final LoopBody body;
  private final NodeAdmin admin;
  private final TopicAdmin topicAdmin;
  private final IdempotencyAdmin idempotencyAdmin;
  private final TemplateAdmin templateAdmin;
  private final DeadLetterAdmin deadLetterAdmin;
  private final MaintenanceAdmin maintenance;
  private final StatisticsPort statistics;
  private final Consumer<Throwable> onFatal;
  private final ExecutorService reader;
  private final Thread thread;
  private final CompletableFuture<Void> stopped = new CompletableFuture<>();

  private volatile boolean parked;
  private volatile boolean stopping;

  /** One whose fatal errors are only logged. */
  public OwnerLoop(
      MessageStore store, DomainSettings settings, AccessPolicy policy, InstantSource clock) {
    this(store, settings, policy, FilterCodec.NONE, clock, error -> {});
  }

  /**
   * Makes one.
   *
   * @param filters reads the filters of stored subscriptions
   * @param onFatal called once, on the owner thread, when the loop cannot go on: the store is not
   *     writable any more, or a fault of the program. Nothing was answered that is not kept. The
   *     process must end with an error
   */
  public OwnerLoop(
      MessageStore store,
      DomainSettings settings,
      AccessPolicy policy,
      FilterCodec filters,
      InstantSource clock,
      Consumer<Throwable> onFatal) {
    this.clock = clock;
    this.onFatal = onFatal;
    this.reader = Executors.newSingleThreadExecutor(task -> daemon(task, "holdfast-reader"));
    this.body =
        new LoopBody(
            new LoopBody.Surroundings(
                store,
                policy,
                filters,
                clock,
                RandomGenerator.getDefault(),
                reader,
                OwnerLoop::pause),
            settings,
            inbox,
            this);
    this.admin = new OwnerAdmin(this, body.admin());
    this.topicAdmin = new OwnerTopicAdmin(this, body.admin());
    this.maintenance = new OwnerMaintenance(this, body.admin());
    this.templateAdmin = new OwnerTemplateAdmin(this, body.admin());
    this.idempotencyAdmin = new OwnerIdempotencyAdmin(this, body.admin());
    this.statistics = new OwnerStatistics(this, body.admin());
    this.deadLetterAdmin = new OwnerDeadLetterAdmin(this, body.admin());
    this.thread = daemon(this::run, "holdfast-owner");
  }

  /** Starts the thread, which first builds every queue from the store. */
  public void start() {
    thread.start();
  }

  /**
   * Carries out what has been submitted, ends every link with FORCED, syncs, and ends the thread.
   *
   * @return completes when the store may be closed; exceptionally when the loop had failed
   */
  public CompletionStage<Void> stop() {
    stopping = true;
    LockSupport.unpark(thread);
    return stopped;
  }

  /** What management may do. */
  public NodeAdmin admin() {
    return admin;
  }

  /** What management may do with topics and subscriptions. */
  public TopicAdmin topicAdmin() {
    return topicAdmin;
  }

  /** What it does. */
  public StatisticsPort statistics() {
    return statistics;
  }

  /** What management may hold back. */
  public MaintenanceAdmin maintenance() {
    return maintenance;
  }

  /** What management may do with templates of queues. */
  public TemplateAdmin templateAdmin() {
    return templateAdmin;
  }

  /** What management may do with idempotency keys. */
  public IdempotencyAdmin idempotencyAdmin() {
    return idempotencyAdmin;
  }

  /** What management may do with dead letters and delayed messages. */
  public DeadLetterAdmin deadLetterAdmin() {
    return deadLetterAdmin;
  }

  @Override
  public void submit(String principal, List<? extends OwnerCommand> batch) {
    if (batch.isEmpty()) {
      return;
    }
    inbox.put(principal, batch);
    // The put may be seen late; the flag must not be read before it is out.
    java.lang.invoke.VarHandle.fullFence();
    if (parked) {
      LockSupport.unpark(thread);
    }
  }

  private void run() {
    try {
      body.start();
      while (!stopping) {
        if (!body.runOnce()) {
          park();
        }
      }
      while (body.runOnce()) {
        Thread.onSpinWait();
      }
      body.shutDown();
      reader.shutdown();
      awaitReader();
      stopped.complete(null);
    } catch (Throwable fatal) {
      LOG.error("the owner loop has failed; the broker must end", fatal);
      reader.shutdown();
      stopped.completeExceptionally(fatal);
      onFatal.accept(fatal);
    }
  }

  private void awaitReader() {
    try {
      if (!reader.awaitTermination(10, TimeUnit.SECONDS)) {
        LOG.warn("a read of the backlog has not ended within 10 seconds");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void park() {
    parked = true;
    if (inbox.isEmpty() && !stopping) {
      long wait = Math.min(MAX_PARK_MS, body.wakeUpMs() - clock.millis());
      if (wait > 0) {
        LockSupport.parkNanos(this, TimeUnit.MILLISECONDS.toNanos(wait));
      }
    }
    parked = false;
  }

  private static void pause(long milliseconds) {
    LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(milliseconds));
  }

  private static Thread daemon(Runnable task, String name) {
    Thread thread = new Thread(task, name);
    thread.setDaemon(true);
    return thread;
  }
}
