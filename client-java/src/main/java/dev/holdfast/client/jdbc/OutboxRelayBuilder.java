package dev.holdfast.client.jdbc;

import dev.holdfast.client.Holdfast;
import java.sql.SQLException;
import java.time.Duration;
import javax.sql.DataSource;

/** Options of a relay. Not thread-safe. */
public final class OutboxRelayBuilder {
  private static final int DEFAULT_BATCH = 100;
  private static final int MOST = 1_000;

  private final DataSource database;
  private final OutboxTable table;
  private final Holdfast holdfast;
  private Duration pollInterval = Duration.ofMillis(500);
  private Duration sendTimeout = Duration.ofSeconds(10);
  private int batch = DEFAULT_BATCH;
  private boolean inOrder;

  OutboxRelayBuilder(DataSource database, OutboxTable table, Holdfast holdfast) {
    this.database = database;
    this.table = table;
    this.holdfast = holdfast;
  }

  /** How often an empty table is looked at; 500 ms unless set. */
  public OutboxRelayBuilder pollInterval(Duration interval) {
    require(interval.toMillis() >= 1, "pollInterval " + interval + ": must be at least 1 ms");
    this.pollInterval = interval;
    return this;
  }

  /**
   * How long to wait for the broker's answers to one batch; 10 s unless set. The database's
   * transaction is open that long.
   */
  public OutboxRelayBuilder sendTimeout(Duration timeout) {
    require(timeout.toMillis() >= 1, "sendTimeout " + timeout + ": must be at least 1 ms");
    this.sendTimeout = timeout;
    return this;
  }

  /** Most messages sent in one transaction, 1 to 1,000; 100 unless set. */
  public OutboxRelayBuilder batch(int messages) {
    require(messages >= 1 && messages <= MOST, "batch " + messages + ": must be 1 to " + MOST);
    this.batch = messages;
    return this;
  }

  /**
   * Lets one relay of the table work at a time, if all of them are made with this: then messages
   * keep their order however many relays there are. Without it several share the rows where the
   * database can do that, and the batch of one may overtake that of another.
   */
  public OutboxRelayBuilder inOrder() {
    this.inOrder = true;
    return this;
  }

  /** Starts the relay's thread. */
  public OutboxRelay start() throws SQLException {
    boolean shared = !inOrder && table.sharesRows(database);
    OutboxSender sender = new OutboxSender(holdfast, sendTimeout);
    OutboxRelay relay =
        new OutboxRelay(
            database, table, sender, new OutboxRelay.Settings(pollInterval, batch, shared));
    relay.start();
    return relay;
  }

  private static void require(boolean holds, String message) {
    if (!holds) {
      throw new IllegalArgumentException(message);
    }
  }
}
