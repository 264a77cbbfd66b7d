package dev.holdfast.broker.management;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.holdfast.acl.Permission;
import dev.holdfast.broker.amqp.ConnectionInfo;
import dev.holdfast.broker.amqp.ConnectionInfo.LinkInfo;
import dev.holdfast.broker.amqp.ConnectionInfo.SessionInfo;
import dev.holdfast.broker.identity.PeerCredentials;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;

/** AMQP connections: who is there, what they use, and an end to one. */
final class ConnectionApi {
  private static final int SMALL_BODY = 64 << 10;
  private static final Set<String> CLOSE_FIELDS = Set.of("reason");

  private final ManagementServices services;
  private final Executor workers;

  private ConnectionApi(ManagementServices services, Executor workers) {
    this.services = services;
    this.workers = workers;
  }

  static List<Route> routes(String api, ManagementServices services, Executor workers) {
    ConnectionApi own = new ConnectionApi(services, workers);
    String all = api + "/connections";
    return List.of(
        new Route("GET", all, SMALL_BODY, own::list),
        new Route("GET", all + "/{id}", SMALL_BODY, own::show),
        new Route("POST", all + "/{id}/close", SMALL_BODY, own::close));
  }

  private CompletionStage<ApiAnswer> list(ApiRequest request) {
    request.authorised(services.policy(), Permission.INSPECT);
    return services
        .broker()
        .connectionReport()
        .thenApplyAsync(
            connections -> {
              ObjectNode answer = Json.object();
              ArrayNode shown = answer.putArray("connections");
              connections.forEach(connection -> shown.add(show(connection)));
              return ApiAnswer.ok(answer);
            },
            workers);
  }

  private CompletionStage<ApiAnswer> show(ApiRequest request) {
    request.authorised(services.policy(), Permission.INSPECT);
    String id = request.variable(0);
    return services
        .broker()
        .connectionReport()
        .thenApplyAsync(
            connections ->
                connections.stream()
                    .filter(connection -> connection.id().equals(id))
                    .findFirst()
                    .map(connection -> ApiAnswer.ok(details(connection)))
                    .orElseThrow(() -> missing(id)),
            workers);
  }

  private CompletionStage<ApiAnswer> close(ApiRequest request) {
    request.authorised(services.policy(), Permission.MANAGE);
    String id = request.variable(0);
    String reason =
        request.body().length == 0
            ? ""
            : MaintenanceApi.reason(Json.object(request.body(), CLOSE_FIELDS));
    return services
        .broker()
        .closeConnection(id, reason)
        .thenApply(
            closed -> {
              if (!closed) {
                throw missing(id);
              }
              return ApiAnswer.ok(Json.object().put("closed", id));
            });
  }

  private static ApiException missing(String id) {
    return new ApiException(ApiException.Code.NOT_FOUND, "there is no connection " + id);
  }

  private static ObjectNode show(ConnectionInfo connection) {
    List<SessionInfo> sessions = connection.sessions();
    ObjectNode shown =
        Json.object()
            .put("id", connection.id())
            .put("principal", connection.principal())
            .put("mechanism", connection.mechanism())
            .put("transport", word(connection.peer().transport()))
            .put("remote", connection.peer().remote())
            .put("container", connection.container())
            .put("state", word(connection.state()))
            .put("since", DeathJson.time(connection.sinceMs()))
            .put("sessions", sessions.size())
            .put("links", sessions.stream().mapToInt(session -> session.links().size()).sum())
            .put("unsettled", sessions.stream().mapToLong(SessionInfo::unsettled).sum());
    PeerCredentials kernel = connection.peer().credentials();
    if (kernel != null) {
      shown.put("uid", kernel.uid()).put("pid", kernel.pid());
    }
    return shown;
  }

  private static ObjectNode details(ConnectionInfo connection) {
    ObjectNode shown = show(connection);
    ArrayNode sessions = shown.putArray("sessionList");
    for (SessionInfo session : connection.sessions()) {
      ArrayNode links =
          sessions
              .addObject()
              .put("channel", session.channel())
              .put("unsettled", session.unsettled())
              .putArray("links");
      for (LinkInfo link : session.links()) {
        links
            .addObject()
            .put("name", link.name())
            .put("operation", link.operation())
            .put("address", link.address())
            .put("attached", link.attached());
      }
    }
    return shown;
  }

  private static String word(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
