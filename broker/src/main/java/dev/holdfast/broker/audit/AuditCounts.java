package dev.holdfast.broker.audit;

import dev.holdfast.broker.audit.AuditEvent.Outcome;
import java.util.concurrent.atomic.LongAdder;

/** What the audit log has been told since the broker started. Any thread. */
public final class AuditCounts {
  private final LongAdder written = new LongAdder();
  private final LongAdder failures = new LongAdder();
  private final LongAdder lost = new LongAdder();
  private final LongAdder logins = new LongAdder();
  private final LongAdder failedLogins = new LongAdder();
  private final LongAdder throttledLogins = new LongAdder();
  private final LongAdder denials = new LongAdder();
  private final LongAdder cutOffs = new LongAdder();

  AuditCounts() {}

  void told(AuditEvent event) {
    switch (event.name()) {
      case "auth" -> {
        switch (event.outcome()) {
          case OK -> logins.add(event.count());
          case DENY -> failedLogins.add(event.count());
          case ERROR -> throttledLogins.add(event.count());
        }
      }
      case "access" -> denials.add(event.outcome() == Outcome.DENY ? event.count() : 0);
      case "limit" -> cutOffs.add(event.count());
      default -> {
        // Its record says enough.
      }
    }
  }

  void written(long records) {
    written.add(records);
  }

  void failed() {
    failures.increment();
  }

  void lost(long records) {
    lost.add(records);
  }

  /** Records written. */
  public long written() {
    return written.sum();
  }

  /** Attempts to write that failed. */
  public long failures() {
    return failures.sum();
  }

  /** Records that could not be kept. */
  public long lost() {
    return lost.sum();
  }

  /** Successful authentications on AMQP connections, renewals by token included. */
  public long logins() {
    return logins.sum();
  }

  /** Failed authentications. */
  public long failedLogins() {
    return failedLogins.sum();
  }

  /** Authentications that were put off, because too many had failed. */
  public long throttledLogins() {
    return throttledLogins.sum();
  }

  /** Requests that the access rules denied. */
  public long denials() {
    return denials.sum();
  }

  /** Peers that were refused or cut off for breaking a limit or the protocol. */
  public long cutOffs() {
    return cutOffs.sum();
  }
}
