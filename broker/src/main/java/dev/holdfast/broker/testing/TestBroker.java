package dev.holdfast.broker.testing;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.holdfast.broker.Broker;
import dev.holdfast.broker.StartException;
import dev.holdfast.broker.config.BrokerConfig;
import dev.holdfast.broker.config.ConfigException;
import dev.holdfast.broker.config.ConfigLoader;
import dev.holdfast.broker.config.HostPort;
import dev.holdfast.broker.config.Surroundings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * A real broker for one test or a few, in the process of the test: on a free port of the loopback
 * address and on a Unix socket, with its data in a temporary directory that only this user can
 * read, and that goes when it is closed. Thread-safe.
 *
 * <p>Nothing about it is laxer than in production: TCP wants a user and a password, made up for
 * this broker alone; over the Unix socket the kernel vouches for the uid that runs the test.
 */
public final class TestBroker implements AutoCloseable {
  private static final String USER = "test";
  private static final String PASSWORD = "password";

  private final Path directory;
  private final Broker broker;
  private final ManagementCalls management;
  private final String password;
  private final AtomicBoolean closed = new AtomicBoolean();

  private TestBroker(Path directory, Broker broker, ManagementCalls management, String password) {
    this.directory = directory;
    this.broker = broker;
    this.management = management;
    this.password = password;
  }

  /**
   * Starts one; when this returns, it accepts connections.
   *
   * @param settings keys of docs/configuration.md with their values, such as {@code
   *     amqp.max-message-size=1KiB}
   * @throws IllegalStateException when it does not start; nothing is left behind
   */
  public static TestBroker start(String... settings) {
    try {
      // A short path: that of a Unix socket may have a hundred bytes. Mode 0700 by itself.
      return startIn(Files.createTempDirectory("hf-test-"), settings);
    } catch (IOException failed) {
      throw new IllegalStateException("no directory for the test's broker", failed);
    }
  }

  /** As {@link #start}, in a directory that is removed with it. */
  static TestBroker startIn(Path directory, String... settings) {
    Broker broker = null;
    try {
      broker = Broker.start(config(directory, settings));
      ManagementCalls management = new ManagementCalls(broker.adminPath());
      String password = addUser(management);
      return new TestBroker(directory, broker, management, password);
    } catch (ConfigException | StartException | RuntimeException failed) {
      if (broker != null) {
        broker.close();
      }
      TemporaryFiles.delete(directory);
      throw new IllegalStateException("the test's broker does not start: " + failed, failed);
    }
  }

  private static BrokerConfig config(Path directory, String... settings) throws ConfigException {
    List<String> all =
        new ArrayList<>(
            List.of(
                "data-dir=" + directory.resolve("data"),
                "socket-dir=" + directory.resolve("run"),
                "amqp.listen=127.0.0.1:0",
                "store.disk-reserve=1MiB",
                "store.write-buffer=4MiB",
                "store.block-cache=8MiB"));
    all.addAll(List.of(settings));
    List<ConfigLoader.Flag> flags = new ArrayList<>();
    for (String setting : all) {
      String[] parts = setting.split("=", 2);
      if (parts.length != 2) {
        throw new IllegalArgumentException(setting + ": a setting is KEY=VALUE");
      }
      flags.add(new ConfigLoader.Flag(parts[0], parts[1], "TestBroker.start"));
    }
    // What configures brokers of this user must not reach this one.
    Surroundings surroundings =
        new Surroundings(Map.of(), directory, directory, Surroundings.ofThisProcess().uid());
    return new ConfigLoader(surroundings).load(null, flags);
  }

  private static String addUser(ManagementCalls management) {
    JsonNode body =
        JsonNodeFactory.instance
            .objectNode()
            .put("name", USER)
            .set("roles", JsonNodeFactory.instance.arrayNode().add("admin"));
    return management.call("POST", "/users", body.toString()).path(PASSWORD).asText();
  }

  /** Where the Java client connects without a login: {@code unix:///…}. */
  public String uri() {
    return "unix://" + broker.socketPath();
  }

  /** Where any client connects with {@link #user} and {@link #password}: {@code amqp://…}. */
  public String amqpUri() {
    return "amqp://" + address().host() + ":" + port();
  }

  /** The port of {@link #amqpUri}, at 127.0.0.1. */
  public int port() {
    return address().port();
  }

  private HostPort address() {
    return broker
        .amqpAddress()
        .orElseThrow(() -> new IllegalStateException("amqp.listen is switched off"));
  }

  /** A user who may do everything. */
  public String user() {
    return USER;
  }

  /** The user's password, another one for each broker. */
  public String password() {
    return password;
  }

  /** Where {@code holdfast --url} finds it: {@code unix:///…}. */
  public String adminUri() {
    return "unix://" + broker.adminPath();
  }

  /** Makes a queue with the defaults. */
  public void createQueue(String name) {
    management.call("POST", "/queues", named(name));
  }

  /** Deletes a queue with its messages. */
  public void deleteQueue(String name) {
    management.call("DELETE", "/queues/" + ManagementCalls.escaped(name), "");
  }

  /** Makes a topic with the defaults. */
  public void createTopic(String name) {
    management.call("POST", "/topics", named(name));
  }

  /** Messages a queue holds, those that consumers have and have not settled included. */
  public long messages(String queue) {
    return management
        .call("GET", "/queues/" + ManagementCalls.escaped(queue), "")
        .path("messages")
        .asLong();
  }

  /**
   * One call of the management API, docs/openapi.yaml, for everything that has no method here.
   *
   * @param method of HTTP
   * @param path below {@code /api/v1}, such as {@code /queues}
   * @param json the body, or empty
   * @return the answer
   * @throws IllegalStateException when the broker refuses; the message has its reason
   */
  public String manage(String method, String path, String json) {
    return management.call(method, path, json).toString();
  }

  private static String named(String name) {
    return JsonNodeFactory.instance.objectNode().put("name", name).toString();
  }

  /** Stops it and removes what it kept. Again: nothing. */
  @Override
  public void close() {
    if (closed.compareAndSet(false, true)) {
      try {
        broker.close();
      } finally {
        TemporaryFiles.delete(directory);
      }
    }
  }
}
