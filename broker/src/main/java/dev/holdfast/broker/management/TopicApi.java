package dev.holdfast.broker.management;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.holdfast.broker.domain.IdempotencyPolicy;
import dev.holdfast.broker.domain.TopicAdmin;
import dev.holdfast.broker.domain.TopicDefinition;
import dev.holdfast.broker.domain.TopicInfo;
import dev.holdfast.deadletter.RetryPolicy;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;

/** Topics: list, create, show, delete. */
final class TopicApi {
  private static final Set<String> FIELDS =
      Set.of(
          "name",
          "maxMessageBytes",
          "maxDeliveries",
          "retentionMs",
          "retentionBytes",
          "idempotencyWindowMs",
          "idempotencyByMessageId");

  private final TopicAdmin topics;
  private final long maxMessageBytes;
  private final Executor workers;

  /** With workers to write long answers: stages of nodes complete on the owner thread. */
  TopicApi(ManagementServices services, Executor workers) {
    this.workers = workers;
    this.topics = services.topics();
    this.maxMessageBytes = services.maxMessageBytes();
  }

  CompletionStage<ApiAnswer> list(ApiRequest request) {
    return topics
        .topics(request.principal())
        .thenApplyAsync(
            all -> {
              ObjectNode answer = Json.object();
              var array = answer.putArray("topics");
              all.forEach(t -> array.add(show(t)));
              return ApiAnswer.ok(answer);
            },
            workers);
  }

  CompletionStage<ApiAnswer> create(ApiRequest request) {
    ObjectNode body = Json.object(request.body(), FIELDS);
    long maxDeliveries =
        Json.number(
            body,
            "maxDeliveries",
            1,
            RetryPolicy.MOST_DELIVERIES,
            RetryPolicy.DEFAULT.maxDeliveries());
    TopicDefinition definition =
        new TopicDefinition(
            Json.text(body, "name"),
            Json.number(body, "maxMessageBytes", 1, maxMessageBytes, maxMessageBytes),
            RetryPolicy.atOnce((int) maxDeliveries),
            new TopicDefinition.Retention(
                Json.number(body, "retentionMs", 0, Long.MAX_VALUE, 0),
                Json.number(body, "retentionBytes", 0, Long.MAX_VALUE, 0)),
            QueueBody.idempotency(body, IdempotencyPolicy.DEFAULT));
    return topics
        .createTopic(request.principal(), definition)
        .thenApply(topic -> ApiAnswer.created(show(topic)));
  }

  CompletionStage<ApiAnswer> show(ApiRequest request) {
    return topics
        .topic(request.principal(), request.variable(0))
        .thenApply(topic -> ApiAnswer.ok(show(topic)));
  }

  CompletionStage<ApiAnswer> delete(ApiRequest request) {
    String name = request.variable(0);
    return topics
        .deleteTopic(request.principal(), name)
        .thenApply(
            count -> ApiAnswer.ok(Json.object().put("deleted", name).put("subscriptions", count)));
  }

  private static ObjectNode show(TopicInfo topic) {
    TopicDefinition definition = topic.definition();
    IdempotencyPolicy idempotency = definition.idempotency();
    return MaintenanceApi.show(topic.pause(), Json.object())
        .put("name", definition.name())
        .put("kind", "topic")
        .put("subscriptions", topic.subscriptions())
        .put("publishers", topic.publishers())
        .put("messages", topic.messages())
        .put("bytes", topic.bytes())
        .put("firstSequence", topic.firstSequence())
        .put("nextSequence", topic.nextSequence())
        .put("published", topic.published())
        .put("maxMessageBytes", definition.maxMessageBytes())
        .put("maxDeliveries", definition.retry().maxDeliveries())
        .put("retentionMs", definition.retention().maxAgeMs())
        .put("retentionBytes", definition.retention().maxBytes())
        .put("idempotencyWindowMs", idempotency.windowMs())
        .put("idempotencyByMessageId", idempotency.byMessageId());
  }
}
