package dev.holdfast.broker.management;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.holdfast.deadletter.DeathRecord;
import java.time.Instant;

/** Why a message is, or was, a dead letter, as the API shows it. */
final class DeathJson {

  private DeathJson() {}

  static ObjectNode show(DeathRecord death) {
    ObjectNode node = Json.object().put("reason", death.reason().code());
    text(node, "condition", death.condition());
    text(node, "description", death.description());
    node.put("origin", death.origin().node())
        .put("originSequence", death.origin().sequence())
        .put("originTime", time(death.origin().enqueuedMs()))
        .put("failures", death.failures().count());
    if (death.failures().firstMs() != 0) {
      node.put("firstFailure", time(death.failures().firstMs()))
          .put("lastFailure", time(death.failures().lastMs()));
    }
    text(node, "consumer", death.failures().consumer());
    node.put("time", time(death.diedMs())).put("hops", death.hops());
    node.putObject("first")
        .put("reason", death.first().reason().code())
        .put("origin", death.first().node())
        .put("time", time(death.first().diedMs()));
    return node;
  }

  private static void text(ObjectNode node, String field, String text) {
    if (!text.isEmpty()) {
      node.put(field, text);
    }
  }

  static String time(long epochMs) {
    return Instant.ofEpochMilli(epochMs).toString();
  }
}
