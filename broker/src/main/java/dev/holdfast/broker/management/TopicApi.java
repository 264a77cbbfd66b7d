package dev.holdfast.broker.management;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.holdfast.broker.domain.IdempotencyPolicy;
import dev.holdfast.broker.domain.TopicAdmin;
import dev.holdfast.broker.domain.TopicDefinition;
import dev.holdfast.broker.domain.TopicInfo;
import dev.holdfast.deadletter.RetryPolicy;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;

/** Topics: list, create, show, edit, delete. */
final class TopicApi {
  private static final Set<String> SETTINGS =
      Set.of(
          "maxMessageBytes",
          "maxDeliveries",
          "retentionMs",
          "retentionBytes",
          "idempotencyWindowMs",
          "idempotencyByMessageId");
  private static final Set<String> FIELDS = new HashSet<>(SETTINGS);
  private static final TopicDefinition USUAL =
      new TopicDefinition("any", 1, RetryPolicy.DEFAULT, TopicDefinition.Retention.NONE);

  static {
    FIELDS.add("name");
  }

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
    TopicDefinition usual =
        new TopicDefinition(
            Json.text(body, "name"),
            maxMessageBytes,
            RetryPolicy.DEFAULT,
            TopicDefinition.Retention.NONE);
    TopicDefinition definition = change(body, usual);
    return topics
        .createTopic(request.principal(), definition)
        .thenApply(topic -> ApiAnswer.created(show(topic)));
  }

  CompletionStage<ApiAnswer> edit(ApiRequest request) {
    ObjectNode body = Json.object(request.body(), SETTINGS);
    if (body.isEmpty()) {
      throw Json.invalid("the body names no setting");
    }
    // What is wrong with it, whatever it is applied to, is told at once.
    change(body, USUAL);
    return topics
        .editTopic(request.principal(), request.variable(0), before -> change(body, before))
        .thenApply(topic -> ApiAnswer.ok(show(topic)));
  }

  /** What is not named stays. */
  private TopicDefinition change(ObjectNode body, TopicDefinition before) {
    RetryPolicy retry = before.retry();
    int tries =
        (int)
            Json.number(
                body, "maxDeliveries", 1, RetryPolicy.MOST_DELIVERIES, retry.maxDeliveries());
    return new TopicDefinition(
        before.name(),
        Json.number(body, "maxMessageBytes", 1, maxMessageBytes, before.maxMessageBytes()),
        tries == retry.maxDeliveries() ? retry : RetryPolicy.atOnce(tries),
        new TopicDefinition.Retention(
            Json.number(body, "retentionMs", 0, Long.MAX_VALUE, before.retention().maxAgeMs()),
            Json.number(body, "retentionBytes", 0, Long.MAX_VALUE, before.retention().maxBytes())),
        QueueBody.idempotency(body, before.idempotency()));
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
