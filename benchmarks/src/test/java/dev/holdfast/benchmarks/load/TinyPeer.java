package dev.holdfast.benchmarks.load;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.apache.qpid.proton.amqp.messaging.Accepted;
import org.apache.qpid.proton.amqp.messaging.Released;
import org.apache.qpid.proton.codec.ReadableBuffer;
import org.apache.qpid.proton.engine.Collector;
import org.apache.qpid.proton.engine.Connection;
import org.apache.qpid.proton.engine.Delivery;
import org.apache.qpid.proton.engine.Event;
import org.apache.qpid.proton.engine.Link;
import org.apache.qpid.proton.engine.Receiver;
import org.apache.qpid.proton.engine.Sasl;
import org.apache.qpid.proton.engine.Sender;
import org.apache.qpid.proton.engine.Transport;

/**
 * The smallest AMQP peer that has one queue in memory, and a fault that happens to the tenth
 * message. One lock guards everything: speed is not its job.
 */
final class TinyPeer implements AutoCloseable {
  enum Fault {
    NONE,
    LOSE,
    DOUBLE,
    SWAP,
    RELEASE
  }

  private static final int CREDIT = 50;

  private final Fault fault;
  private final ServerSocketChannel server;
  private final Deque<byte[]> queue = new ArrayDeque<>();
  private final List<Client> clients = new ArrayList<>();
  private int seen;

  TinyPeer(Fault fault) throws IOException {
    this.fault = fault;
    server = ServerSocketChannel.open().bind(new InetSocketAddress("127.0.0.1", 0));
    daemon("tiny-accept", this::accept);
  }

  int port() {
    return server.socket().getLocalPort();
  }

  private static void daemon(String name, Runnable work) {
    Thread thread = new Thread(work, name);
    thread.setDaemon(true);
    thread.start();
  }

  private void accept() {
    try {
      while (true) {
        Client client = new Client(server.accept());
        synchronized (this) {
          clients.add(client);
        }
        daemon("tiny-client", client);
      }
    } catch (IOException closed) {
      return;
    }
  }

  private void enqueue(byte[] message, Delivery delivery) {
    boolean tenth = ++seen == 10;
    if (tenth && fault == Fault.RELEASE) {
      delivery.disposition(Released.getInstance());
      return;
    }
    delivery.disposition(Accepted.getInstance());
    if (tenth && fault == Fault.LOSE) {
      return;
    }
    if (tenth && fault == Fault.DOUBLE) {
      queue.add(message);
    }
    queue.add(message);
    if (tenth && fault == Fault.SWAP) {
      byte[] last = queue.removeLast();
      byte[] before = queue.removeLast();
      queue.add(last);
      queue.add(before);
    }
  }

  @Override
  public synchronized void close() throws IOException {
    server.close();
    for (Client client : clients) {
      client.channel.close();
    }
  }

  private final class Client implements Runnable {
    private final SocketChannel channel;
    private final Transport transport = Transport.Factory.create();
    private final Connection connection = Connection.Factory.create();
    private final Collector collector = Collector.Factory.create();
    private final List<Sender> senders = new ArrayList<>();
    private int tags;

    Client(SocketChannel channel) {
      this.channel = channel;
      Sasl sasl = transport.sasl();
      sasl.server();
      sasl.setMechanisms("ANONYMOUS", "PLAIN");
      sasl.done(Sasl.SaslOutcome.PN_SASL_OK);
      connection.collect(collector);
      transport.bind(connection);
    }

    @Override
    public void run() {
      try {
        while (true) {
          ByteBuffer bytes = ByteBuffer.allocate(16 * 1024);
          if (channel.read(bytes) < 0) {
            return;
          }
          bytes.flip();
          synchronized (TinyPeer.this) {
            feed(bytes);
            for (Client client : clients) {
              client.deliver();
              client.flush();
            }
          }
        }
      } catch (IOException closed) {
        return;
      }
    }

    private void feed(ByteBuffer bytes) {
      while (bytes.hasRemaining()) {
        ByteBuffer tail = transport.tail();
        int n = Math.min(tail.remaining(), bytes.remaining());
        ByteBuffer part = bytes.duplicate();
        part.limit(part.position() + n);
        tail.put(part);
        bytes.position(bytes.position() + n);
        transport.process();
        for (Event event = collector.peek(); event != null; event = collector.peek()) {
          on(event);
          collector.pop();
        }
      }
    }

    private void on(Event event) {
      switch (event.getType()) {
        case CONNECTION_REMOTE_OPEN -> connection.open();
        case CONNECTION_REMOTE_CLOSE -> connection.close();
        case SESSION_REMOTE_OPEN -> event.getSession().open();
        case LINK_REMOTE_OPEN -> attach(event.getLink());
        case DELIVERY -> onDelivery(event.getDelivery());
        default -> {
          // Nothing else matters to a peer this small.
        }
      }
    }

    private void attach(Link link) {
      link.setSource(link.getRemoteSource());
      link.setTarget(link.getRemoteTarget());
      link.open();
      if (link instanceof Receiver receiver) {
        receiver.flow(CREDIT);
      } else {
        senders.add((Sender) link);
      }
    }

    private void onDelivery(Delivery delivery) {
      if (delivery.getLink() instanceof Receiver receiver) {
        if (delivery.isReadable() && !delivery.isPartial()) {
          ReadableBuffer buffer = receiver.recv();
          byte[] message = new byte[buffer.remaining()];
          buffer.get(message, 0, message.length);
          receiver.advance();
          enqueue(message, delivery);
          delivery.settle();
          receiver.flow(1);
        }
      } else if (delivery.remotelySettled()) {
        delivery.settle();
      }
    }

    private void deliver() {
      for (Sender sender : senders) {
        while (sender.getCredit() > 0 && !queue.isEmpty()) {
          byte[] message = queue.poll();
          tags++;
          sender.delivery(new byte[] {(byte) (tags >> 16), (byte) (tags >> 8), (byte) tags});
          sender.send(message, 0, message.length);
          sender.advance();
        }
      }
    }

    private void flush() throws IOException {
      for (int pending = transport.pending(); pending > 0; pending = transport.pending()) {
        ByteBuffer head = transport.head();
        while (head.hasRemaining()) {
          channel.write(head);
        }
        transport.pop(pending);
      }
    }
  }
}
