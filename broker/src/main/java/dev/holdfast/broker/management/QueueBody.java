package dev.holdfast.broker.management;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.holdfast.broker.domain.IdempotencyPolicy;
import dev.holdfast.broker.domain.NodeError;
import dev.holdfast.broker.domain.NodeException;
import dev.holdfast.broker.domain.QueueDefinition;
import dev.holdfast.broker.domain.QueueDefinition.Handling;
import dev.holdfast.broker.domain.QueueDefinition.Lifetime;
import dev.holdfast.broker.domain.QueueDefinition.Limits;
import dev.holdfast.broker.domain.QueueDefinition.Overflow;
import dev.holdfast.broker.domain.QueueDefinition.Serving;
import dev.holdfast.deadletter.Backoff;
import dev.holdfast.deadletter.RetryPolicy;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;

/** What the API says of a queue's settings. */
final class QueueBody {
  /** Longest time that can be asked for: ten years. */
  private static final long LONGEST_MS = 3_650L * 24 * 3_600_000;

  private static final Set<String> SETTINGS =
      Set.of(
          "maxMessageBytes",
          "maxDeliveries",
          "retryInitialMs",
          "retryMultiplier",
          "retryMaxMs",
          "retryJitter",
          "lockTimeoutMs",
          "deadLetterTo",
          "ttlMs",
          "maxTtlMs",
          "dropExpired",
          "autoDeleteMs",
          "maxMessages",
          "maxBytes",
          "overflow",
          "idempotencyWindowMs",
          "idempotencyByMessageId");
  private static final Set<String> ALL = new HashSet<>(SETTINGS);

  static {
    ALL.addAll(Set.of("name", "singleActiveConsumer", "prioritised"));
  }

  private QueueBody() {}

  /**
   * A queue to be made.
   *
   * @param name of it
   * @param settings from what such queues usually are to what this one shall be; throws {@link
   *     NodeException} when that cannot be
   */
  record Wanted(String name, UnaryOperator<QueueDefinition> settings) {}

  /** A queue to be made. */
  static Wanted wanted(byte[] json, long maxMessageBytes) {
    ObjectNode body = Json.object(json, ALL);
    return new Wanted(Json.text(body, "name"), settings(body, maxMessageBytes));
  }

  /** The fields that a template may have. */
  static Set<String> templateFields() {
    Set<String> fields = new HashSet<>(ALL);
    fields.remove("name");
    fields.add("createOnAttach");
    return fields;
  }

  /**
   * What a body says of a queue.
   *
   * @throws ApiException it cannot be so, whatever it is applied to
   */
  static UnaryOperator<QueueDefinition> settings(ObjectNode body, long maxMessageBytes) {
    UnaryOperator<QueueDefinition> settings =
        before -> change(body, served(body, before), maxMessageBytes);
    // What is wrong with it whatever it is applied to, is told at once.
    QueueDefinition unused = settings.apply(usual("any", maxMessageBytes));
    return orNodeException(settings);
  }

  private static QueueDefinition served(ObjectNode body, QueueDefinition before) {
    return new QueueDefinition(
        before.name(),
        before.maxMessageBytes(),
        before.handling(),
        before.lifetime(),
        before.limits(),
        before.idempotency(),
        new Serving(
            Json.flag(body, "singleActiveConsumer", before.serving().singleActiveConsumer()),
            Json.flag(body, "prioritised", before.serving().prioritised())));
  }

  private static UnaryOperator<QueueDefinition> orNodeException(
      UnaryOperator<QueueDefinition> settings) {
    return before -> {
      try {
        return settings.apply(before);
      } catch (ApiException e) {
        throw new NodeException(
            new NodeError(NodeError.Code.INVALID, String.valueOf(e.getMessage())));
      }
    };
  }

  private static QueueDefinition usual(String name, long maxMessageBytes) {
    return new QueueDefinition(
        name,
        maxMessageBytes,
        Handling.DEFAULT,
        Lifetime.DEFAULT,
        Limits.NONE,
        IdempotencyPolicy.DEFAULT);
  }

  /** A change of settings: what is not named stays. */
  static UnaryOperator<QueueDefinition> change(byte[] json, long maxMessageBytes) {
    ObjectNode body = Json.object(json, SETTINGS);
    if (body.isEmpty()) {
      throw Json.invalid("the body names no setting");
    }
    // What is wrong with it whatever it is applied to, is told at once.
    change(body, usual("any", maxMessageBytes), maxMessageBytes);
    return orNodeException(before -> change(body, before, maxMessageBytes));
  }

  private static QueueDefinition change(
      ObjectNode body, QueueDefinition before, long maxMessageBytes) {
    return new QueueDefinition(
        before.name(),
        Json.number(body, "maxMessageBytes", 1, maxMessageBytes, before.maxMessageBytes()),
        handling(body, before.handling()),
        lifetime(body, before.lifetime()),
        limits(body, before.limits()),
        idempotency(body, before.idempotency()),
        before.serving());
  }

