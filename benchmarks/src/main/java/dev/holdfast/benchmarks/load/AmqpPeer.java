package dev.holdfast.benchmarks.load;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import org.apache.qpid.proton.Proton;
import org.apache.qpid.proton.amqp.transport.ErrorCondition;
import org.apache.qpid.proton.engine.Collector;
import org.apache.qpid.proton.engine.Connection;
import org.apache.qpid.proton.engine.EndpointState;
import org.apache.qpid.proton.engine.Event;
import org.apache.qpid.proton.engine.Session;
import org.apache.qpid.proton.engine.impl.TransportImpl;

/**
 * One connection with one session and one link, driven by hand: bytes from the socket into the
 * engine, its events to the link, its output back to the socket in as few writes as it takes.
 *
 * <p>Belongs to its loop.
 */
final class AmqpPeer {
  private static final int MAX_FRAME_BYTES = 128 * 1024;

  private final Endpoint endpoint;
  private final LinkDriver link;
  private final SocketChannel channel;
  private final SelectionKey key;
  private final TransportImpl transport = (TransportImpl) Proton.transport();
  private final Connection connection = Connection.Factory.create();
  private final Collector collector = Collector.Factory.create();
  private boolean closing;

  AmqpPeer(Endpoint endpoint, LinkDriver link, String containerId, Selector selector)
      throws IOException {
    this.endpoint = endpoint;
    this.link = link;
    this.channel = endpoint.connect();
    channel.configureBlocking(false);
    key = channel.register(selector, SelectionKey.OP_READ, this);
    transport.setEmitFlowEventOnSend(false);
    transport.setUseReadOnlyOutputBuffer(false);
    transport.setMaxFrameSize(MAX_FRAME_BYTES);
    // Last: creating the SASL layer fixes the settings above.
    endpoint.authenticate(transport.sasl());
    connection.collect(collector);
    connection.setContainer(containerId);
    connection.setHostname(endpoint.host());
    transport.bind(connection);
    connection.open();
    Session session = connection.session();
    session.setIncomingCapacity(Integer.MAX_VALUE);
    session.open();
    link.open(session);
  }

  /** Reads what is there and tells the link; to be followed by {@link #pump}. */
  void onReadable() throws IOException {
    boolean more = true;
    while (more) {
      int capacity = transport.capacity();
      if (capacity <= 0) {
        return;
      }
      ByteBuffer tail = transport.tail();
      int read = channel.read(tail);
      if (read < 0) {
        transport.close_tail();
        key.cancel();
        if (!closing) {
          throw new IOException(endpoint + " closed the connection" + reason());
        }
        return;
      }
      // A read that did not fill the buffer emptied the socket: no second call to learn that.
      more = read == capacity;
      transport.process();
      dispatch();
    }
  }

  /** Lets the link act and writes what came of it. */
  void pump() throws IOException {
    if (!closing) {
      link.advance();
    }
    int pending = transport.pending();
    while (pending > 0) {
      ByteBuffer head = transport.head();
      int written = channel.write(head);
      transport.pop(written);
      if (written < pending) {
        setInterest(SelectionKey.OP_READ | SelectionKey.OP_WRITE);
        return;
      }
      pending = transport.pending();
    }
    setInterest(SelectionKey.OP_READ);
  }

  private void setInterest(int ops) {
    if (key.isValid() && key.interestOps() != ops) {
      key.interestOps(ops);
    }
  }

  private void dispatch() throws IOException {
    for (Event event = collector.peek(); event != null; event = collector.peek()) {
      switch (event.getType()) {
        case DELIVERY -> link.onDelivery(event.getDelivery());
        case LINK_REMOTE_CLOSE, LINK_REMOTE_DETACH ->
            refuse("detached", event.getLink().getRemoteCondition());
        case SESSION_REMOTE_CLOSE ->
            refuse("ended the session", event.getSession().getRemoteCondition());
        case CONNECTION_REMOTE_CLOSE -> refuse("closed", connection.getRemoteCondition());
        case TRANSPORT_ERROR -> refuse("failed", transport.getCondition());
        default -> {
          // Nothing else concerns a run.
        }
      }
      collector.pop();
    }
  }

  private void refuse(String what, ErrorCondition condition) throws IOException {
    if (!closing) {
      throw new IOException(endpoint + " " + what + ": " + condition);
    }
  }

  private String reason() {
    return switch (transport.sasl().getOutcome()) {
      case PN_SASL_AUTH -> ": authentication failed";
      default -> "";
    };
  }

  boolean ready() {
    return connection.getRemoteState() == EndpointState.ACTIVE && link.ready();
  }

  long nextDueNanos() {
    return link.nextDueNanos();
  }

  void startClosing() {
    closing = true;
    connection.close();
  }

  /** Whether the broker answered the close, or went away. */
  boolean closed() {
    return !key.isValid() || connection.getRemoteState() == EndpointState.CLOSED;
  }

  void disconnect() throws IOException {
    channel.close();
  }
}
