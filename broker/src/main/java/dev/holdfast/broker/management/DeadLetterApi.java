package dev.holdfast.broker.management;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.holdfast.acl.Principal;
import dev.holdfast.broker.amqp.json.MessageEdit;
import dev.holdfast.broker.amqp.json.MessageJson;
import dev.holdfast.broker.amqp.json.RawMessage;
import dev.holdfast.broker.domain.DeadLetterAdmin;
import dev.holdfast.broker.domain.DeadLetterFilter;
import dev.holdfast.broker.domain.DeadLetterTask;
import dev.holdfast.broker.domain.DeadLetterTask.State;
import dev.holdfast.broker.domain.IncomingMessage;
import dev.holdfast.broker.domain.NodeAdmin.PeekedMessage;
import dev.holdfast.deadletter.DeadLetterReason;
import dev.holdfast.deadletter.Redrive;
import dev.holdfast.storage.StoredMessage;
import java.time.InstantSource;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;

/**
 * Dead letters of a queue or subscription, tasks on many messages, and delayed messages. Encoding
 * and decoding run on the workers.
 */
final class DeadLetterApi {
  private static final int MOST_MESSAGES = 1_000;
  private static final int FOUND_BY_DEFAULT = 10;
  private static final int SMALL_BODY = 64 << 10;
  private static final Set<String> RESEND_FIELDS = Set.of("to", "message");
  private static final Set<String> EDIT_FIELDS =
      Set.of(
          "body",
          "durable",
          "priority",
          "ttlMs",
          "sections",
          "properties",
          "applicationProperties");

  private final DeadLetterAdmin admin;
  private final ManagementServices services;
  private final Executor workers;
  private final WholeMessage whole;
  private final InstantSource clock = InstantSource.system();

  private DeadLetterApi(ManagementServices services, Executor workers) {
    this.admin = services.deadLetters();
    this.services = services;
    this.workers = workers;
    this.whole = new WholeMessage(services.parts());
  }

  static List<Route> routes(
      String api, int messageBody, ManagementServices services, Executor workers) {
    DeadLetterApi dead = new DeadLetterApi(services, workers);
    String of = api + "/dead-letters/{name}";
    String queue = api + "/queues/{name}";
    String tasks = api + "/dead-letter-tasks";
    String scheduled = api + "/scheduled/{name}";
    return List.of(
        new Route("GET", of + "/summary", SMALL_BODY, dead::summary),
        new Route("GET", of + "/messages", SMALL_BODY, dead::find),
        new Route("GET", of + "/messages/{sequence}", SMALL_BODY, dead::one),
        new Route("POST", of + "/messages/{sequence}/redrive", messageBody, dead::resend),
        new Route("POST", of + "/count", SMALL_BODY, dead::count),
        new Route("POST", of + "/tasks", SMALL_BODY, dead::start),
        new Route("POST", queue + "/count", SMALL_BODY, dead::countInQueue),
        new Route("POST", queue + "/tasks", SMALL_BODY, dead::startInQueue),
        new Route("GET", tasks, SMALL_BODY, dead::tasks),
        new Route("GET", tasks + "/{id}", SMALL_BODY, dead::task),
        new Route("POST", tasks + "/{id}/pause", SMALL_BODY, r -> dead.tell(r, State.PAUSED)),
        new Route("POST", tasks + "/{id}/resume", SMALL_BODY, r -> dead.tell(r, State.RUNNING)),
        new Route("POST", tasks + "/{id}/cancel", SMALL_BODY, r -> dead.tell(r, State.CANCELLED)),
        new Route("GET", scheduled, SMALL_BODY, dead::scheduled),
        new Route("DELETE", scheduled + "/{sequence}", SMALL_BODY, dead::cancelScheduled));
  }

  static long number(ApiRequest request, int index, String what) {
    try {
      return Math.max(0, Long.parseLong(request.variable(index)));
    } catch (NumberFormatException e) {
      throw Json.invalid("the " + what + " in the path must be a whole number");
    }
  }

  private CompletionStage<ApiAnswer> summary(ApiRequest request) {
    return admin
        .summary(request.principal(), request.variable(0))
        .thenApplyAsync(summary -> ApiAnswer.ok(show(summary)), workers);
  }

