package dev.holdfast.broker.management;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.holdfast.acl.Permission;
import dev.holdfast.acl.Principal;
import dev.holdfast.broker.domain.Statistics;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;

/** The doctor: what is wrong with the broker, or soon will be, and what to do about it. */
final class DoctorApi {
  private static final int NODES = 10_000;
  private static final int SMALL_BODY = 64 << 10;

  private final ManagementServices services;
  private final Executor workers;

  private DoctorApi(ManagementServices services, Executor workers) {
    this.services = services;
    this.workers = workers;
  }

  static List<Route> routes(String api, ManagementServices services, Executor workers) {
    DoctorApi doctor = new DoctorApi(services, workers);
    return List.of(new Route("GET", api + "/doctor", SMALL_BODY, doctor::examine));
  }

  private CompletionStage<ApiAnswer> examine(ApiRequest request) {
    Principal principal = request.authorised(services.policy(), Permission.MANAGE);
    return services.statistics().statistics(principal, NODES).thenApplyAsync(this::answer, workers);
  }

  private ApiAnswer answer(Statistics statistics) {
    List<Finding> findings = new ArrayList<>();
    findings.add(HealthChecks.ready(services.broker()));
    findings.add(HealthChecks.disk(services.broker().store()));
    findings.add(HealthChecks.commits(statistics.commits(), statistics.atMs()));
    findings.addAll(services.broker().examine());
    findings.add(HealthChecks.audit(services.audit().log()));
    findings.addAll(HealthChecks.stuck(statistics.stuck(), statistics.atMs()));
    findings.addAll(HealthChecks.deadLetters(statistics.nodes()));
    boolean healthy = findings.stream().noneMatch(f -> f.severity() == Finding.Severity.FAIL);
    ObjectNode answer = Json.object().put("healthy", healthy);
    answer.set("findings", HealthChecks.show(findings));
    return ApiAnswer.ok(answer);
  }
}
