package dev.holdfast.client;

import dev.holdfast.client.HoldfastException.Reason;
import dev.holdfast.client.wire.CallbackThread;
import dev.holdfast.client.wire.ClientLoop;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A connection to a broker that comes back by itself: the entry of this library. Thread-safe.
 *
 * <p>When the connection is lost it is made again after pauses that grow from 50 ms to 10 s, drawn
 * at random. Producers keep what they have in flight and send it again in order; consumers get what
 * they had not settled once more. Whoever waits in {@link Producer#send} or {@link
 * Consumer#receive} keeps waiting, up to its timeout. A login that is refused five times in a row
 * is given up: state {@link ConnectionState#FAILED}.
 *
 * <p>An open connection keeps the JVM running: close it.
 */
public final class Holdfast implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Holdfast.class);
  private static final Duration SLACK = Duration.ofSeconds(5);

  private final ClientOptions options;
  private final ClientLoop loop;
  private final CallbackThread callbacks;
  private final Supervisor supervisor;
  private final AtomicLong links = new AtomicLong();
  private final Set<Producer> producers = ConcurrentHashMap.newKeySet();
  private final Set<Consumer> consumers = ConcurrentHashMap.newKeySet();
  private final AtomicBoolean closed = new AtomicBoolean();

  private Holdfast(
      ClientOptions options, List<java.util.function.Consumer<StateChange>> listeners) {
    this.options = options;
    this.loop = ClientLoop.start();
    this.callbacks = new CallbackThread("holdfast-callbacks-" + options.containerId());
    this.supervisor =
        new Supervisor(
            loop,
            options,
            new Connector(loop, options),
            change ->
                callbacks.execute(() -> listeners.forEach(listener -> listener.accept(change))));
  }

  /**
   * Connects with default options; see {@link #builder} for addresses and {@link
   * HoldfastBuilder#connect} for errors.
   */
  public static Holdfast connect(String uri) {
    return builder(uri).connect();
  }

  /**
   * Starts a connection to {@code amqp://host:port} (TCP, 5672 unless given), {@code
   * amqps://host:port} (TLS, 5671 unless given) or {@code unix:///path/amqp.sock} (Unix socket).
   *
   * @throws HoldfastException reason INVALID for any other address
   */
  public static HoldfastBuilder builder(String uri) {
    return new HoldfastBuilder(uri);
  }

  static Holdfast open(
      ClientOptions options, List<java.util.function.Consumer<StateChange>> listeners) {
    Holdfast holdfast = new Holdfast(options, listeners);
    ClientOptions.Timeouts timeouts = options.timeouts();
    try {
      await(
          holdfast.supervisor.start(),
          timeouts.firstConnect().plus(timeouts.connect()).plus(SLACK),
          options.endpoint().display());
    } catch (HoldfastException failed) {
      holdfast.close();
      throw failed;
    }
    return holdfast;
  }

  /**
   * A producer for a node with default options; waits until the broker has attached it.
   *
   * @throws HoldfastException such as NOT_FOUND or UNAUTHORIZED
   */
  public Producer producer(String node) {
    return producerBuilder(node).open();
  }

  /** Starts a producer with options of its own. */
  public ProducerBuilder producerBuilder(String node) {
    return new ProducerBuilder(this, node);
  }

  /**
   * A consumer to take deliveries from with {@link Consumer#receive}; waits until the broker has
   * attached it.
   *
   * @throws HoldfastException such as NOT_FOUND or UNAUTHORIZED
   */
  public Consumer consumer(String node) {
    return consumerBuilder(node).open();
  }

  /**
   * A consumer whose handler is called for each delivery, one at a time; waits until the broker has
   * attached it.
   *
   * @throws HoldfastException such as NOT_FOUND or UNAUTHORIZED
   */
  public Consumer consumer(String node, DeliveryHandler handler) {
    return consumerBuilder(node).handler(handler).open();
  }

  /** Starts a consumer with options of its own. */
  public ConsumerBuilder consumerBuilder(String node) {
    return new ConsumerBuilder(this, node);
  }

  /** Where the connection stands now. */
  public ConnectionState state() {
    return supervisor.state();
  }

  /** The AMQP container-id by which the broker knows this client. */
  public String containerId() {
    return options.containerId();
  }

  /**
   * Closes consumers (running handlers may finish, what no handler has seen is released), then
   * producers (after the answers to all they have sent), then the connection. Each step waits at
   * most the close timeout. Again: nothing.
   *
   * @throws HoldfastException reason INVALID on the callback thread, where it could never end
   */
  @Override
  public void close() {
    if (callbacks.isCurrent()) {
      throw new HoldfastException(
          Reason.INVALID, "close() waits for callbacks and cannot be called from one");
    }
    if (!closed.compareAndSet(false, true)) {
      return;
    }
    Duration patience = options.timeouts().close();
    consumers.forEach(consumer -> attempt(consumer::close));
    producers.forEach(producer -> attempt(producer::close));
    attempt(() -> await(supervisor.close(), patience, options.endpoint().display()));
    loop.close(patience);
    callbacks.close(patience);
  }

  /** One thing that cannot be closed in good order must not keep the others open. */
  private static void attempt(Runnable close) {
    try {
      close.run();
    } catch (HoldfastException failed) {
      LOG.warn("closing: {}", failed.getMessage());
    }
  }

  ClientLoop loop() {
    return loop;
  }

  CallbackThread callbacks() {
    return callbacks;
  }

  Supervisor supervisor() {
    return supervisor;
  }

  ClientOptions options() {
    return options;
  }

  String linkName(String kind, String node) {
    return kind + "-" + links.incrementAndGet() + "-" + node;
  }

  /** Lets a fresh link attach and waits for it. */
  void attach(Supervisor.Link link, LinkLife life, String node) {
    if (closed.get() || !loop.execute(() -> supervisor.add(link))) {
      throw new HoldfastException(Reason.CLOSED, node + ": the client is closed", null, node);
    }
    try {
      await(life.opened(), options.timeouts().connect(), node);
    } catch (HoldfastException failed) {
      life.close();
      throw failed;
    }
  }

  void opened(Producer producer) {
    producers.add(producer);
  }

  void opened(Consumer consumer) {
    consumers.add(consumer);
  }

  void closed(Producer producer) {
    producers.remove(producer);
  }

  void closed(Consumer consumer) {
    consumers.remove(consumer);
  }

  /** Waits for what the loop does, with this thread in the stack of what it throws. */
  static <T> T await(CompletableFuture<T> future, Duration timeout, String what) {
    try {
      return future.get(timeout.toMillis(), TimeUnit.MILLISECONDS);
    } catch (ExecutionException failed) {
      throw failed.getCause() instanceof HoldfastException known
          ? known.here()
          : new HoldfastException(Reason.INTERNAL, what + ": " + failed.getCause())
              .causedBy(failed);
    } catch (TimeoutException late) {
      throw new HoldfastException(
              Reason.TIMEOUT, what + ": no answer within " + timeout.toMillis() + " ms")
          .causedBy(late);
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
      throw new HoldfastException(Reason.INTERRUPTED, what + ": interrupted while waiting")
          .causedBy(stopped);
    }
  }
}
