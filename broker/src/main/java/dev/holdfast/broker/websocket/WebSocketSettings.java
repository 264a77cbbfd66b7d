package dev.holdfast.broker.websocket;

import java.util.Set;

/**
 * What is asked of a WebSocket's handshake.
 *
 * @param subProtocol the client has to offer
 * @param paths of the resource; a query is not looked at
 * @param origins of pages that browsers may connect from, in lower case
 * @param timeoutMs until the handshake is done
 */
public record WebSocketSettings(
    String subProtocol, Set<String> paths, Set<String> origins, int timeoutMs) {

  /** Copies the sets. */
  public WebSocketSettings {
    paths = Set.copyOf(paths);
    origins = Set.copyOf(origins);
  }
}
