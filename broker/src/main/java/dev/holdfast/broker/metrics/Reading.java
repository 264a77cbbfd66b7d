package dev.holdfast.broker.metrics;

import dev.holdfast.broker.amqp.ConnectionInfo;
import dev.holdfast.broker.audit.AuditLog;
import dev.holdfast.broker.domain.Statistics;
import dev.holdfast.storage.StoreHealth;
import java.util.List;

/**
 * Everything that one scrape tells of.
 *
 * @param broker the broker itself
 * @param domain nodes and messages
 * @param store room and files
 * @param connections open ones
 * @param audit log of who did what
 */
record Reading(
    BrokerFacts broker,
    Statistics domain,
    StoreHealth store,
    List<ConnectionInfo> connections,
    AuditLog audit) {

  /**
   * The broker itself.
   *
   * @param version of it
   * @param uptimeSeconds since it was ready
   * @param ready whether it takes work
   * @param certificateEndsMs when the certificate that it serves ends, epoch milliseconds; 0: none
   */
  record BrokerFacts(String version, long uptimeSeconds, boolean ready, long certificateEndsMs) {}
}
