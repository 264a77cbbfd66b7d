package dev.holdfast.broker.management;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.holdfast.broker.domain.IdempotencyPolicy;
import dev.holdfast.broker.domain.NodeAdmin;
import dev.holdfast.broker.domain.QueueDefinition;
import dev.holdfast.broker.domain.QueueDefinition.Handling;
import dev.holdfast.broker.domain.QueueDefinition.Lifetime;
import dev.holdfast.broker.domain.QueueDefinition.Limits;
import dev.holdfast.broker.domain.QueueDefinition.Serving;
import dev.holdfast.broker.domain.QueueInfo;
import dev.holdfast.deadletter.RetryPolicy;
import java.time.Instant;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;

/** Queues: list, create, show, delete, purge. */
final class QueueApi {
  private static final Set<String> FIELDS =
      Set.of(
          "name",
          "maxMessageBytes",
          "maxDeliveries",
          "idempotencyWindowMs",
          "idempotencyByMessageId",
          "singleActiveConsumer",
          "prioritised");
  private static final int MOST_DELIVERIES = RetryPolicy.MOST_DELIVERIES;

  private final NodeAdmin nodes;
  private final long maxMessageBytes;
  private final Executor workers;

  /** With workers to write long answers: stages of nodes complete on the owner thread. */
  QueueApi(ManagementServices services, Executor workers) {
    this.workers = workers;
    this.nodes = services.nodes();
    this.maxMessageBytes = services.maxMessageBytes();
  }

  CompletionStage<ApiAnswer> list(ApiRequest request) {
    return nodes
        .queues(request.principal())
        .thenApplyAsync(
            queues -> {
              ObjectNode answer = Json.object();
              var array = answer.putArray("queues");
              queues.forEach(q -> array.add(show(q)));
              return ApiAnswer.ok(answer);
            },
            workers);
  }

  CompletionStage<ApiAnswer> create(ApiRequest request) {
    ObjectNode body = Json.object(request.body(), FIELDS);
    long maxBytes = Json.number(body, "maxMessageBytes", 1, maxMessageBytes, maxMessageBytes);
    long maxDeliveries =
        Json.number(body, "maxDeliveries", 1, MOST_DELIVERIES, RetryPolicy.DEFAULT.maxDeliveries());
    QueueDefinition definition =
        new QueueDefinition(
            Json.text(body, "name"),
            maxBytes,
            new Handling(
                RetryPolicy.of((int) maxDeliveries),
                Handling.DEFAULT.lockTimeoutMs(),
                Handling.DEFAULT.deadLetterTo()),
            Lifetime.DEFAULT,
            Limits.NONE,
            idempotency(body),
            serving(body));
    return nodes
        .createQueue(request.principal(), definition)
        .thenApply(queue -> ApiAnswer.created(show(queue)));
  }

  static IdempotencyPolicy idempotency(ObjectNode body) {
    return new IdempotencyPolicy(
        Json.number(
            body,
            "idempotencyWindowMs",
            IdempotencyPolicy.MIN_WINDOW_MS,
            IdempotencyPolicy.MAX_WINDOW_MS,
            IdempotencyPolicy.DEFAULT.windowMs()),
        Json.flag(body, "idempotencyByMessageId", IdempotencyPolicy.DEFAULT.byMessageId()));
  }

  private static Serving serving(ObjectNode body) {
    return new Serving(
        Json.flag(body, "singleActiveConsumer", Serving.TURNS.singleActiveConsumer()),
        Json.flag(body, "prioritised", Serving.TURNS.prioritised()));
  }

  CompletionStage<ApiAnswer> show(ApiRequest request) {
    return nodes
        .queue(request.principal(), request.variable(0))
        .thenApply(queue -> ApiAnswer.ok(show(queue)));
  }

  CompletionStage<ApiAnswer> delete(ApiRequest request) {
    String name = request.variable(0);
    return nodes
        .deleteQueue(request.principal(), name)
        .thenApply(lost -> ApiAnswer.ok(Json.object().put("deleted", name).put("messages", lost)));
  }

  CompletionStage<ApiAnswer> purge(ApiRequest request) {
    return nodes
        .purgeQueue(request.principal(), request.variable(0))
        .thenApply(count -> ApiAnswer.ok(Json.object().put("purged", count)));
  }

  private static ObjectNode show(QueueInfo queue) {
    return Json.object()
        .put("name", queue.definition().name())
        .put("kind", "queue")
        .put("messages", queue.messages())
        .put("bytes", queue.bytes())
        .put("delayed", queue.delayed())
        .put("unsettled", queue.unsettled())
        .put("consumers", queue.consumers())
        .put("publishers", queue.publishers())
        .put("deadLetters", queue.deadLetters())
        .put(
            "oldest",
            queue.oldestMs() == 0 ? null : Instant.ofEpochMilli(queue.oldestMs()).toString())
        .put("nextSequence", queue.nextSequence())
        .put("published", queue.published())
        .put("delivered", queue.delivered())
        .put("acknowledged", queue.acknowledged())
        .put("unreadable", queue.unreadable())
        .put("maxMessageBytes", queue.definition().maxMessageBytes())
        .put("maxDeliveries", queue.definition().retry().maxDeliveries())
        .put("idempotencyWindowMs", queue.definition().idempotency().windowMs())
        .put("idempotencyByMessageId", queue.definition().idempotency().byMessageId())
        .put("singleActiveConsumer", queue.definition().serving().singleActiveConsumer())
        .put("prioritised", queue.definition().serving().prioritised());
  }
}
