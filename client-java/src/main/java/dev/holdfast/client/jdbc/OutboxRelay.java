package dev.holdfast.client.jdbc;

import dev.holdfast.client.jdbc.OutboxSender.Outcome;
import dev.holdfast.client.jdbc.OutboxTable.Row;
import dev.holdfast.client.wire.Backoff;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import javax.sql.DataSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends what an outbox holds, on a thread of its own, until closed. Thread-safe.
 *
 * <p>A batch is read, sent and deleted in one transaction of the database, which keeps other relays
 * off its rows. If process, broker or database fail before that commits, the messages are sent
 * again under the same idempotency keys, and the broker stores them once, provided that is within
 * the node's idempotency window.
 */
public final class OutboxRelay implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(OutboxRelay.class);
  private static final Backoff AFTER_FAILURE =
      new Backoff(Duration.ofMillis(100), Duration.ofSeconds(10), new SplittableRandom());

  /** How long a closing relay waits for answers on their way. */
  private static final long GRACE_NANOS = TimeUnit.SECONDS.toNanos(2);

  /**
   * How a relay works.
   *
   * @param poll how often an empty table is looked at
   * @param batch most messages in a transaction
   * @param shared rows are locked one by one; otherwise one relay works at a time
   */
  record Settings(Duration poll, int batch, boolean shared) {}

  private final DataSource database;
  private final OutboxTable table;
  private final OutboxSender sender;
  private final Settings settings;
  private final Semaphore wakes = new Semaphore(0);
  private final Thread thread;
  private volatile boolean closing;
  private volatile long closedAt;

  OutboxRelay(DataSource database, OutboxTable table, OutboxSender sender, Settings settings) {
    this.database = database;
    this.table = table;
    this.sender = sender;
    this.settings = settings;
    this.thread = new Thread(this::work, "holdfast-outbox-" + table.name());
  }

  void start() {
    thread.start();
  }

  /** Looks at the table now: to be called after a commit, so that nothing waits for the poll. */
  public void wake() {
    wakes.release();
  }

  /** False once it is closed, or its client is closed or has given up. */
  public boolean isRunning() {
    return thread.isAlive();
  }

  private void work() {
    int failures = 0;
    try {
      while (!closing) {
        Duration pause = settings.poll();
        try {
          if (pass() > 0) {
            pause = Duration.ZERO;
          }
          failures = 0;
        } catch (SQLException | RuntimeException failed) {
          LOG.warn("outbox {}: {}", table.name(), failed.toString());
          pause = AFTER_FAILURE.before(failures++);
        }
        sender.tidy();
        if (!closing && sender.over()) {
          LOG.error(
              "outbox {}: its client is closed or has given up; the relay ends", table.name());
          return;
        }
        if (wakes.tryAcquire(pause.toMillis(), TimeUnit.MILLISECONDS)) {
          wakes.drainPermits();
        }
      }
    } catch (InterruptedException stopped) {
      LOG.warn("outbox {}: the relay's thread was interrupted and ends", table.name());
    } finally {
      sender.close();
    }
  }

  /** Sends one batch; returns how many messages are done with. */
  private int pass() throws SQLException, InterruptedException {
    try {
      return Sql.transaction(database, this::batch);
    } catch (SQLException | RuntimeException | InterruptedException known) {
      throw known;
    } catch (Exception other) {
      throw new SQLException(other);
    }
  }

  private int batch(Connection connection) throws SQLException, InterruptedException {
    if (!settings.shared() && !table.lock(connection, sender.name())) {
      // After a statement that failed, some databases let a transaction do nothing but this.
      connection.rollback();
      return 0;
    }
    List<Row> rows = table.take(connection, settings.batch(), sender.held(), settings.shared());
    int done = 0;
    for (Outcome outcome : sender.send(rows, this::hurries)) {
      if (outcome.accepted()) {
        table.delete(connection, outcome.row().seq());
        done++;
      } else if (outcome.refusal() != null) {
        LOG.warn(
            "outbox {}: row {} for {} is set aside: {}",
            table.name(),
            outcome.row().seq(),
            outcome.row().address(),
            outcome.refusal());
        table.refuse(connection, outcome.row().seq(), outcome.refusal());
        done++;
      }
    }
    return done;
  }

  private boolean hurries() {
    return closing && System.nanoTime() - closedAt > GRACE_NANOS;
  }

  /**
   * Ends the relay: what is on its way gets a moment to be answered, the rest stays in the table.
   * Waits for the thread. Again: nothing.
   */
  @Override
  public void close() {
    if (!closing) {
      closedAt = System.nanoTime();
      closing = true;
    }
    wake();
    try {
      // Not interrupted: some databases that run in the process do not survive that.
      thread.join();
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
    }
  }
}
