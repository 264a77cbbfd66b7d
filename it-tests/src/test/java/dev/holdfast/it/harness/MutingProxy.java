package dev.holdfast.it.harness;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * A Unix socket in front of a broker's that can swallow what the broker says, and cut all
 * connections: the way to lose answers to what has been done. Any thread.
 */
public final class MutingProxy implements AutoCloseable {
  private final ServerSocketChannel server;
  private final Path broker;
  private final List<SocketChannel> open = new CopyOnWriteArrayList<>();
  private volatile boolean muted;

  private MutingProxy(ServerSocketChannel server, Path broker) {
    this.server = server;
    this.broker = broker;
  }

  /** Listens at {@code socket} for connections to the broker at {@code broker}. */
  public static MutingProxy start(Path socket, Path broker) throws IOException {
    ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
    server.bind(UnixDomainSocketAddress.of(socket));
    MutingProxy proxy = new MutingProxy(server, broker);
    daemon(proxy::accept);
    return proxy;
  }

  /** From now on the broker's words go nowhere; the client's still arrive. */
  public void mute() {
    muted = true;
  }

  /** Ends every connection; new ones are not muted. */
  public void cut() {
    muted = false;
    open.forEach(MutingProxy::close);
    open.clear();
  }

  private void accept() {
    try {
      while (server.isOpen()) {
        SocketChannel client = server.accept();
        SocketChannel upstream = SocketChannel.open(UnixDomainSocketAddress.of(broker));
        open.add(client);
        open.add(upstream);
        daemon(() -> pump(client, upstream, false));
        daemon(() -> pump(upstream, client, true));
      }
    } catch (IOException closed) {
      cut();
    }
  }

  private void pump(SocketChannel from, SocketChannel to, boolean mutable) {
    ByteBuffer buffer = ByteBuffer.allocate(64 << 10);
    try {
      while (from.read(buffer) >= 0) {
        buffer.flip();
        while (buffer.hasRemaining() && !(mutable && muted)) {
          to.write(buffer);
        }
        buffer.clear();
      }
    } catch (IOException gone) {
      // One side has ended: so does the other.
      close(from);
    }
    close(to);
  }

  private static void close(SocketChannel channel) {
    try {
      channel.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void daemon(Runnable task) {
    Thread thread = new Thread(task, "proxy");
    thread.setDaemon(true);
    thread.start();
  }

  @Override
  public void close() throws IOException {
    server.close();
    cut();
  }
}
