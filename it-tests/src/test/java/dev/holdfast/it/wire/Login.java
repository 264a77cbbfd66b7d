package dev.holdfast.it.wire;

import java.nio.charset.StandardCharsets;
import org.apache.qpid.proton.engine.Sasl;

/** How a client says who it is. */
public sealed interface Login {
  /** The kernel's word for the caller of a Unix socket. */
  record External() implements Login {}

  /** No name given. */
  record Anonymous() implements Login {}

  /**
   * A user and a password in the clear, for loopback.
   *
   * @param user name
   * @param password secret
   */
  record Plain(String user, String password) implements Login {}

  /**
   * A token.
   *
   * @param token signed by an issuer that the broker knows
   */
  record XOAuth2(String token) implements Login {}

  /**
   * Starts the client side of the exchange.
   *
   * @param sasl of the connection
   */
  default void start(Sasl sasl) {
    sasl.client();
    if (this instanceof Plain plain) {
      sasl.setMechanisms("PLAIN");
      byte[] response =
          ("\0" + plain.user() + "\0" + plain.password()).getBytes(StandardCharsets.UTF_8);
      sasl.send(response, 0, response.length);
    } else if (this instanceof XOAuth2 bearer) {
      sasl.setMechanisms("XOAUTH2");
      byte[] response =
          ("user=it\u0001auth=Bearer " + bearer.token() + "\u0001\u0001")
              .getBytes(StandardCharsets.UTF_8);
      sasl.send(response, 0, response.length);
    } else {
      sasl.setMechanisms(this instanceof External ? "EXTERNAL" : "ANONYMOUS");
    }
  }
}
