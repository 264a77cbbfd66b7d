package dev.holdfast.broker.management;

import dev.holdfast.acl.Permission;
import dev.holdfast.acl.Principal;
import dev.holdfast.broker.metrics.BrokerMetrics;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;

/** Metrics, for Prometheus. */
final class MetricsApi {
  private static final int SMALL_BODY = 64 << 10;

  private MetricsApi() {}

  static List<Route> routes(ManagementServices services, Executor workers) {
    return List.of(
        new Route("GET", "/metrics", SMALL_BODY, request -> scrape(services, request, workers)));
  }

  private static CompletionStage<ApiAnswer> scrape(
      ManagementServices services, ApiRequest request, Executor workers) {
    Principal principal = request.authorised(services.policy(), Permission.INSPECT);
    return services
        .metrics()
        .scrape(principal, workers)
        .thenApply(text -> new ApiAnswer(200, text, BrokerMetrics.CONTENT_TYPE));
  }
}
