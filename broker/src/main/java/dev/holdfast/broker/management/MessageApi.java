package dev.holdfast.broker.management;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.holdfast.acl.AccessPolicy;
import dev.holdfast.acl.Permission;
import dev.holdfast.acl.Principal;
import dev.holdfast.acl.Resource;
import dev.holdfast.broker.amqp.codec.BodyDigest;
import dev.holdfast.broker.amqp.codec.MessageView;
import dev.holdfast.broker.amqp.json.MessageJson;
import dev.holdfast.broker.amqp.json.NewMessageJson;
import dev.holdfast.broker.amqp.json.RawMessage;
import dev.holdfast.broker.domain.IncomingMessage;
import dev.holdfast.broker.domain.IncomingMessage.Marks;
import dev.holdfast.broker.domain.MessageAttributes;
import dev.holdfast.broker.domain.NodeAdmin;
import dev.holdfast.broker.domain.NodeAdmin.PeekedMessage;
import dev.holdfast.broker.domain.Outcome;
import dev.holdfast.storage.StoredBlob;
import dev.holdfast.storage.StoredMessage;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/** Messages of a queue: peek, send, take. Encoding and decoding run on the workers. */
final class MessageApi {
  private static final Set<String> FIELDS =
      Set.of(
          "body",
          "durable",
          "priority",
          "ttlMs",
          "delayMs",
          "deliverAt",
          "idempotencyKey",
          "sections",
          "properties",
          "applicationProperties");
  private static final List<String> MADE =
      List.of(
          "body", "idempotencyKey", "delayMs", "deliverAt", "properties", "applicationProperties");
  private static final int MOST_MESSAGES = 1_000;
  private static final int PEEKED_BY_DEFAULT = 10;
  private static final int DEFAULT_PRIORITY = 4;
  private static final int MOST_REASON = 1_024;
  private static final String REJECTED_BY_HAND = "holdfast:rejected-by-operator";
  private static final long LONGEST_DELAY_MS = 10L * 365 * 86_400_000;
  static final long LONGEST_TTL_MS = 0xFFFF_FFFFL;

  private final NodeAdmin nodes;
  private final AccessPolicy policy;
  private final Executor workers;
  private final WholeMessage whole;

  MessageApi(ManagementServices services, Executor workers) {
    this.nodes = services.nodes();
    this.policy = services.policy();
    this.workers = workers;
    this.whole = new WholeMessage(services.parts());
  }

  CompletionStage<ApiAnswer> peek(ApiRequest request) {
    Principal principal = request.principal();
    String queue = request.variable(0);
    int limit = (int) request.number("limit", 1, MOST_MESSAGES, PEEKED_BY_DEFAULT);
    long from = request.number("from", 0, Long.MAX_VALUE, 0);
    if (MessageSearch.Wanted.by(request)) {
      MessagePages.Source source = (next, count) -> nodes.peek(principal, queue, next, count);
      return new MessageSearch(MessageSearch.Wanted.of(request, limit), source, whole, workers)
          .find();
    }
    MessagePages pages =
        new MessagePages(
            (next, count) -> nodes.peek(principal, queue, Math.max(from, next), count), limit);
    return pages.collect().thenApplyAsync(MessageApi::show, workers);
  }

  CompletionStage<ApiAnswer> one(ApiRequest request) {
    String node = request.variable(0);
    long sequence = DeadLetterApi.number(request, 1, "sequence");
    boolean decoded = request.flag("decoded", false);
    return nodes
        .peek(request.principal(), node, sequence, 1)
        .thenApplyAsync(
            found -> {
              if (found.isEmpty() || found.get(0).message().sequence() != sequence) {
                throw new ApiException(
                    ApiException.Code.NOT_FOUND, "there is no message " + sequence + " in " + node);
              }
              MessageJson json = new MessageJson();
              ObjectNode shown = whole.show(json, found.get(0), true);
              if (decoded) {
                shown.set("decoded", json.decoded(found.get(0).message().body()));
              }
              return ApiAnswer.ok(shown);
            },
            workers);
  }

  CompletionStage<ApiAnswer> receive(ApiRequest request) {
    Principal principal = request.principal();
    String queue = request.variable(0);
    int limit = (int) request.number("limit", 1, MOST_MESSAGES, 1);
    Outcome outcome = outcome(request);
    if (outcome == Outcome.RELEASED) {
      // Released messages go back to their place: a second page would begin with them again.
      return nodes
          .receive(principal, queue, limit, outcome)
          .thenApplyAsync(MessageApi::show, workers);
    }
    MessagePages pages =
        new MessagePages((next, count) -> nodes.receive(principal, queue, count, outcome), limit);
    return pages.collect().thenApplyAsync(MessageApi::show, workers);
  }

  private static Outcome outcome(ApiRequest request) {
    boolean acknowledge = request.flag("ack", true);
    String reason = request.query().get("reject");
    if (reason == null) {
      return acknowledge ? Outcome.ACCEPTED : Outcome.RELEASED;
    }
    if (reason.length() > MOST_REASON) {
      throw Json.invalid("the parameter reject has at most " + MOST_REASON + " characters");
    }
    return new Outcome.Rejected(REJECTED_BY_HAND, reason);
  }

