package dev.holdfast.broker.management;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.holdfast.broker.domain.BrokerMode;
import dev.holdfast.broker.domain.MaintenanceAdmin;
import dev.holdfast.broker.domain.NodeKind;
import dev.holdfast.broker.domain.Pause;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;

/** Holding back: the whole broker (read-only, drain), or single nodes (pause, resume). */
final class MaintenanceApi {
  private static final int SMALL_BODY = 64 << 10;
  private static final int MAX_REASON = 200;
  private static final Set<String> MODE_FIELDS = Set.of("enabled", "reason");
  private static final Set<String> PAUSE_FIELDS = Set.of("sending", "delivery", "reason");

  private final MaintenanceAdmin admin;
  private final Consumer<Boolean> refuseConnections;

  private MaintenanceApi(ManagementServices services) {
    this.admin = services.maintenance().admin();
    this.refuseConnections = services.maintenance().refuseConnections();
  }

  static List<Route> routes(String api, ManagementServices services) {
    MaintenanceApi own = new MaintenanceApi(services);
    return List.of(
        new Route("POST", api + "/broker/read-only", SMALL_BODY, own::readOnly),
        new Route("POST", api + "/broker/drain", SMALL_BODY, own::drain),
        new Route(
            "POST",
            api + "/queues/{name}/pause",
            SMALL_BODY,
            request -> own.pause(request, NodeKind.QUEUE, true)),
        new Route(
            "POST",
            api + "/queues/{name}/resume",
            SMALL_BODY,
            request -> own.pause(request, NodeKind.QUEUE, false)),
        new Route(
            "POST",
            api + "/topics/{name}/pause",
            SMALL_BODY,
            request -> own.pause(request, NodeKind.TOPIC, true)),
        new Route(
            "POST",
            api + "/topics/{name}/resume",
            SMALL_BODY,
            request -> own.pause(request, NodeKind.TOPIC, false)));
  }

  private CompletionStage<ApiAnswer> readOnly(ApiRequest request) {
    ObjectNode body = Json.object(request.body(), MODE_FIELDS);
    return admin
        .readOnly(request.principal(), Json.flag(body, "enabled", true), reason(body))
        .thenApply(mode -> ApiAnswer.ok(show(mode)));
  }

  private CompletionStage<ApiAnswer> drain(ApiRequest request) {
    ObjectNode body = Json.object(request.body(), MODE_FIELDS);
    return admin
        .drain(request.principal(), Json.flag(body, "enabled", true), reason(body))
        .thenApply(
            mode -> {
              refuseConnections.accept(mode.draining());
              return ApiAnswer.ok(show(mode));
            });
  }

  /** Without a word about sending or delivery it is both. */
  private CompletionStage<ApiAnswer> pause(ApiRequest request, NodeKind kind, boolean on) {
    ObjectNode body = Json.object(request.body(), PAUSE_FIELDS);
    boolean both = !body.has("sending") && !body.has("delivery");
    boolean sending = both || Json.flag(body, "sending", false);
    boolean delivery = both || Json.flag(body, "delivery", false);
    String name = request.variable(0);
    String given = reason(body);
    UnaryOperator<Pause> change =
        now -> {
          boolean noSending = sending ? on : now.sending();
          boolean noDelivery = delivery ? on : now.delivery();
          String why = !noSending && !noDelivery ? "" : given.isEmpty() ? now.reason() : given;
          return new Pause(noSending, noDelivery, why);
        };
    return admin
        .pause(request.principal(), kind, name, change)
        .thenApply(pause -> ApiAnswer.ok(show(pause, Json.object().put("name", name))));
  }

  /** One line for people; empty when there is none. */
  static String reason(ObjectNode body) {
    String reason = body.has("reason") ? Json.text(body, "reason").strip() : "";
    boolean printable =
        reason.codePoints().noneMatch(c -> c < ' ' || c == 0x7F)
            && reason.codePoints().noneMatch(c -> Character.getType(c) == Character.FORMAT)
            && reason.length() <= MAX_REASON;
    if (!printable) {
      throw Json.invalid("the reason is one line of at most 200 characters");
    }
    return reason;
  }

  static ObjectNode show(BrokerMode mode) {
    return Json.object()
        .put("readOnly", mode.readOnly())
        .put("draining", mode.draining())
        .put("reason", mode.reason());
  }

  static ObjectNode show(Pause pause, ObjectNode in) {
    return in.put("pausedSending", pause.sending())
        .put("pausedDelivery", pause.delivery())
        .put("pauseReason", pause.reason());
  }
}
