package dev.holdfast.broker.management;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.holdfast.broker.domain.QueueDefinition;
import dev.holdfast.broker.domain.QueueTemplate;
import dev.holdfast.broker.domain.TemplateAdmin;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.UnaryOperator;

/** Templates of queues: what those are like whose names begin so. */
final class TemplateApi {
  private static final int SMALL_BODY = 64 << 10;

  private final TemplateAdmin templates;
  private final Executor workers;
  private final long maxMessageBytes;

  private TemplateApi(ManagementServices services, Executor workers) {
    this.templates = services.templates();
    this.workers = workers;
    this.maxMessageBytes = services.maxMessageBytes();
  }

  static List<Route> routes(String api, ManagementServices services, Executor workers) {
    TemplateApi own = new TemplateApi(services, workers);
    String one = api + "/templates/{name}";
    return List.of(
        new Route("GET", api + "/templates", SMALL_BODY, own::list),
        new Route("PUT", one, SMALL_BODY, own::put),
        new Route("DELETE", one, SMALL_BODY, own::delete));
  }

  private CompletionStage<ApiAnswer> list(ApiRequest request) {
    return templates
        .templates(request.principal())
        .thenApplyAsync(
            all -> {
              ObjectNode answer = Json.object();
              var array = answer.putArray("templates");
              all.forEach(each -> array.add(show(each)));
              return ApiAnswer.ok(answer);
            },
            workers);
  }

  private CompletionStage<ApiAnswer> put(ApiRequest request) {
    ObjectNode body = Json.object(request.body(), QueueBody.templateFields());
    UnaryOperator<QueueDefinition> settings = QueueBody.settings(body, maxMessageBytes);
    return templates
        .putTemplate(
            request.principal(),
            request.variable(0),
            Json.flag(body, "createOnAttach", false),
            settings)
        .thenApplyAsync(template -> ApiAnswer.ok(show(template)), workers);
  }

  private CompletionStage<ApiAnswer> delete(ApiRequest request) {
    String prefix = request.variable(0);
    return templates
        .deleteTemplate(request.principal(), prefix)
        .thenApplyAsync(gone -> ApiAnswer.ok(Json.object().put("deleted", prefix)), workers);
  }

  private static ObjectNode show(QueueTemplate template) {
    return QueueBody.put(
        template.settings(),
        Json.object()
            .put("prefix", template.prefix())
            .put("createOnAttach", template.createOnAttach()));
  }
}