  private static ObjectNode show(DeadLetterAdmin.Summary summary) {
    ObjectNode answer =
        Json.object()
            .put("node", summary.node())
            .put("messages", summary.messages())
            .put("bytes", summary.bytes());
    ArrayNode groups = answer.putArray("groups");
    for (DeadLetterAdmin.Group group : summary.groups()) {
      ObjectNode shown =
          groups
              .addObject()
              .put("reason", group.reason().map(DeadLetterReason::code).orElse(null))
              .put("source", group.source().isEmpty() ? null : group.source())
              .put("messages", group.messages())
              .put("bytes", group.bytes());
      ArrayNode ages = shown.putArray("ages");
      new TreeMap<>(group.ages())
          .forEach(
              (from, messages) ->
                  ages.addObject().put("from", DeathJson.time(from)).put("messages", messages));
    }
    return answer;
  }

  private CompletionStage<ApiAnswer> find(ApiRequest request) {
    int limit = (int) request.number("limit", 1, MOST_MESSAGES, FOUND_BY_DEFAULT);
    long from = request.number("from", 0, Long.MAX_VALUE, 0);
    boolean raw = request.flag("sections", false);
    DeadLetterFilter filter = TaskJson.filter(request, clock);
    return admin
        .find(request.principal(), request.variable(0), filter, from, limit)
        .thenApplyAsync(
            found -> {
              MessageJson json = new MessageJson();
              ObjectNode answer = Json.object();
              ArrayNode messages = answer.putArray("messages");
              found.messages().forEach(message -> messages.add(whole.show(json, message, raw)));
              return ApiAnswer.ok(answer.put("next", found.next() == 0 ? null : found.next()));
            },
            workers);
  }

  private CompletionStage<ApiAnswer> one(ApiRequest request) {
    long sequence = number(request, 1, "sequence");
    return only(request, sequence)
        .thenApplyAsync(
            message -> ApiAnswer.ok(whole.show(new MessageJson(), message, true)), workers);
  }

  private CompletionStage<PeekedMessage> only(ApiRequest request, long sequence) {
    String node = request.variable(0);
    DeadLetterFilter filter =
        new DeadLetterFilter(new Redrive(Optional.empty(), 0, sequence, sequence), null, "");
    return admin
        .find(request.principal(), node, filter, sequence, 1)
        .thenApply(
            found -> {
              if (found.messages().isEmpty()) {
                throw new ApiException(
                    ApiException.Code.NOT_FOUND,
                    "there is no dead letter " + sequence + " of " + node);
              }
              return found.messages().get(0);
            });
  }

  private CompletionStage<ApiAnswer> resend(ApiRequest request) {
    Principal principal = request.principal();
    String node = request.variable(0);
    long sequence = number(request, 1, "sequence");
    ObjectNode body =
        request.body().length == 0 ? Json.object() : Json.object(request.body(), RESEND_FIELDS);
    String to = body.hasNonNull("to") ? Json.text(body, "to") : "";
    JsonNode edit = Json.optional(body, "message");
    CompletionStage<Optional<IncomingMessage>> message =
        edit == null
            ? CompletableFuture.completedStage(Optional.empty())
            : only(request, sequence)
                .thenApplyAsync(old -> Optional.of(edited(principal, old, edit)), workers);
    return message
        .thenCompose(edited -> admin.resend(principal, node, sequence, to, edited))
        .thenApply(name -> ApiAnswer.ok(Json.object().put("redriven", sequence).put("to", name)));
  }

