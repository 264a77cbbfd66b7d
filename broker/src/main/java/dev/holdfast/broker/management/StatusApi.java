package dev.holdfast.broker.management;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.holdfast.acl.Permission;
import dev.holdfast.acl.Principal;
import dev.holdfast.broker.domain.QueueInfo;
import dev.holdfast.broker.domain.Statistics;
import dev.holdfast.storage.StoreHealth;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;

/** Status and health. */
final class StatusApi {
  private static final long PATIENCE_MS = 2_000;

  private final ManagementServices services;
  private final Executor workers;

  /** With workers to sum up and write answers: stages of nodes complete on the owner thread. */
  StatusApi(ManagementServices services, Executor workers) {
    this.services = services;
    this.workers = workers;
  }

  /** Answered to anybody who reaches the socket: says no more than yes or no to strangers. */
  CompletionStage<ApiAnswer> health(ApiRequest request) {
    String reason = services.broker().notReady();
    if (reason.isEmpty() && !services.broker().store().publishable()) {
      reason = services.broker().store().reason();
    }
    Principal caller = request.caller();
    boolean trusted = caller != null && caller.roles().contains(Principal.ADMIN);
    if (!reason.isEmpty()) {
      return CompletableFuture.completedStage(health(reason, trusted, List.of()));
    }
    // A broker whose disk does not answer accepts connections, and nothing else.
    return services
        .statistics()
        .commits()
        .thenCombine(
            caller != null && trusted
                ? services.statistics().stuck(caller)
                : CompletableFuture.completedStage(List.<Statistics.StuckNode>of()),
            this::checks)
        .toCompletableFuture()
        .orTimeout(PATIENCE_MS, TimeUnit.MILLISECONDS)
        .handleAsync(
            (checks, failure) ->
                failure == null
                    ? health("", trusted, checks)
                    : health(
                        "the store has not answered for " + PATIENCE_MS + " ms",
                        trusted,
                        List.of()),
            workers);
  }

  private List<Finding> checks(Statistics.Commits commits, List<Statistics.StuckNode> stuck) {
    long now = System.currentTimeMillis();
    List<Finding> checks = new ArrayList<>();
    checks.add(HealthChecks.ready(services.broker()));
    checks.add(HealthChecks.disk(services.broker().store()));
    checks.add(HealthChecks.commits(commits, now));
    checks.add(HealthChecks.audit(services.audit().log()));
    checks.addAll(HealthChecks.stuck(stuck, now));
    return checks;
  }

  private static ApiAnswer health(String reason, boolean trusted, List<Finding> checks) {
    ObjectNode health = Json.object().put("alive", true).put("ready", reason.isEmpty());
    if (trusted && !reason.isEmpty()) {
      health.put("reason", reason);
    }
    if (trusted && !checks.isEmpty()) {
      health.set("checks", HealthChecks.show(checks));
    }
    return new ApiAnswer(reason.isEmpty() ? 200 : 503, Json.bytes(health));
  }

  CompletionStage<ApiAnswer> alive(ApiRequest request) {
    return CompletableFuture.completedStage(ApiAnswer.ok(Json.object().put("alive", true)));
  }

  CompletionStage<ApiAnswer> status(ApiRequest request) {
    Principal principal = request.authorised(services.policy(), Permission.INSPECT);
    return services
        .nodes()
        .queues(principal)
        .thenCombineAsync(
            services.maintenance().admin().mode(),
            (queues, mode) -> {
              ObjectNode status = status(principal, queues);
              status.set("mode", MaintenanceApi.show(mode));
              status.put("pausedQueues", queues.stream().filter(q -> !q.pause().isNone()).count());
              return ApiAnswer.ok(status);
            },
            workers);
  }

  private ObjectNode status(Principal principal, List<QueueInfo> queues) {
    BrokerView broker = services.broker();
    BrokerView.Facts facts = broker.facts();
    ObjectNode status =
        Json.object()
            .put("version", facts.version())
            .put("pid", facts.pid())
            .put("uptimeSeconds", broker.uptimeSeconds())
            .put("dataDirectory", facts.dataDirectory());
    ObjectNode you = status.putObject("you").put("principal", principal.name());
    var roles = you.putArray("roles");
    principal.roles().stream().sorted().forEach(roles::add);
    var listeners = status.putArray("listeners");
    facts
        .listeners()
        .forEach(
            l -> listeners.addObject().put("protocol", l.protocol()).put("address", l.address()));
    StoreHealth store = broker.store();
    status
        .putObject("store")
        .put("publishable", store.publishable())
        .put("reason", store.reason())
        .put("freeBytes", store.freeBytes())
        .put("reserveBytes", store.reserveBytes())
        .put("storedBytes", store.storedBytes());
    status
        .putObject("totals")
        .put("queues", queues.size())
        .put("messages", queues.stream().mapToLong(QueueInfo::messages).sum())
        .put("unsettled", queues.stream().mapToLong(QueueInfo::unsettled).sum())
        .put("connections", broker.connections());
    return status;
  }
}
