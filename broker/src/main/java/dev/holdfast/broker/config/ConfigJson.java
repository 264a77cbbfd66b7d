package dev.holdfast.broker.config;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;

/** The configuration as the management API and {@code up --describe} show it. */
public final class ConfigJson {
  private ConfigJson() {}

  /** {@code {"keys": [...]}}. */
  public static ObjectNode keys(List<Setting> settings) {
    ObjectNode answer = JsonNodeFactory.instance.objectNode();
    ArrayNode keys = answer.putArray("keys");
    for (Setting setting : settings) {
      keys.addObject()
          .put("key", setting.key())
          .put("value", setting.value())
          .put("origin", setting.origin())
          .put("default", setting.defaultText())
          .put("allowed", setting.allowed())
          .put("meaning", setting.meaning())
          .put("variable", setting.variable())
          .put("live", setting.live());
    }
    return answer;
  }

  /** {@code {"valid": ..., "mistakes": [...]}}. */
  public static ObjectNode verdict(List<String> mistakes) {
    ObjectNode answer = JsonNodeFactory.instance.objectNode().put("valid", mistakes.isEmpty());
    mistakes.forEach(answer.putArray("mistakes")::add);
    return answer;
  }

  /** {@code {"applied": [...], "needsRestart": [...]}}. */
  public static ObjectNode reloaded(LiveConfig.Reloaded reloaded) {
    ObjectNode answer = JsonNodeFactory.instance.objectNode();
    changes(answer.putArray("applied"), reloaded.applied());
    changes(answer.putArray("needsRestart"), reloaded.waiting());
    return answer;
  }

  private static void changes(ArrayNode array, List<LiveConfig.Change> changes) {
    for (LiveConfig.Change change : changes) {
      array
          .addObject()
          .put("key", change.now().key())
          .put("from", change.before().value())
          .put("to", change.now().value())
          .put("origin", change.now().origin());
    }
  }
}