  /** What is given replaces what was; the rest stays, the message's identity above all. */
  private IncomingMessage edited(Principal principal, PeekedMessage old, JsonNode edit) {
    ObjectNode given = Json.object(Json.bytes(edit), EDIT_FIELDS);
    StoredMessage message = old.message();
    boolean limited = (message.flags() & StoredMessage.HAS_TTL) != 0;
    try {
      byte[] sections =
          given.hasNonNull("sections")
              ? Base64.getDecoder().decode(Json.text(given, "sections"))
              : MessageEdit.apply(
                  message.body(),
                  Json.optional(given, "body"),
                  Json.optional(given, "properties"),
                  Json.optional(given, "applicationProperties"));
      return RawMessage.of(
          sections,
          new RawMessage.Header(
              Json.flag(given, "durable", message.durable()),
              (byte) Json.number(given, "priority", 0, 9, message.priority()),
              Json.number(
                  given,
                  "ttlMs",
                  0,
                  MessageApi.LONGEST_TTL_MS,
                  limited ? Integer.toUnsignedLong(message.ttlMs()) : -1)),
          given.hasNonNull("sections") && !MessageApi.speaksForAll(services.policy(), principal)
              ? principal.name()
              : null);
    } catch (IllegalArgumentException e) {
      throw Json.invalid("message: " + e.getMessage());
    }
  }

  private CompletionStage<ApiAnswer> count(ApiRequest request) {
    return count(request, TaskJson.order(request.variable(0), request.body(), clock));
  }

  private CompletionStage<ApiAnswer> countInQueue(ApiRequest request) {
    return count(request, TaskJson.queueOrder(request.variable(0), request.body(), clock));
  }

  private CompletionStage<ApiAnswer> count(ApiRequest request, DeadLetterTask.Order order) {
    return admin
        .count(request.principal(), order)
        .thenApply(
            count -> {
              ObjectNode answer =
                  Json.object().put("messages", count.messages()).put("bytes", count.bytes());
              ObjectNode skipped = answer.putObject("skipped");
              new TreeMap<>(count.skipped()).forEach(skipped::put);
              return ApiAnswer.ok(answer);
            });
  }

  private CompletionStage<ApiAnswer> start(ApiRequest request) {
    return start(request, TaskJson.order(request.variable(0), request.body(), clock));
  }

  private CompletionStage<ApiAnswer> startInQueue(ApiRequest request) {
    return start(request, TaskJson.queueOrder(request.variable(0), request.body(), clock));
  }

  private CompletionStage<ApiAnswer> start(ApiRequest request, DeadLetterTask.Order order) {
    return admin
        .start(request.principal(), order)
        .thenApply(task -> ApiAnswer.created(TaskJson.show(task)));
  }

  private CompletionStage<ApiAnswer> tasks(ApiRequest request) {
    return admin
        .tasks(request.principal())
        .thenApplyAsync(
            tasks -> {
              ObjectNode answer = Json.object();
              ArrayNode shown = answer.putArray("tasks");
              tasks.forEach(task -> shown.add(TaskJson.show(task)));
              return ApiAnswer.ok(answer);
            },
            workers);
  }

  private CompletionStage<ApiAnswer> task(ApiRequest request) {
    return admin
        .task(request.principal(), number(request, 0, "task"))
        .thenApply(task -> ApiAnswer.ok(TaskJson.show(task)));
  }

  private CompletionStage<ApiAnswer> tell(ApiRequest request, State state) {
    return admin
        .tell(request.principal(), number(request, 0, "task"), state)
        .thenApply(task -> ApiAnswer.ok(TaskJson.show(task)));
  }

  private CompletionStage<ApiAnswer> scheduled(ApiRequest request) {
    int limit = (int) request.number("limit", 1, MOST_MESSAGES, FOUND_BY_DEFAULT);
    long from = request.number("from", 0, Long.MAX_VALUE, 0);
    return admin
        .scheduled(request.principal(), request.variable(0), from, limit)
        .thenApplyAsync(
            all -> {
              MessageJson json = new MessageJson();
              ObjectNode answer = Json.object();
              ArrayNode messages = answer.putArray("messages");
              all.forEach(
                  each ->
                      messages.add(
                          MessageApi.show(json, each.message())
                              .put("due", DeathJson.time(each.dueMs()))));
              return ApiAnswer.ok(answer);
            },
            workers);
  }

  private CompletionStage<ApiAnswer> cancelScheduled(ApiRequest request) {
    long sequence = number(request, 1, "sequence");
    return admin
        .cancelScheduled(request.principal(), request.variable(0), sequence)
        .thenApply(nothing -> ApiAnswer.ok(Json.object().put("cancelled", sequence)));
  }
}
