package dev.holdfast.broker.management;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.holdfast.acl.AccessPolicy;
import dev.holdfast.acl.Permission;
import dev.holdfast.broker.audit.AuditLog;
import dev.holdfast.broker.audit.AuditQuery;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;

/** The audit log: find records, see its state. Needs the right to manage the broker. */
final class AuditApi {
  private static final int MOST = 10_000;
  private static final int BY_DEFAULT = 100;

  private final ManagementServices.Audit audit;
  private final AccessPolicy policy;
  private final Executor workers;

  AuditApi(ManagementServices services, Executor workers) {
    this.audit = services.audit();
    this.policy = services.policy();
    this.workers = workers;
  }

  CompletionStage<ApiAnswer> query(ApiRequest request) {
    request.authorised(policy, Permission.MANAGE);
    AuditQuery query =
        new AuditQuery(
            request.number("after", 0, Long.MAX_VALUE, -1),
            request.number("from", 0, Long.MAX_VALUE, 0),
            request.number("until", 0, Long.MAX_VALUE, Long.MAX_VALUE),
            request.query().get("event"),
            request.query().get("outcome"),
            request.query().get("principal"),
            request.query().get("resource"),
            (int) request.number("limit", 1, MOST, BY_DEFAULT));
    return CompletableFuture.supplyAsync(() -> find(query), workers);
  }

  private ApiAnswer find(AuditQuery query) {
    ObjectNode answer = Json.object();
    var events = answer.putArray("events");
    try {
      query.run(audit.directory()).forEach(events::add);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return ApiAnswer.ok(answer);
  }

  CompletionStage<ApiAnswer> status(ApiRequest request) {
    request.authorised(policy, Permission.MANAGE);
    AuditLog log = audit.log();
    return CompletableFuture.completedStage(
        ApiAnswer.ok(
            Json.object()
                .put("directory", audit.directory().toAbsolutePath().toString())
                .put("rootKey", log.rootKey())
                .put("lastCheckpoint", log.lastCheckpoint())
                .put("writable", !log.isFailing())
                .put("lost", log.lost())));
  }
}