  CompletionStage<ApiAnswer> send(ApiRequest request) {
    Principal principal = request.principal();
    String queue = request.variable(0);
    boolean anyUser = speaksForAll(policy, principal);
    return CompletableFuture.supplyAsync(
            () -> message(principal, Json.object(request.body(), FIELDS), anyUser), workers)
        .thenCompose(message -> nodes.publish(principal, queue, message))
        .thenApply(
            published ->
                ApiAnswer.created(
                    Json.object()
                        .put("sequence", published.sequence())
                        .put("duplicate", published.duplicate())));
  }

  /** Whether the principal may send messages that claim to be of another user. */
  static boolean speaksForAll(AccessPolicy policy, Principal principal) {
    return policy.decide(principal, Permission.MANAGE, Resource.THE_BROKER).allowed();
  }

  /**
   * A message as the API takes it.
   *
   * @param anyUser whether it may claim to be of another user
   */
  private static IncomingMessage message(Principal principal, ObjectNode body, boolean anyUser) {
    if (body.has("sections")) {
      return sections(principal, body, anyUser);
    }
    if (!body.has("body")) {
      throw Json.invalid("the field body must be there");
    }
    String key = body.has("idempotencyKey") ? Json.text(body, "idempotencyKey") : null;
    byte[] sections;
    try {
      sections =
          NewMessageJson.encode(
              key,
              body.get("body"),
              Json.optional(body, "properties"),
              Json.optional(body, "applicationProperties"));
    } catch (IllegalArgumentException e) {
      throw Json.invalid(String.valueOf(e.getMessage()));
    }
    return new IncomingMessage(
        Json.flag(body, "durable", true),
        (byte) Json.number(body, "priority", 0, 9, DEFAULT_PRIORITY),
        Json.number(body, "ttlMs", 0, LONGEST_TTL_MS, -1),
        0,
        0,
        sections,
        marks(key, body, sections));
  }

  private static IncomingMessage sections(Principal principal, ObjectNode body, boolean anyUser) {
    for (String made : MADE) {
      if (Json.optional(body, made) != null) {
        throw Json.invalid("sections are the whole message: leave out " + made);
      }
    }
    try {
      return RawMessage.of(
          Base64.getDecoder().decode(Json.text(body, "sections")),
          new RawMessage.Header(
              Json.flag(body, "durable", true),
              (byte) Json.number(body, "priority", 0, 9, DEFAULT_PRIORITY),
              Json.number(body, "ttlMs", 0, LONGEST_TTL_MS, -1)),
          anyUser ? null : principal.name());
    } catch (IllegalArgumentException e) {
      throw Json.invalid("sections: " + e.getMessage());
    }
  }

  private static Marks marks(@Nullable String key, ObjectNode body, byte[] sections) {
    JsonNode properties = Json.optional(body, "properties");
    String id = text(properties, "messageId");
    String group = text(properties, "groupId");
    long delayMs = Json.number(body, "delayMs", 0, LONGEST_DELAY_MS, 0);
    long deliverAtMs = deliverAtMs(body);
    if (delayMs > 0 && deliverAtMs > 0) {
      throw Json.invalid("delayMs and deliverAt say the same in two ways: leave one out");
    }
    MessageView view = new MessageView();
    if (!view.scan(sections, 0, sections.length)) {
      throw new IllegalStateException("a message made here is no AMQP message");
    }
    boolean plain = group == null && delayMs == 0 && deliverAtMs == 0 && key == null && id == null;
    long digest = key == null && id == null ? 0 : BodyDigest.of(view);
    Marks marks = plain ? Marks.NONE : new Marks(group, deliverAtMs, delayMs, key, id, digest);
    return marks.withSealed(view.isSealed());
  }

  private static long deliverAtMs(ObjectNode body) {
    if (!body.has("deliverAt")) {
      return 0;
    }
    try {
      return Math.max(1, Instant.parse(Json.text(body, "deliverAt")).toEpochMilli());
    } catch (DateTimeException | ArithmeticException e) {
      throw Json.invalid("the field deliverAt must be a time of UTC as 2026-12-24T18:00:00Z");
    }
  }

  private static @Nullable String text(@Nullable JsonNode properties, String name) {
    JsonNode value = properties == null ? null : properties.get(name);
    return value == null ? null : value.textValue();
  }

  private static ApiAnswer show(List<PeekedMessage> messages) {
    MessageJson json = new MessageJson();
    ObjectNode answer = Json.object();
    var array = answer.putArray("messages");
    messages.forEach(m -> array.add(show(json, m)));
    return ApiAnswer.ok(answer);
  }

  static ObjectNode show(MessageJson json, PeekedMessage peeked) {
    StoredMessage message = peeked.message();
    ObjectNode node =
        Json.object()
            .put("sequence", message.sequence())
            .put("durable", message.durable())
            .put("priority", message.priority())
            .put("enqueued", Instant.ofEpochMilli(message.enqueuedMs()).toString())
            .put(
                "expires",
                message.expiryMs() == 0
                    ? null
                    : Instant.ofEpochMilli(message.expiryMs()).toString())
            .put("failures", peeked.failures())
            .put("unsettled", peeked.unsettled())
            .put("bytes", message.bytes());
    if ((message.flags() & StoredMessage.HAS_TTL) != 0) {
      node.put("ttlMs", Integer.toUnsignedLong(message.ttlMs()));
    }
    MessageAttributes.death(message.attributes())
        .ifPresent(death -> node.set("death", DeathJson.show(death)));
    node.setAll(json.show(message.body()));
    StoredBlob rest = message.blob();
    if (rest != null) {
      node.set("body", Json.object().put("type", "large").put("bytes", rest.bytes()));
    }
    return node;
  }
}
