package dev.holdfast.broker.management;

import dev.holdfast.acl.Permission;
import dev.holdfast.broker.config.ConfigException;
import dev.holdfast.broker.config.ConfigJson;
import dev.holdfast.broker.config.LiveConfig;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;

/** The configuration: what is in force and why; reading it again. */
final class ConfigApi {
  private static final int SMALL_BODY = 64 << 10;

  private final ManagementServices services;
  private final Executor workers;

  private ConfigApi(ManagementServices services, Executor workers) {
    this.services = services;
    this.workers = workers;
  }

  static List<Route> routes(String api, ManagementServices services, Executor workers) {
    ConfigApi own = new ConfigApi(services, workers);
    return List.of(
        new Route("GET", api + "/config", SMALL_BODY, own::show),
        new Route("POST", api + "/config/reload", SMALL_BODY, own::reload));
  }

  private CompletionStage<ApiAnswer> show(ApiRequest request) {
    request.authorised(services.policy(), Permission.INSPECT);
    return CompletableFuture.supplyAsync(
        () -> ApiAnswer.ok(ConfigJson.keys(configuration().settings())), workers);
  }

  private CompletionStage<ApiAnswer> reload(ApiRequest request) {
    request.authorised(services.policy(), Permission.MANAGE);
    return CompletableFuture.supplyAsync(
        () -> {
          try {
            return ApiAnswer.ok(ConfigJson.reloaded(configuration().reload()));
          } catch (ConfigException e) {
            throw Json.invalid(String.join("; ", e.mistakes()));
          }
        },
        workers);
  }

  private LiveConfig configuration() {
    return services
        .broker()
        .configuration()
        .orElseThrow(
            () ->
                new ApiException(
                    ApiException.Code.NOT_FOUND,
                    "this broker runs inside of a program, which has configured it"));
  }
}
