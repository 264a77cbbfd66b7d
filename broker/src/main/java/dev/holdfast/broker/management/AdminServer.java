package dev.holdfast.broker.management;

import dev.holdfast.broker.net.UnixSocketPath;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.net.SocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;

/** The management API's server. Serves on one event loop; slow work runs on Vert.x's workers. */
public final class AdminServer {
  private static final int IDLE_SECONDS = 60;

  /** A message that comes over HTTP is in memory as a whole, whatever AMQP may bring. */
  static final long LARGEST_MESSAGE = 16L << 20;

  private static final int SMALL_BODY = 64 << 10;

  private final HttpServer http;

  private AdminServer(HttpServer http) {
    this.http = http;
  }

  /**
   * Starts serving at a prepared path; the caller secures the file afterwards.
   *
   * @return completes when connections are accepted; fails when the path cannot be bound
   */
  public static Future<AdminServer> start(
      Vertx vertx, UnixSocketPath path, ManagementServices services) {
    Context context = vertx.getOrCreateContext();
    Executor workers =
        task ->
            context.executeBlocking(
                () -> {
                  task.run();
                  return null;
                },
                false);
    HttpServerOptions options =
        new HttpServerOptions()
            .setIdleTimeout(IDLE_SECONDS)
            .setIdleTimeoutUnit(TimeUnit.SECONDS)
            .setHttp2ClearTextEnabled(false)
            .setHandle100ContinueAutomatically(true);
    AdminHandler handler = new AdminHandler(new Router(routes(services, workers)), services);
    return vertx
        .createHttpServer(options)
        .connectionHandler(handler::connected)
        .requestHandler(handler::handle)
        .listen(SocketAddress.domainSocketAddress(path.path().toString()))
        .map(AdminServer::new);
  }

  /** Every operation; docs/openapi.yaml describes the same. */
  static List<Route> routes(ManagementServices services, Executor workers) {
    StatusApi status = new StatusApi(services, workers);
    QueueApi queues = new QueueApi(services, workers);
    MessageApi messages = new MessageApi(services, workers);
    TopicApi topics = new TopicApi(services, workers);
    SubscriptionApi subscriptions = new SubscriptionApi(services, workers);
    UserApi users = new UserApi(services);
    AuditApi audit = new AuditApi(services, workers);
    int messageBody =
        (int) (Math.min(LARGEST_MESSAGE, services.maxMessageBytes()) * 2 + SMALL_BODY);
    String api = "/api/v1";
    List<Route> routes = new ArrayList<>(DeadLetterApi.routes(api, messageBody, services, workers));
    routes.addAll(TokenApi.routes(api, services, workers));
    routes.addAll(AccessApi.routes(api, services, workers));
    routes.addAll(MaintenanceApi.routes(api, services));
    routes.addAll(ConnectionApi.routes(api, services, workers));
    routes.addAll(TemplateApi.routes(api, services, workers));
    routes.addAll(IdempotencyApi.routes(api, services, workers));
    routes.addAll(DoctorApi.routes(api, services, workers));
    routes.addAll(MetricsApi.routes(services, workers));
    routes.addAll(ConfigApi.routes(api, services, workers));
    routes.addAll(
        List.of(
            new Route("GET", "/healthz", SMALL_BODY, status::alive),
            new Route("GET", "/readyz", SMALL_BODY, status::health),
            new Route("GET", api + "/health", SMALL_BODY, status::health),
            new Route("GET", api + "/status", SMALL_BODY, status::status),
            new Route("GET", api + "/queues", SMALL_BODY, queues::list),
            new Route("POST", api + "/queues", SMALL_BODY, queues::create),
            new Route("GET", api + "/queues/{name}", SMALL_BODY, queues::show),
            new Route("PATCH", api + "/queues/{name}", SMALL_BODY, queues::edit),
            new Route("DELETE", api + "/queues/{name}", SMALL_BODY, queues::delete),
            new Route("POST", api + "/queues/{name}/purge", SMALL_BODY, queues::purge),
            new Route("GET", api + "/queues/{name}/messages", SMALL_BODY, messages::peek),
            new Route("POST", api + "/queues/{name}/messages", messageBody, messages::send),
            new Route("GET", api + "/queues/{name}/messages/{sequence}", SMALL_BODY, messages::one),
            new Route("POST", api + "/queues/{name}/receive", SMALL_BODY, messages::receive),
            new Route("GET", api + "/topics", SMALL_BODY, topics::list),
            new Route("POST", api + "/topics", SMALL_BODY, topics::create),
            new Route("GET", api + "/topics/{name}", SMALL_BODY, topics::show),
            new Route("PATCH", api + "/topics/{name}", SMALL_BODY, topics::edit),
            new Route("DELETE", api + "/topics/{name}", SMALL_BODY, topics::delete),
            new Route("POST", api + "/topics/{name}/messages", messageBody, messages::send),
            new Route("GET", api + "/audit", SMALL_BODY, audit::query),
            new Route("GET", api + "/audit/status", SMALL_BODY, audit::status),
            new Route("GET", api + "/users", SMALL_BODY, users::list),
            new Route("POST", api + "/users", SMALL_BODY, users::create),
            new Route("DELETE", api + "/users/{name}", SMALL_BODY, users::delete),
            new Route("POST", api + "/users/{name}/enable", SMALL_BODY, users::enable),
            new Route("POST", api + "/users/{name}/disable", SMALL_BODY, users::disable),
            new Route("PUT", api + "/users/{name}/password", SMALL_BODY, users::setPassword)));
    routes.addAll(subscriptionRoutes(api, subscriptions));
    return routes;
  }

  private static List<Route> subscriptionRoutes(String api, SubscriptionApi subscriptions) {
    return List.of(
        new Route("GET", api + "/subscriptions", SMALL_BODY, subscriptions::list),
        new Route("POST", api + "/subscriptions", SMALL_BODY, subscriptions::create),
        new Route("GET", api + "/subscriptions/{name}", SMALL_BODY, subscriptions::show),
        new Route("PATCH", api + "/subscriptions/{name}", SMALL_BODY, subscriptions::edit),
        new Route("DELETE", api + "/subscriptions/{name}", SMALL_BODY, subscriptions::delete),
        new Route("POST", api + "/subscriptions/{name}/purge", SMALL_BODY, subscriptions::purge),
        new Route("POST", api + "/subscriptions/{name}/seek", SMALL_BODY, subscriptions::seek));
  }

  /** Stops accepting and closes what is open. */
  public Future<Void> close() {
    return http.close();
  }
}
