package dev.holdfast.broker.management;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.holdfast.broker.domain.NodeAdmin;
import dev.holdfast.broker.domain.QueueInfo;
import java.time.Instant;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;

/** Queues: list, create, show, edit, delete, purge. */
final class QueueApi {
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
    QueueBody.Wanted wanted = QueueBody.wanted(request.body(), maxMessageBytes);
    return nodes
        .createQueue(request.principal(), wanted.name(), wanted.settings())
        .thenApply(queue -> ApiAnswer.created(show(queue)));
  }

  CompletionStage<ApiAnswer> edit(ApiRequest request) {
    return nodes
        .editQueue(
            request.principal(),
            request.variable(0),
            QueueBody.change(request.body(), maxMessageBytes))
        .thenApply(queue -> ApiAnswer.ok(show(queue)));
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
    ObjectNode shown =
        Json.object()
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
            .put("displaced", queue.displaced())
            .put("unreadable", queue.unreadable());
    return QueueBody.put(queue.definition(), MaintenanceApi.show(queue.pause(), shown));
  }
}
