package dev.holdfast.it.access;

import dev.holdfast.it.access.Attempt.Door;
import dev.holdfast.it.harness.BrokerProcess;
import dev.holdfast.it.harness.TestUser;
import dev.holdfast.it.wire.AmqpClient;
import dev.holdfast.it.wire.Login;
import java.io.IOException;
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

  private final Map<CallerKind, AmqpAttempts> amqp = new EnumMap<>(CallerKind.class);
  private final Map<CallerKind, Relay> relays = new EnumMap<>(CallerKind.class);
  private final BrokerProcess broker;
  private final TestUser user;

  Callers(BrokerProcess broker) {
    this.broker = broker;
    this.user = TestUser.chosen(broker.cli(), "mia", "correct horse");
    if ("root".equals(System.getProperty("user.name"))) {
      relays.put(CallerKind.UID, Relay.as(UID, OTHER_GID, broker));
      relays.put(CallerKind.GID, Relay.as(OF_NO_RULE, GID, broker));
    }
  }

  /** Whether there is such a one. */
  boolean has(CallerKind kind) {
    return kind == CallerKind.USER || relays.containsKey(kind);
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
    AmqpAttempts connected = amqp.get(attempt.caller());
    if (connected == null) {
      // Not before: whoever says nothing for a minute is taken for dead.
      connected =
          new AmqpAttempts(
              relay == null
                  ? AmqpClient.connect(
                      broker.ready().tcp(), new Login.Plain(user.name(), user.password()))
                  : AmqpClient.connect(relay.amqp(), new Login.External()));
      amqp.put(attempt.caller(), connected);
    }
    return connected.attempt(attempt);
  }

  @Override
  public void close() {
    amqp.values().forEach(AmqpAttempts::close);
    relays.values().forEach(Relay::close);
  }
}
