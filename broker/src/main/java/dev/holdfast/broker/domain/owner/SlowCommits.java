package dev.holdfast.broker.domain.owner;

import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Counts how long commits take, and says which are slow, but not too often. Owner thread. */
final class SlowCommits {
  private static final Logger LOG = LoggerFactory.getLogger(SlowCommits.class);
  private static final long QUIET_MS = 30_000;
  private static final int NAMED = 5;

  private final CommitTimes times;
  private final long slowNanos;
  private long warnedMs = Long.MIN_VALUE;
  private long unsaid;

  SlowCommits(CommitTimes times, long slowMs) {
    this.times = times;
    this.slowNanos = TimeUnit.MILLISECONDS.toNanos(slowMs);
  }

  /** A batch has been committed. */
  void committed(StagedBatch batch, boolean synced, long nanos) {
    times.committed(synced, nanos);
    if (nanos <= slowNanos) {
      return;
    }
    long now = batch.nowMs();
    times.slow(now);
    if (warnedMs != Long.MIN_VALUE && now >= warnedMs && now - warnedMs < QUIET_MS) {
      unsaid++;
      return;
    }
    LOG.warn(
        "HF-SLOW-COMMIT: a commit took {} ms{}; {} more were slow since the last warning; is the"
            + " disk busy or failing?",
        TimeUnit.NANOSECONDS.toMillis(nanos),
        who(batch.appendedTo()),
        unsaid);
    warnedMs = now;
    unsaid = 0;
  }

  private static String who(List<NodeLog> logs) {
    if (logs.isEmpty()) {
      return "";
    }
    String names =
        logs.stream()
            .limit(NAMED)
            .map(log -> log.name)
            .distinct()
            .collect(Collectors.joining(", "));
    return ", with messages for " + names + (logs.size() > NAMED ? " and others" : "");
  }
}
