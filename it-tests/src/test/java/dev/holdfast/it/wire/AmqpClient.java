package dev.holdfast.it.wire;

import dev.holdfast.it.harness.BrokerProcess;
import java.io.EOFException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.apache.qpid.proton.amqp.Symbol;
import org.apache.qpid.proton.amqp.messaging.Source;
import org.apache.qpid.proton.amqp.messaging.Target;
import org.apache.qpid.proton.amqp.transaction.Coordinator;
import org.apache.qpid.proton.amqp.transaction.TxnCapability;
import org.apache.qpid.proton.amqp.transport.ErrorCondition;
import org.apache.qpid.proton.engine.Collector;
import org.apache.qpid.proton.engine.Connection;
import org.apache.qpid.proton.engine.Delivery;
import org.apache.qpid.proton.engine.EndpointState;
import org.apache.qpid.proton.engine.Event;
import org.apache.qpid.proton.engine.Link;
import org.apache.qpid.proton.engine.Session;
import org.apache.qpid.proton.engine.Transport;
import org.jspecify.annotations.Nullable;

/**
 * A blocking AMQP connection on proton-j's engine. One thread uses it; nothing happens on the wire
 * outside {@link #pump} and the methods that call it.
 */
public final class AmqpClient implements AutoCloseable {
  private static final Duration LIMIT = Duration.ofSeconds(30);

  private final SocketChannel channel;
  private final Selector selector;
  private final Transport transport = Transport.Factory.create();
  private final Connection connection = Connection.Factory.create();
  private final Collector collector = Collector.Factory.create();
  private final Session session;
  private boolean ended;

  private AmqpClient(SocketAddress address, Login login) throws IOException {
    channel =
        SocketChannel.open(
            address instanceof InetSocketAddress
                ? StandardProtocolFamily.INET
                : StandardProtocolFamily.UNIX);
    channel.connect(address);
    channel.configureBlocking(false);
    selector = Selector.open();
    channel.register(selector, SelectionKey.OP_READ);
    transport.setEmitFlowEventOnSend(false);
    login.start(transport.sasl());
    connection.setContainer("it-" + UUID.randomUUID());
    connection.setHostname("localhost");
    connection.collect(collector);
    transport.bind(connection);
    connection.open();
    session = connection.session();
    session.setIncomingCapacity(64 << 20);
    session.open();
  }

  /**
   * Connects to a broker's Unix socket as the uid that runs the tests.
   *
   * @param broker running
   * @return an open connection
   * @throws IOException when refused
   */
  public static AmqpClient local(BrokerProcess broker) throws IOException {
    return connect(UnixDomainSocketAddress.of(broker.ready().socket()), new Login.External());
  }

  /**
   * Connects and waits for the peer's open.
   *
   * @param address TCP or Unix
   * @param login who calls
   * @return an open connection
   * @throws IOException when refused
   */
  public static AmqpClient connect(SocketAddress address, Login login) throws IOException {
    AmqpClient client = new AmqpClient(address, login);
    try {
      client.until("open", () -> client.connection.getRemoteState() != EndpointState.UNINITIALIZED);
      return client;
    } catch (IOException | RuntimeException | Error e) {
      client.abort();
      throw e;
    }
  }

  /**
   * Opens a sending link.
   *
   * @param address of the node, null to say it in each message
   * @return the attached link
   * @throws IOException when the connection ends
   */
  public AmqpSender sender(@Nullable String address) throws IOException {
    return sender(session, address);
  }

  /**
   * Opens a sending link on another session.
   *
   * @param on a session of this connection
   * @param address of the node, null to say it in each message
   * @return the attached link
   * @throws IOException when the connection ends
   */
  public AmqpSender sender(Session on, @Nullable String address) throws IOException {
    Target target = new Target();
    target.setAddress(address);
    return attached(new AmqpSender(this, on.sender("out-" + UUID.randomUUID()), target));
  }

  /**
   * Opens a link to the coordinator of transactions.
   *
   * @return the attached link
   * @throws IOException when the connection ends
   */
  public AmqpCoordinator coordinator() throws IOException {
    Coordinator target = new Coordinator();
    target.setCapabilities(TxnCapability.LOCAL_TXN);
    return new AmqpCoordinator(
        attached(new AmqpSender(this, session.sender("txn-" + UUID.randomUUID()), target)));
  }

  private AmqpSender attached(AmqpSender sender) throws IOException {
    until("attach", sender::answered);
    return sender;
  }

  /**
   * Begins one more session.
   *
   * @return it
   */
  public Session begin() {
    Session more = connection.session();
    more.setIncomingCapacity(64 << 20);
    more.open();
    return more;
  }

  /**
   * Opens a receiving link without credit.
   *
   * @param address of the node
   * @return the attached link
   * @throws IOException when the connection ends
   */
  public AmqpReceiver receiver(String address) throws IOException {
    return receiver(session, address);
  }