  private static Handling handling(ObjectNode body, Handling before) {
    JsonNode elsewhere = body.get("deadLetterTo");
    return new Handling(
        retry(body, before.retry()),
        Json.number(body, "lockTimeoutMs", 0, LONGEST_MS, before.lockTimeoutMs()),
        elsewhere == null ? before.deadLetterTo() : Json.text(body, "deadLetterTo"));
  }

  private static RetryPolicy retry(ObjectNode body, RetryPolicy before) {
    Backoff backoff = before.backoff();
    long initialMs =
        Json.number(body, "retryInitialMs", 0, Backoff.LONGEST_MS, backoff.initialMs());
    long maxMs = Json.number(body, "retryMaxMs", 0, Backoff.LONGEST_MS, backoff.maxMs());
    if (!body.has("retryMaxMs")) {
      maxMs = Math.max(maxMs, initialMs);
    }
    try {
      return new RetryPolicy(
          (int)
              Json.number(
                  body, "maxDeliveries", 1, RetryPolicy.MOST_DELIVERIES, before.maxDeliveries()),
          new Backoff(
              initialMs,
              Json.decimal(body, "retryMultiplier", backoff.multiplier()),
              maxMs,
              Json.decimal(body, "retryJitter", backoff.jitter())),
          before.counted());
    } catch (IllegalArgumentException e) {
      throw Json.invalid("the retry policy cannot be so: " + e.getMessage());
    }
  }

  private static Lifetime lifetime(ObjectNode body, Lifetime before) {
    return new Lifetime(
        Json.number(body, "ttlMs", 0, LONGEST_MS, before.defaultTtlMs()),
        Json.number(body, "maxTtlMs", 0, LONGEST_MS, before.maxTtlMs()),
        Json.flag(body, "dropExpired", before.dropExpired()),
        Json.number(body, "autoDeleteMs", 0, LONGEST_MS, before.autoDeleteMs()));
  }

  private static Limits limits(ObjectNode body, Limits before) {
    Overflow overflow = before.overflow();
    if (body.has("overflow")) {
      String code = Json.text(body, "overflow");
      overflow =
          Overflow.of(code)
              .orElseThrow(
                  () ->
                      Json.invalid(
                          "overflow must be one of "
                              + Arrays.stream(Overflow.values())
                                  .map(Overflow::code)
                                  .collect(Collectors.joining(", "))));
    }
    return new Limits(
        Json.number(body, "maxMessages", 0, Long.MAX_VALUE / 2, before.maxMessages()),
        Json.number(body, "maxBytes", 0, Long.MAX_VALUE / 2, before.maxBytes()),
        overflow);
  }

  static IdempotencyPolicy idempotency(ObjectNode body, IdempotencyPolicy before) {
    return new IdempotencyPolicy(
        Json.number(
            body,
            "idempotencyWindowMs",
            IdempotencyPolicy.MIN_WINDOW_MS,
            IdempotencyPolicy.MAX_WINDOW_MS,
            before.windowMs()),
        Json.flag(body, "idempotencyByMessageId", before.byMessageId()));
  }

  /** Adds the settings of a queue to what is said of it. */
  static ObjectNode put(QueueDefinition definition, ObjectNode shown) {
    Handling handling = definition.handling();
    Lifetime lifetime = definition.lifetime();
    Backoff backoff = handling.retry().backoff();
    return shown
        .put("maxMessageBytes", definition.maxMessageBytes())
        .put("maxDeliveries", handling.retry().maxDeliveries())
        .put("retryInitialMs", backoff.initialMs())
        .put("retryMultiplier", backoff.multiplier())
        .put("retryMaxMs", backoff.maxMs())
        .put("retryJitter", backoff.jitter())
        .put("lockTimeoutMs", handling.lockTimeoutMs())
        .put("deadLetterTo", handling.deadLetterTo())
        .put("ttlMs", lifetime.defaultTtlMs())
        .put("maxTtlMs", lifetime.maxTtlMs())
        .put("dropExpired", lifetime.dropExpired())
        .put("autoDeleteMs", lifetime.autoDeleteMs())
        .put("maxMessages", definition.limits().maxMessages())
        .put("maxBytes", definition.limits().maxBytes())
        .put("overflow", definition.limits().overflow().code())
        .put("idempotencyWindowMs", definition.idempotency().windowMs())
        .put("idempotencyByMessageId", definition.idempotency().byMessageId())
        .put("singleActiveConsumer", definition.serving().singleActiveConsumer())
        .put("prioritised", definition.serving().prioritised());
  }
}
