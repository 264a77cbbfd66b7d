package dev.holdfast.broker.config;

import dev.holdfast.broker.limits.LimitTable;
import dev.holdfast.broker.limits.PrincipalLimits;
import dev.holdfast.broker.limits.PrincipalLimits.Rate;
import java.util.List;

/** What can be configured of the limits of principals. */
final class LimitKeys {
  private static final long KIB = 1024;
  private static final long MIB = KIB * KIB;
  private static final long GIB = KIB * MIB;
  private static final int MILLION = 1_000_000;

  static final ConfigKey<Integer> CONNECTIONS =
      ConfigKey.of(
          "limits.connections",
          ValueType.integer(1, 100_000),
          "256",
          "Connections of one principal at one time.");

  static final ConfigKey<Integer> LINKS =
      ConfigKey.of(
          "limits.links",
          ValueType.integer(1, MILLION),
          "16384",
          "Links of one principal at one time, over all its connections.");

  static final ConfigKey<Integer> UNSETTLED =
      ConfigKey.of(
          "limits.unsettled",
          ValueType.integer(1, MILLION),
          "100000",
          "Deliveries that one principal's consumers may have and not have settled; the next one"
              + " waits.");

  static final ConfigKey<Long> IN_FLIGHT =
      ConfigKey.of(
          "limits.bytes-in-flight",
          ValueType.size(64 * KIB, 64 * GIB),
          "64MiB",
          "What one principal may have sent that is not stored; its sessions' windows close"
              + " meanwhile.");

  static final ConfigKey<Integer> MESSAGES =
      ConfigKey.of(
          "limits.messages-per-second",
          ValueType.integer(0, MILLION),
          "0",
          "Messages that one principal may send in a second, by credit; 0: as many as the broker"
              + " takes.");

  static final ConfigKey<Long> BYTES =
      ConfigKey.of(
          "limits.bytes-per-second",
          ValueType.size(0, 64 * GIB),
          "0",
          "What one principal may send in a second, by credit and windows; a large message that"
              + " goes beyond it delays the next. 0: as much as the broker takes.");

  static final ConfigKey<Integer> RECEIVED_MESSAGES =
      ConfigKey.of(
          "limits.receive-messages-per-second",
          ValueType.integer(0, MILLION),
          "0",
          "Messages that all consumers of one principal may be sent in a second, browsers included;"
              + " what comes after waits. 0: as many as they take.");

  static final ConfigKey<Long> RECEIVED_BYTES =
      ConfigKey.of(
          "limits.receive-bytes-per-second",
          ValueType.size(0, 64 * GIB),
          "0",
          "What all consumers of one principal may be sent in a second; a large message that goes"
              + " beyond it delays the next. 0: as much as they take.");

  static final ConfigKey<Long> MESSAGE_SIZE =
      ConfigKey.of(
          "limits.message-size",
          ValueType.size(KIB, GIB),
          "1GiB",
          "Largest message of one principal; amqp.max-message-size and the queue may say less.");

  static final ConfigKey<Integer> TEMPORARY =
      ConfigKey.of(
          "limits.temporary-nodes",
          ValueType.integer(0, MILLION),
          "256",
          "Temporary queues and topics of one principal at one time.");

  static final ConfigKey<List<LimitTable.Rule>> OVERRIDES =
      ConfigKey.of(
          "limits.overrides",
          new ValueType<>(
              "entries of a principal or role:NAME and LIMIT=VALUE, separated by blanks",
              LimitRules::read),
          "",
          "Other limits for some, as [\"user:batch messages-per-second=500 connections=4\","
              + " \"role:admin connections=1000\"]. A principal's own entry counts more than one"
              + " of its role, the later one more than an earlier one.");

  private LimitKeys() {}

  static List<ConfigKey<?>> all() {
    return List.of(
        CONNECTIONS,
        LINKS,
        UNSETTLED,
        IN_FLIGHT,
        MESSAGES,
        BYTES,
        RECEIVED_MESSAGES,
        RECEIVED_BYTES,
        MESSAGE_SIZE,
        TEMPORARY,
        OVERRIDES);
  }

  static LimitTable table(ConfigValues values) {
    return new LimitTable(
        new PrincipalLimits(
            values.get(CONNECTIONS),
            values.get(LINKS),
            values.get(UNSETTLED),
            values.get(IN_FLIGHT),
            new Rate(values.get(MESSAGES), values.get(BYTES)),
            new Rate(values.get(RECEIVED_MESSAGES), values.get(RECEIVED_BYTES)),
            values.get(MESSAGE_SIZE),
            values.get(TEMPORARY)),
        values.get(OVERRIDES));
  }
}
