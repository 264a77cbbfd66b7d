package dev.holdfast.it.wire;

import java.io.IOException;
import java.util.Map;

/** The links over which a client gives the broker a new token. */
public final class Cbs {
  private final ControlLinks links;

  /**
   * Attaches them.
   *
   * @param client whose connection it is
   * @throws IOException when the connection ends
   */
  public Cbs(AmqpClient client) throws IOException {
    this.links = new ControlLinks(client, "$cbs");
  }

  /**
   * Gives a token.
   *
   * @param token to be in force from now on
   * @return the status that the broker answers
   * @throws IOException when the connection ends
   */
  public int put(String token) throws IOException {
    Map<String, Object> properties =
        Map.of("operation", "put-token", "type", "jwt", "name", "holdfast");
    return ControlLinks.status(links.ask(properties, token));
  }
}
