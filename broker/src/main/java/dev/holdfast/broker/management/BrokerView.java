package dev.holdfast.broker.management;

import dev.holdfast.broker.amqp.ConnectionInfo;
import dev.holdfast.broker.config.LiveConfig;
import dev.holdfast.storage.StoreHealth;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/** What the running broker tells of itself. Any thread; must not block. */
public interface BrokerView {

  /** Facts that do not change while it runs. */
  Facts facts();

  /** Seconds since it was ready. */
  long uptimeSeconds();

  /** The store at this moment. */
  StoreHealth store();

  /** Open AMQP connections. */
  int connections();

  /** What the AMQP connections do, the oldest first. */
  CompletionStage<List<ConnectionInfo>> connectionReport();

  /** Closes an AMQP connection and tells its peer why; false when there is none with this id. */
  CompletionStage<Boolean> closeConnection(String id, String reason);

  /** Its configuration; empty when it runs inside of a program that has made it. */
  Optional<LiveConfig> configuration();

  /** What is wrong around the broker: files, clock, settings. Blocks, unlike the rest. */
  List<Finding> examine();

  /** Why the broker does not take work, in one sentence; empty when it does. */
  String notReady();

  /**
   * Facts.
   *
   * @param version of the broker
   * @param pid of its process
   * @param dataDirectory absolute
   * @param listeners in the order they were started
   */
  record Facts(String version, long pid, String dataDirectory, List<Listener> listeners) {}

  /**
   * Where something listens.
   *
   * @param protocol {@code amqp}, {@code amqps}, {@code amqpws}, {@code amqpwss}, {@code amqp+unix}
   *     or {@code http+unix}
   * @param address HOST:PORT or a path
   */
  record Listener(String protocol, String address) {}
}
