package dev.holdfast.it.access;

import dev.holdfast.it.access.Attempt.Door;
import dev.holdfast.it.harness.BrokerProcess;
import dev.holdfast.it.harness.TestUser;
import dev.holdfast.it.wire.AmqpClient;
import dev.holdfast.it.wire.Login;
import java.io.IOException;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/** Those who try, connected. Those of the Unix socket are there only when the tests run as root. */
final class Callers implements AutoCloseable {
  static final String ALLOWED = "allowed";
  static final String DENIED = "denied";

  private static final int OF_NO_RULE = 65_102;
  private static final int UID = 65_101;
  private static final int GID = 65_202;
  private static final int OTHER_GID = 65_201;

  private final Map<CallerKind, AmqpAttempts> amqp = new EnumMap<>(CallerKind.class);
  private final Map<CallerKind, ApiAttempts> api = new EnumMap<>(CallerKind.class);
  private final List<Relay> relays = new ArrayList<>();

  Callers(BrokerProcess broker) throws IOException {
    TestUser user = TestUser.chosen(broker.cli(), "mia", "correct horse");
    amqp.put(
        CallerKind.USER,
        new AmqpAttempts(
            AmqpClient.connect(
                broker.ready().tcp(), new Login.Plain(user.name(), user.password()))));
    if ("root".equals(System.getProperty("user.name"))) {
      add(CallerKind.UID, Relay.as(UID, OTHER_GID, broker));
      add(CallerKind.GID, Relay.as(OF_NO_RULE, GID, broker));
    }
  }

  private void add(CallerKind kind, Relay relay) throws IOException {
    relays.add(relay);
    api.put(kind, new ApiAttempts(relay.admin()));
    amqp.put(kind, new AmqpAttempts(AmqpClient.connect(relay.amqp(), new Login.External())));
  }

  /** Whether there is such a one. */
  boolean has(CallerKind kind) {
    return amqp.containsKey(kind);
  }

  /**
   * Tries it.
   *
   * @param attempt what
   * @return {@link #ALLOWED}, {@link #DENIED}, or what else was answered
   * @throws IOException when there is no answer
   */
  String attempt(Attempt attempt) throws IOException {
    return attempt.door() == Door.API
        ? api.get(attempt.caller()).attempt(attempt)
        : amqp.get(attempt.caller()).attempt(attempt);
  }

  @Override
  public void close() {
    amqp.values().forEach(AmqpAttempts::close);
    relays.forEach(Relay::close);
  }
}
