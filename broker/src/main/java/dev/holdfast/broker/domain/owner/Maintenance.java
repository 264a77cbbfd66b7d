package dev.holdfast.broker.domain.owner;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.holdfast.broker.domain.BrokerMode;
import dev.holdfast.broker.domain.NodeError;
import dev.holdfast.broker.domain.Pause;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What operators hold back: the whole broker, or single nodes. Kept as rows {@code mode/broker} and
 * {@code pause/ID}, with the id of the node's first log; that the broker drains is not kept. Owner
 * thread.
 */
final class Maintenance {
  static final String MODE = "mode/broker";
  private static final String PAUSE = "pause/";
  private static final ObjectMapper JSON = new ObjectMapper();

  private BrokerMode mode = BrokerMode.NORMAL;
  private @Nullable NodeError refusal;

  static String key(Node node) {
    return PAUSE + node.id();
  }

  static byte[] encode(Pause pause) {
    return write(
        JSON.createObjectNode()
            .put("sending", pause.sending())
            .put("delivery", pause.delivery())
            .put("reason", pause.reason()));
  }

  static byte[] encode(BrokerMode mode) {
    return write(
        JSON.createObjectNode().put("readOnly", mode.readOnly()).put("reason", mode.reason()));
  }

  private static byte[] write(ObjectNode json) {
    try {
      return JSON.writeValueAsBytes(json);
    } catch (IOException e) {
      throw new UncheckedIOException("what is held back cannot be written", e);
    }
  }

  /** Takes everything from the store, but for what is not kept there. */
  void rebuild(Map<String, byte[]> definitions, Collection<Node> nodes) {
    byte[] kept = definitions.get(MODE);
    JsonNode json = kept == null ? JSON.createObjectNode() : read(kept);
    boolean readOnly = json.path("readOnly").asBoolean();
    mode(
        new BrokerMode(
            readOnly,
            mode.draining(),
            mode.draining() ? mode.reason() : json.path("reason").asText("")));
    Map<String, Node> byKey = new HashMap<>();
    nodes.forEach(node -> byKey.put(key(node), node));
    byKey.forEach(
        (key, node) -> {
          byte[] row = definitions.get(key);
          node.pause(row == null ? Pause.NONE : pause(read(row)));
        });
  }

  private static Pause pause(JsonNode json) {
    return new Pause(
        json.path("sending").asBoolean(),
        json.path("delivery").asBoolean(),
        json.path("reason").asText(""));
  }

  private static JsonNode read(byte[] row) {
    try {
      return JSON.readTree(row);
    } catch (IOException e) {
      throw new UncheckedIOException("what is held back cannot be read", e);
    }
  }

  BrokerMode mode() {
    return mode;
  }

  /** From now on. */
  void mode(BrokerMode now) {
    mode = now;
    if (now.draining()) {
      refusal = held("HF-DRAINING: the broker is being drained", now.reason());
    } else {
      refusal =
          now.readOnly() ? held("HF-READ-ONLY: the broker takes no messages", now.reason()) : null;
    }
  }

  /** Why no message is taken at all; null: messages are. */
  @Nullable NodeError refusal() {
    return refusal;
  }

  /** Why a node that is held back takes no message. */
  static @Nullable NodeError refusal(Pause pause, String node) {
    return pause.sending()
        ? held("HF-PAUSED: " + node + " takes no messages", pause.reason())
        : null;
  }

  private static NodeError held(String what, String reason) {
    return new NodeError(
        NodeError.Code.RESOURCE_LIMIT_EXCEEDED, reason.isEmpty() ? what : what + ": " + reason);
  }
}
