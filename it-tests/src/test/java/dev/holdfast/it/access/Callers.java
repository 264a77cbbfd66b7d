package dev.holdfast.it.access;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.holdfast.broker.tls.TestCa;
import dev.holdfast.it.access.Attempt.Door;
import dev.holdfast.it.harness.BrokerProcess;
import dev.holdfast.it.harness.TestUser;
import dev.holdfast.it.wire.AmqpClient;
import dev.holdfast.it.wire.Login;
import dev.holdfast.it.wire.TlsRelay;
import java.io.IOException;
import java.net.SocketAddress;
import java.nio.file.Path;
import java.util.Base64;
import java.util.EnumMap;
import java.util.Map;

/** Those who try, connected. Those of the Unix socket are there only when the tests run as root. */
final class Callers implements AutoCloseable {
  static final String ALLOWED = "allowed";
  static final String DENIED = "denied";

  private static final int OF_NO_RULE = 65_102;
  private static final int UID = 65_101;
  private static final int GID = 65_202;
  private static final int OTHER_GID = 65_201;

  private static final String[] TOKEN = {
    "token",
    "issue",
    "mia",
    "--scope",
    "any:queue:#",
    "--scope",
    "any:topic:#",
    "--scope",
    "any:sub:#",
    "--scope",
    "any:dlq:#",
    "--scope",
    "any:broker"
  };

  private final Map<CallerKind, AmqpAttempts> amqp = new EnumMap<>(CallerKind.class);
  private final Map<CallerKind, Relay> relays = new EnumMap<>(CallerKind.class);
  private final BrokerProcess broker;
  private final TestUser user;
  private final String token;
  private final TlsRelay tls;

  /**
   * Makes them.
   *
   * @param broker with a TLS listener that trusts {@code shown}
   * @param shown the certificate of one of them
   * @param directory for files
   */
  Callers(BrokerProcess broker, TestCa.Issued shown, Path directory) throws IOException {
    this.broker = broker;
    this.user = TestUser.chosen(broker.cli(), "mia", "correct horse");
    this.token = broker.cli().json(TOKEN).get("token").asText();
    this.tls = new TlsRelay(shown, directory, broker.port("amqps"));
    if ("root".equals(System.getProperty("user.name"))) {
      relays.put(CallerKind.UID, Relay.as(UID, OTHER_GID, broker));
      relays.put(CallerKind.GID, Relay.as(OF_NO_RULE, GID, broker));
    }
  }

  /** Whether there is such a one. */
  boolean has(CallerKind kind) {
    return !kind.isLocal() || relays.containsKey(kind);
  }

  /** The name by which the broker issues tokens. */
  String issuer() throws IOException {
    byte[] claims = Base64.getUrlDecoder().decode(token.split("\\.")[1]);
    return new ObjectMapper().readTree(claims).get("iss").asText();
  }

  /**
   * Asks the management API.
   *
   * @param kind one that is local
   * @param request method, path and, when there is one, a body, with blanks between
   * @return what came of it, as of an attempt
   * @throws IOException when there is no answer
   */
  String ask(CallerKind kind, String request) throws IOException {
    return new ApiAttempts(relays.get(kind).admin()).ask(request);
  }

  /**
   * Asks for a queue of one's own.
   *
   * @param kind who
   * @return what came of it, as of an attempt
   * @throws IOException when there is no answer
   */
  String makeDynamic(CallerKind kind) throws IOException {
    return connected(kind).makeDynamic();
  }

  /**
   * Tries it.
   *
   * @param attempt what
   * @return {@link #ALLOWED}, {@link #DENIED}, or what else was answered
   * @throws IOException when there is no answer
   */
  String attempt(Attempt attempt) throws IOException {
    Relay relay = relays.get(attempt.caller());
    if (attempt.door() == Door.API && relay != null) {
      return new ApiAttempts(relay.admin()).attempt(attempt);
    }
    return connected(attempt.caller()).attempt(attempt);
  }

  private AmqpAttempts connected(CallerKind kind) throws IOException {
    AmqpAttempts connected = amqp.get(kind);
    if (connected == null) {
      // Not before: whoever says nothing for a minute is taken for dead.
      connected = new AmqpAttempts(connect(kind));
      amqp.put(kind, connected);
    }
    return connected;
  }

  private AmqpClient connect(CallerKind kind) throws IOException {
    SocketAddress tcp = broker.ready().tcp();
    return switch (kind) {
      case UID, GID -> AmqpClient.connect(relays.get(kind).amqp(), new Login.External());
      case USER -> AmqpClient.connect(tcp, new Login.Plain(user.name(), user.password()));
      case CERTIFICATE -> AmqpClient.connect(tls.address(), new Login.External());
      case TOKEN -> AmqpClient.connect(tcp, new Login.Plain("token", token));
    };
  }

  @Override
  public void close() throws IOException {
    amqp.values().forEach(AmqpAttempts::close);
    relays.values().forEach(Relay::close);
    tls.close();
  }
}
