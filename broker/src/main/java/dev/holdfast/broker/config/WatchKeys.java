package dev.holdfast.broker.config;

import java.time.Duration;
import java.util.List;

/** What can be configured about metrics and warnings. */
final class WatchKeys {
  static final ConfigKey<Integer> NODES =
      ConfigKey.of(
          "metrics.max-nodes",
          ValueType.integer(0, 10_000),
          "100",
          "Nodes that /metrics tells of by name, those with the most messages; the others are told"
              + " of together.");

  static final ConfigKey<Duration> SLOW_COMMIT =
      ConfigKey.of(
          "warnings.slow-commit",
          ValueType.duration(Duration.ofMillis(1), Duration.ofHours(1)),
          "1s",
          "A commit that takes longer is logged as HF-SLOW-COMMIT, at most every 30 s.");

  static final ConfigKey<Duration> STUCK_AFTER =
      ConfigKey.of(
          "warnings.stuck-after",
          ValueType.duration(Duration.ZERO, Duration.ofDays(365)),
          "10m",
          "A queue or durable subscription that holds messages, and from which nothing has been"
              + " taken for this long, is logged as HF-STUCK; 0s: none is.");

  private WatchKeys() {}

  static List<ConfigKey<?>> all() {
    return List.of(NODES, SLOW_COMMIT, STUCK_AFTER);
  }

  static BrokerConfig.Watch watch(ConfigValues values) {
    return new BrokerConfig.Watch(
        values.get(NODES), values.get(SLOW_COMMIT), values.get(STUCK_AFTER));
  }
}
