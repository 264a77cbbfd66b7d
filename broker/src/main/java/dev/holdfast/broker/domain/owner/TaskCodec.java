package dev.holdfast.broker.domain.owner;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.holdfast.acl.Principal;
import dev.holdfast.broker.domain.DeadLetterFilter;
import dev.holdfast.broker.domain.DeadLetterTask;
import dev.holdfast.broker.domain.DeadLetterTask.Action;
import dev.holdfast.broker.domain.DeadLetterTask.Order;
import dev.holdfast.broker.domain.DeadLetterTask.Progress;
import dev.holdfast.broker.domain.DeadLetterTask.State;
import dev.holdfast.broker.domain.FilterCodec;
import dev.holdfast.broker.domain.MessageFilter;
import dev.holdfast.deadletter.DeadLetterReason;
import dev.holdfast.deadletter.Redrive;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/** Tasks as the store keeps them: JSON under {@code task/ID}, written with each page. */
final class TaskCodec {
  private static final String PREFIX = "task/";
  private static final ObjectMapper JSON = new ObjectMapper();

  private TaskCodec() {}

  /**
   * A task as stored.
   *
   * @param task what the operator sees
   * @param principal who asked, for what is decided later
   * @param logId the dead letters' log
   */
  record StoredTask(DeadLetterTask task, Principal principal, int logId) {}

  static String key(long id) {
    return PREFIX + id;
  }

  static boolean isTask(String key) {
    return key.startsWith(PREFIX);
  }

  static byte[] encode(StoredTask stored) {
    Order order = stored.task().order();
    Progress progress = stored.task().progress();
    Redrive death = order.filter().death();
    MessageFilter where = order.filter().where();
    ObjectNode json =
        JSON.createObjectNode()
            .put("action", order.action().code())
            .put("node", order.node())
            .put("log", stored.logId())
            .put("to", order.to())
            .put("perSecond", order.perSecond())
            .put("maxHops", order.maxHops())
            .put("reason", death.reason().map(DeadLetterReason::code).orElse(""))
            .put("diedBeforeMs", death.diedBeforeMs())
            .put("fromSequence", death.fromSequence())
            .put("toSequence", death.toSequence())
            .put("whereText", order.filter().whereText())
            .put("state", progress.state().code())
            .put("by", progress.by())
            .put("startedMs", progress.startedMs())
            .put("changedMs", progress.changedMs())
            .put("waiting", progress.waiting())
            .put("next", progress.next())
            .put("done", progress.done())
            .put("bytes", progress.bytes())
            .put("error", progress.error());
    if (where != null) {
      json.put("where", where.encoded());
    }
    stored.principal().roles().forEach(json.putArray("roles")::add);
    ObjectNode skipped = json.putObject("skipped");
    progress.skipped().forEach(skipped::put);
    try {
      return JSON.writeValueAsBytes(json);
    } catch (IOException e) {
      throw new UncheckedIOException("a task cannot be written", e);
    }
  }

  /**
   * Reads one.
   *
   * @throws IllegalArgumentException it is of a later version, or its filter is
   */
  static StoredTask decode(String key, byte[] value, FilterCodec filters) {
    try {
      JsonNode json = JSON.readTree(value);
      Order order =
          new Order(
              Action.of(json.path("action").asText()).orElseThrow(() -> unknown(key)),
              json.required("node").asText(),
              filter(key, json, filters),
              json.path("to").asText(),
              json.path("perSecond").asInt(),
              json.path("maxHops").asInt(Redrive.MAX_HOPS));
      Set<String> roles = new HashSet<>();
      json.path("roles").forEach(role -> roles.add(role.asText()));
      long id = Long.parseLong(key.substring(PREFIX.length()));
      Progress progress = progress(key, json);
      return new StoredTask(
          new DeadLetterTask(id, order, progress),
          new Principal(progress.by(), roles),
          json.required("log").asInt());
    } catch (IOException e) {
      throw new UncheckedIOException("definition " + key + " cannot be read", e);
    }
  }

  private static DeadLetterFilter filter(String key, JsonNode json, FilterCodec filters)
      throws IOException {
    String reason = json.path("reason").asText();
    Redrive death =
        new Redrive(
            DeadLetterReason.of(reason),
            json.path("diedBeforeMs").asLong(),
            json.path("fromSequence").asLong(),
            json.path("toSequence").asLong(Long.MAX_VALUE));
    if (!reason.isEmpty() && death.reason().isEmpty()) {
      throw unknown(key);
    }
    MessageFilter where =
        json.has("where") ? filters.decode(json.path("where").binaryValue()) : null;
    return new DeadLetterFilter(death, where, json.path("whereText").asText());
  }

  private static Progress progress(String key, JsonNode json) {
    Map<String, Long> skipped = new HashMap<>();
    json.path("skipped")
        .properties()
        .forEach(entry -> skipped.put(entry.getKey(), entry.getValue().asLong()));
    return new Progress(
        State.of(json.path("state").asText()).orElseThrow(() -> unknown(key)),
        json.path("by").asText(),
        json.path("startedMs").asLong(),
        json.path("changedMs").asLong(),
        json.path("waiting").asLong(),
        json.path("next").asLong(),
        json.path("done").asLong(),
        json.path("bytes").asLong(),
        skipped,
        json.path("error").asText());
  }

  private static IllegalArgumentException unknown(String key) {
    return new IllegalArgumentException(
        "definition " + key + " is of a version that this one does not know");
  }
}
