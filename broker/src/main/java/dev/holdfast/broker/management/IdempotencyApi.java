package dev.holdfast.broker.management;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.holdfast.broker.domain.IdempotencyAdmin;
import dev.holdfast.broker.domain.IdempotencyAdmin.Known;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;

/** Idempotency keys: how many there are, one of them, and forgetting it. */
final class IdempotencyApi {
  private static final int SMALL_BODY = 64 << 10;

  private final IdempotencyAdmin keys;
  private final Executor workers;

  private IdempotencyApi(ManagementServices services, Executor workers) {
    this.keys = services.keys();
    this.workers = workers;
  }

  static List<Route> routes(String api, ManagementServices services, Executor workers) {
    IdempotencyApi own = new IdempotencyApi(services, workers);
    String one = api + "/idempotency/{name}/{key}";
    return List.of(
        new Route("GET", api + "/idempotency", SMALL_BODY, own::usage),
        new Route("GET", one, SMALL_BODY, own::find),
        new Route("DELETE", one, SMALL_BODY, own::forget));
  }

  private CompletionStage<ApiAnswer> usage(ApiRequest request) {
    return keys.usage(request.principal())
        .thenApplyAsync(
            usage ->
                ApiAnswer.ok(
                    Json.object()
                        .put("keys", usage.keys())
                        .put("bytes", usage.bytes())
                        .put("maxBytes", usage.maxBytes())),
            workers);
  }

  private CompletionStage<ApiAnswer> find(ApiRequest request) {
    String node = request.variable(0);
    String key = request.variable(1);
    return keys.find(request.principal(), node, key)
        .thenApplyAsync(
            found ->
                ApiAnswer.ok(
                    found
                        .map(known -> show(node, key, known))
                        .orElseThrow(
                            () ->
                                new ApiException(
                                    ApiException.Code.NOT_FOUND,
                                    node + " does not know this key"))),
            workers);
  }

  private CompletionStage<ApiAnswer> forget(ApiRequest request) {
    String node = request.variable(0);
    String key = request.variable(1);
    return keys.forget(request.principal(), node, key)
        .thenApplyAsync(known -> ApiAnswer.ok(show(node, key, known)), workers);
  }

  private static ObjectNode show(String node, String key, Known known) {
    return Json.object()
        .put("node", node)
        .put("key", key)
        .put("sequence", known.sequence())
        .put("stored", Instant.ofEpochMilli(known.storedMs()).toString())
        .put("until", Instant.ofEpochMilli(known.untilMs()).toString());
  }
}
