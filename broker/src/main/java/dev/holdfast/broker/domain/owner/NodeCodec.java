package dev.holdfast.broker.domain.owner;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.holdfast.broker.domain.IdempotencyPolicy;
import dev.holdfast.broker.domain.QueueDefinition;
import dev.holdfast.broker.domain.QueueDefinition.Handling;
import dev.holdfast.broker.domain.QueueDefinition.Lifetime;
import dev.holdfast.broker.domain.QueueDefinition.Limits;
import dev.holdfast.broker.domain.QueueDefinition.Overflow;
import dev.holdfast.broker.domain.QueueDefinition.Serving;
import dev.holdfast.broker.domain.QueueTemplate;
import dev.holdfast.broker.domain.TopicDefinition;
import java.io.IOException;
import java.io.UncheckedIOException;

/**
 * Definitions of nodes as the store keeps them: JSON under {@code node/ID}, the name inside,
 * because the store seals values and not keys. Fields that a later version adds are ignored here;
 * fields that are missing take their default.
 */
final class NodeCodec {
  private static final String PREFIX = "node/";
  private static final String QUEUE = "queue";
  private static final String TOPIC = "topic";
  private static final ObjectMapper JSON = new ObjectMapper();

  private NodeCodec() {}

  /** A node as stored. */
  sealed interface StoredNode {}

  /**
   * A queue as stored.
   *
   * @param definition what the operator chose
   * @param logId its log; a prioritised queue has ten with ids in a row from here on, the first for
   *     the highest priority
   * @param deadLetterLogId its dead letters' log
   */
  record StoredQueue(QueueDefinition definition, int logId, int deadLetterLogId)
      implements StoredNode {}

  /**
   * A topic as stored.
   *
   * @param definition what the operator chose
   * @param logId its log
   */
  record StoredTopic(TopicDefinition definition, int logId) implements StoredNode {}

  static String key(int logId) {
    return PREFIX + logId;
  }

  static boolean isNode(String key) {
    return key.startsWith(PREFIX);
  }

  static byte[] encode(StoredQueue queue) {
    return write(
        json(queue.definition())
            .put("log", queue.logId())
            .put("deadLetterLog", queue.deadLetterLogId()));
  }

  static byte[] encode(QueueTemplate template) {
    return write(json(template.settings()).put("createOnAttach", template.createOnAttach()));
  }

  private static ObjectNode json(QueueDefinition definition) {
    QueueDefinition.Lifetime lifetime = definition.lifetime();
    QueueDefinition.Limits limits = definition.limits();
    return RetryCodec.put(definition.retry(), JSON.createObjectNode())
        .put("kind", QUEUE)
        .put("name", definition.name())
        .put("maxMessageBytes", definition.maxMessageBytes())
        .put("idempotencyWindowMs", definition.idempotency().windowMs())
        .put("idempotencyByMessageId", definition.idempotency().byMessageId())
        .put("singleActiveConsumer", definition.serving().singleActiveConsumer())
        .put("prioritised", definition.serving().prioritised())
        .put("lockTimeoutMs", definition.handling().lockTimeoutMs())
        .put("deadLetterTo", definition.handling().deadLetterTo())
        .put("defaultTtlMs", lifetime.defaultTtlMs())
        .put("maxTtlMs", lifetime.maxTtlMs())
        .put("dropExpired", lifetime.dropExpired())
        .put("autoDeleteMs", lifetime.autoDeleteMs())
        .put("maxMessages", limits.maxMessages())
        .put("maxBytes", limits.maxBytes())
        .put("overflow", limits.overflow().code());
  }

  static byte[] encode(StoredTopic topic) {
    TopicDefinition definition = topic.definition();
    return write(
        RetryCodec.put(definition.retry(), JSON.createObjectNode())
            .put("kind", TOPIC)
            .put("name", definition.name())
            .put("log", topic.logId())
            .put("maxMessageBytes", definition.maxMessageBytes())
            .put("idempotencyWindowMs", definition.idempotency().windowMs())
            .put("idempotencyByMessageId", definition.idempotency().byMessageId())
            .put("retentionAgeMs", definition.retention().maxAgeMs())
            .put("retentionBytes", definition.retention().maxBytes()));
  }

  private static byte[] write(ObjectNode json) {
    try {
      return JSON.writeValueAsBytes(json);
    } catch (IOException e) {
      throw new UncheckedIOException("a definition cannot be written", e);
    }
  }

  static StoredNode decode(String key, byte[] value, DomainSettings settings) {
    try {
      JsonNode json = JSON.readTree(value);
      String kind = json.path("kind").asText();
      return switch (kind) {
        case QUEUE -> queue(json, settings);
        case TOPIC -> topic(json, settings);
        default ->
            throw new IllegalStateException(
                key
                    + " is a "
                    + kind
                    + ", which this version does not know; start the newer version");
      };
    } catch (IOException e) {
      throw new UncheckedIOException("definition " + key + " cannot be read", e);
    }
  }

  private static StoredQueue queue(JsonNode json, DomainSettings settings) {
    return new StoredQueue(
        definition(json, settings),
        json.required("log").asInt(),
        json.required("deadLetterLog").asInt());
  }

  static QueueTemplate decodeTemplate(byte[] value, DomainSettings settings) {
    try {
      JsonNode json = JSON.readTree(value);
      QueueDefinition like = definition(json, settings);
      return new QueueTemplate(like.name(), like, json.path("createOnAttach").asBoolean());
    } catch (IOException e) {
      throw new UncheckedIOException("a template cannot be read", e);
    }
  }

  private static QueueDefinition definition(JsonNode json, DomainSettings settings) {
    return new QueueDefinition(
        json.required("name").asText(),
        json.path("maxMessageBytes").asLong(settings.maxMessageBytes()),
        new Handling(
            RetryCodec.get(json),
            json.path("lockTimeoutMs").asLong(Handling.DEFAULT.lockTimeoutMs()),
            json.path("deadLetterTo").asText("")),
        new Lifetime(
            json.path("defaultTtlMs").asLong(0),
            json.path("maxTtlMs").asLong(0),
            json.path("dropExpired").asBoolean(false),
            json.path("autoDeleteMs").asLong(0)),
        new Limits(
            json.path("maxMessages").asLong(0),
            json.path("maxBytes").asLong(0),
            Overflow.of(json.path("overflow").asText("")).orElse(Overflow.REJECT)),
        idempotency(json),
        new Serving(
            json.path("singleActiveConsumer").asBoolean(), json.path("prioritised").asBoolean()));
  }

  private static StoredTopic topic(JsonNode json, DomainSettings settings) {
    TopicDefinition.Retention retention =
        new TopicDefinition.Retention(
            json.path("retentionAgeMs").asLong(0), json.path("retentionBytes").asLong(0));
    TopicDefinition definition =
        new TopicDefinition(
            json.required("name").asText(),
            json.path("maxMessageBytes").asLong(settings.maxMessageBytes()),
            RetryCodec.get(json),
            retention,
            idempotency(json));
    return new StoredTopic(definition, json.required("log").asInt());
  }

  private static IdempotencyPolicy idempotency(JsonNode json) {
    return new IdempotencyPolicy(
        json.path("idempotencyWindowMs").asLong(IdempotencyPolicy.DEFAULT.windowMs()),
        json.path("idempotencyByMessageId").asBoolean());
  }
}
