package dev.holdfast.broker.management;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.holdfast.broker.amqp.filter.FilterException;
import dev.holdfast.broker.amqp.filter.WireFilter;
import dev.holdfast.broker.domain.MessageFilter;
import dev.holdfast.broker.domain.StartFrom;
import dev.holdfast.broker.domain.SubscriptionDefinition;
import dev.holdfast.broker.domain.SubscriptionInfo;
import dev.holdfast.broker.domain.TopicAdmin;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/** Subscriptions of topics: list, create, show, delete, purge, move to another place. */
final class SubscriptionApi {
  private static final Set<String> FIELDS = Set.of("source", "name", "shared", "start", "where");
  private static final Set<String> EDIT_FIELDS = Set.of("where");
  private static final Set<String> SEEK_FIELDS = Set.of("start");

  private final TopicAdmin topics;
  private final Executor workers;

  /** With workers to write long answers: stages of nodes complete on the owner thread. */
  SubscriptionApi(ManagementServices services, Executor workers) {
    this.topics = services.topics();
    this.workers = workers;
  }

  CompletionStage<ApiAnswer> list(ApiRequest request) {
    return topics
        .subscriptions(request.principal(), request.query().getOrDefault("source", ""))
        .thenApplyAsync(
            all -> {
              ObjectNode answer = Json.object();
              var array = answer.putArray("subscriptions");
              all.forEach(s -> array.add(show(s)));
              return ApiAnswer.ok(answer);
            },
            workers);
  }

  CompletionStage<ApiAnswer> create(ApiRequest request) {
    ObjectNode body = Json.object(request.body(), FIELDS);
    SubscriptionDefinition definition =
        new SubscriptionDefinition(
            Json.text(body, "source"),
            Json.text(body, "name"),
            new SubscriptionDefinition.Traits(true, Json.flag(body, "shared", true), false),
            where(body),
            "",
            request.principal().name());
    return topics
        .createSubscription(request.principal(), definition, start(body, StartFrom.LATEST))
        .thenApply(subscription -> ApiAnswer.created(show(subscription)));
  }

  CompletionStage<ApiAnswer> show(ApiRequest request) {
    return topics
        .subscription(request.principal(), request.variable(0))
        .thenApply(subscription -> ApiAnswer.ok(show(subscription)));
  }

  CompletionStage<ApiAnswer> edit(ApiRequest request) {
    ObjectNode body = Json.object(request.body(), EDIT_FIELDS);
    if (body.isEmpty()) {
      throw Json.invalid("the body names no setting");
    }
    return topics
        .editSubscription(request.principal(), request.variable(0), where(body))
        .thenApply(subscription -> ApiAnswer.ok(show(subscription)));
  }

  CompletionStage<ApiAnswer> delete(ApiRequest request) {
    String address = request.variable(0);
    return topics
        .deleteSubscription(request.principal(), address)
        .thenApply(
            lost -> ApiAnswer.ok(Json.object().put("deleted", address).put("messages", lost)));
  }

  CompletionStage<ApiAnswer> purge(ApiRequest request) {
    return topics
        .purgeSubscription(request.principal(), request.variable(0))
        .thenApply(count -> ApiAnswer.ok(Json.object().put("purged", count)));
  }

  CompletionStage<ApiAnswer> seek(ApiRequest request) {
    ObjectNode body = Json.object(request.body(), SEEK_FIELDS);
    return topics
        .seekSubscription(request.principal(), request.variable(0), start(body, StartFrom.EARLIEST))
        .thenApply(subscription -> ApiAnswer.ok(show(subscription)));
  }

  private static @Nullable MessageFilter where(ObjectNode body) {
    if (Json.optional(body, "where") == null) {
      return null;
    }
    try {
      return WireFilter.selector(Json.text(body, "where"));
    } catch (FilterException e) {
      throw Json.invalid("where: " + e.sentence());
    }
  }

  /** The selector, when there is one; a link may have given other filters. */
  private static @Nullable String where(@Nullable MessageFilter filter) {
    return filter instanceof WireFilter wire ? wire.selectorText() : null;
  }

  /**
   * A word, a sequence, or a moment: {@code "earliest"}, {@code 42}, {@code "2026-01-01T00:00Z"}.
   */
  private static StartFrom start(ObjectNode body, StartFrom absent) {
    JsonNode start = Json.optional(body, "start");
    if (start == null) {
      return absent;
    }
    if (start.isIntegralNumber() && start.canConvertToLong() && start.longValue() >= 1) {
      return new StartFrom.Sequence(start.longValue());
    }
    try {
      return switch (start.asText()) {
        case "earliest" -> StartFrom.EARLIEST;
        case "latest" -> StartFrom.LATEST;
        default -> new StartFrom.Time(Instant.parse(start.asText()).toEpochMilli());
      };
    } catch (DateTimeException e) {
      throw Json.invalid(
          "the field start must be earliest, latest, a sequence from 1 on, or a time such as"
              + " 2026-01-31T12:00:00Z");
    }
  }

  private static ObjectNode show(SubscriptionInfo info) {
    SubscriptionDefinition definition = info.definition();
    return Json.object()
        .put("address", definition.address())
        .put("source", definition.source())
        .put("name", definition.name())
        .put("kind", "subscription")
        .put("durable", definition.traits().durable())
        .put("shared", definition.traits().shared())
        .put("lingerMs", definition.traits().lingerMs())
        .put("filtered", definition.filter() != null)
        .put("where", where(definition.filter()))
        .put("creator", definition.creator())
        .put("topics", info.topics())
        .put("messages", info.messages())
        .put("bytes", info.bytes())
        .put("unsettled", info.unsettled())
        .put("consumers", info.consumers())
        .put("deadLetters", info.deadLetters())
        .put("delivered", info.delivered())
        .put("acknowledged", info.acknowledged())
        .put("unreadable", info.unreadable());
  }
}
