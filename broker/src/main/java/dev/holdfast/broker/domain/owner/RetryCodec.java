package dev.holdfast.broker.domain.owner;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.holdfast.deadletter.Backoff;
import dev.holdfast.deadletter.Failure;
import dev.holdfast.deadletter.RetryPolicy;
import java.util.EnumSet;
import java.util.Set;

/** Retry policies in the definitions that the store keeps. */
final class RetryCodec {
  private RetryCodec() {}

  /** Adds the fields of a policy. */
  static ObjectNode put(RetryPolicy policy, ObjectNode json) {
    Backoff backoff = policy.backoff();
    json.put("maxDeliveries", policy.maxDeliveries())
        .putObject("backoff")
        .put("initialMs", backoff.initialMs())
        .put("multiplier", backoff.multiplier())
        .put("maxMs", backoff.maxMs())
        .put("jitter", backoff.jitter());
    ArrayNode counted = json.putArray("counted");
    policy.counted().forEach(failure -> counted.add(failure.code()));
    return json;
  }

  /** Reads them; what is missing takes its default. */
  static RetryPolicy get(JsonNode json) {
    JsonNode backoff = json.path("backoff");
    Backoff usual = Backoff.DEFAULT;
    Set<Failure> counted = EnumSet.noneOf(Failure.class);
    json.path("counted").forEach(code -> Failure.of(code.asText()).ifPresent(counted::add));
    return new RetryPolicy(
        json.path("maxDeliveries").asInt(RetryPolicy.DEFAULT.maxDeliveries()),
        new Backoff(
            backoff.path("initialMs").asLong(usual.initialMs()),
            backoff.path("multiplier").asDouble(usual.multiplier()),
            backoff.path("maxMs").asLong(usual.maxMs()),
            backoff.path("jitter").asDouble(usual.jitter())),
        json.has("counted") ? counted : RetryPolicy.COUNTED_BY_DEFAULT);
  }
}