  /**
   * Opens a receiving link on another session.
   *
   * @param on a session of this connection
   * @param address of the node
   * @return the attached link
   * @throws IOException when the connection ends
   */
  public AmqpReceiver receiver(Session on, String address) throws IOException {
    Source source = new Source();
    source.setAddress(address);
    return attached(new AmqpReceiver(this, on.receiver("in-" + UUID.randomUUID()), source));
  }

  /**
   * Opens a receiving link from a queue that the broker makes for it.
   *
   * @param on a session of this connection
   * @return the attached link
   * @throws IOException when the connection ends
   */
  public AmqpReceiver dynamicReceiver(Session on) throws IOException {
    Source source = new Source();
    source.setDynamic(true);
    return attached(new AmqpReceiver(this, on.receiver("in-" + UUID.randomUUID()), source));
  }

  /**
   * Opens a link that looks at messages and takes none.
   *
   * @param on a session of this connection
   * @param address of the node
   * @return the attached link
   * @throws IOException when the connection ends
   */
  public AmqpReceiver browser(Session on, String address) throws IOException {
    Source source = new Source();
    source.setAddress(address);
    source.setDistributionMode(Symbol.valueOf("copy"));
    return attached(new AmqpReceiver(this, on.receiver("in-" + UUID.randomUUID()), source));
  }

  private AmqpReceiver attached(AmqpReceiver receiver) throws IOException {
    until("attach", receiver::answered);
    return receiver;
  }

  /**
   * Writes what is due, waits for input at most so long, and handles it.
   *
   * @param millis to wait for input
   * @throws IOException when the connection is gone
   */
  public void pump(long millis) throws IOException {
    write();
    if (millis > 0) {
      selector.select(millis);
    } else {
      selector.selectNow();
    }
    selector.selectedKeys().clear();
    read();
    dispatch();
    write();
    if (ended) {
      throw new EOFException("the broker closed the connection: " + error());
    }
  }

  /**
   * Pumps until something holds.
   *
   * @param what is waited for, for the message
   * @param condition to hold
   * @throws IOException when the connection is gone first
   */
  public void until(String what, BooleanSupplier condition) throws IOException {
    long deadline = System.nanoTime() + LIMIT.toNanos();
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() > deadline) {
        throw new AssertionError("waited " + LIMIT + " in vain for " + what + "; " + error());
      }
      pump(TimeUnit.MILLISECONDS.toMillis(50));
    }
  }

  /**
   * The engine's connection.
   *
   * @return it
   */
  public Connection connection() {
    return connection;
  }

  /**
   * The session of all links.
   *
   * @return it
   */
  public Session session() {
    return session;
  }

  /**
   * What the peer or the engine complained about.
   *
   * @return the condition, empty when none
   */
  public ErrorCondition error() {
    ErrorCondition remote = connection.getRemoteCondition();
    if (remote != null && remote.getCondition() != null) {
      return remote;
    }
    ErrorCondition own = transport.getCondition();
    return own == null ? new ErrorCondition() : own;
  }

  private void write() throws IOException {
    for (int pending = transport.pending(); pending > 0; pending = transport.pending()) {
      ByteBuffer head = transport.head();
      int written = channel.write(head);
      transport.pop(written);
      if (written == 0) {
        // The peer does not read: reading what it sent may be what it waits for.
        return;
      }
    }
  }

  private void read() throws IOException {
    while (!ended && transport.capacity() > 0) {
      int read = channel.read(transport.tail());
      if (read < 0) {
        ended = true;
        transport.close_tail();
        return;
      }
      if (read == 0) {
        return;
      }
      transport.process();
      dispatch();
    }
    ended |= transport.capacity() < 0;
  }

  private void dispatch() {
    for (Event event = collector.peek(); event != null; event = collector.peek()) {
      Delivery delivery = event.getType() == Event.Type.DELIVERY ? event.getDelivery() : null;
      if (delivery != null) {
        Link link = delivery.getLink();
        if (link.getContext() instanceof AmqpSender sender) {
          sender.onDelivery(delivery);
        } else if (link.getContext() instanceof AmqpReceiver receiver) {
          receiver.onDelivery(delivery);
        }
      }
      collector.pop();
    }
  }

  /** Ends the connection without a word, as a crash of the client would. */
  public void abort() {
    try (selector;
        channel) {
      ended = true;
    } catch (IOException e) {
      throw new IllegalStateException("a socket could not be closed", e);
    }
  }

  @Override
  public void close() {
    try {
      if (!ended) {
        connection.close();
        until("close", () -> connection.getRemoteState() == EndpointState.CLOSED);
      }
    } catch (IOException e) {
      // Closing meets a peer that closed first: both wanted the same.
      ended = true;
    } finally {
      abort();
    }
  }
}
