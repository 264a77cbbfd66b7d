package dev.holdfast.broker.management;

import dev.holdfast.acl.AccessPolicy;
import dev.holdfast.broker.access.AccessRules;
import dev.holdfast.broker.audit.AuditLog;
import dev.holdfast.broker.domain.DeadLetterAdmin;
import dev.holdfast.broker.domain.IdempotencyAdmin;
import dev.holdfast.broker.domain.MaintenanceAdmin;
import dev.holdfast.broker.domain.NodeAdmin;
import dev.holdfast.broker.domain.PartSource;
import dev.holdfast.broker.domain.StatisticsPort;
import dev.holdfast.broker.domain.TemplateAdmin;
import dev.holdfast.broker.domain.TopicAdmin;
import dev.holdfast.broker.identity.PeerPrincipals;
import dev.holdfast.broker.identity.UserStore;
import dev.holdfast.broker.identity.token.TokenService;
import dev.holdfast.broker.metrics.BrokerMetrics;
import java.nio.file.Path;
import java.util.function.Consumer;

/**
 * What the API works on.
 *
 * @param nodes queues and messages
 * @param topics topics and subscriptions
 * @param deadLetters dead letters and delayed messages
 * @param templates of queues
 * @param keys idempotency keys
 * @param parts of large messages
 * @param users who logs in with a password
 * @param tokens scoped credentials
 * @param policy who may manage the broker itself
 * @param access the rules behind it
 * @param peers names callers by their uid
 * @param broker the process
 * @param audit where what is done is recorded
 * @param statistics what the nodes count
 * @param metrics what it counts
 * @param maintenance what may be held back
 * @param maxMessageBytes largest message of any queue, and the default of new ones
 */
public record ManagementServices(
    NodeAdmin nodes,
    TopicAdmin topics,
    DeadLetterAdmin deadLetters,
    TemplateAdmin templates,
    IdempotencyAdmin keys,
    PartSource parts,
    UserStore users,
    TokenService tokens,
    AccessPolicy policy,
    AccessRules access,
    PeerPrincipals peers,
    BrokerView broker,
    Audit audit,
    StatisticsPort statistics,
    BrokerMetrics metrics,
    Maintenance maintenance,
    long maxMessageBytes) {

  /**
   * Holding back.
   *
   * @param admin of it
   * @param refuseConnections told whether new connections are let in
   */
  public record Maintenance(MaintenanceAdmin admin, Consumer<Boolean> refuseConnections) {}

  /**
   * The audit log.
   *
   * @param log takes records
   * @param directory of its files
   */
  public record Audit(AuditLog log, Path directory) {}
}
