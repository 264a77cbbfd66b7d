package dev.holdfast.cli.http;

import java.io.IOException;
import java.io.InputStream;
import java.net.SocketTimeoutException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.time.Duration;
import java.util.function.LongSupplier;

/**
 * A connection over a Unix socket with one deadline for all that happens on it. Blocking channels
 * of this kind know no timeout, so the channel does not block and a selector waits. Belongs to the
 * thread that made it.
 */
final class TimedChannel implements AutoCloseable {
  private static final int BUFFER_BYTES = 64 * 1024;

  private final SocketChannel channel;
  private final Selector selector;
  private final SelectionKey key;
  private final LongSupplier nanoTime;
  private final long deadline;

  private TimedChannel(
      SocketChannel channel, Selector selector, Duration timeout, LongSupplier nanoTime)
      throws IOException {
    this.channel = channel;
    this.selector = selector;
    this.nanoTime = nanoTime;
    this.deadline = nanoTime.getAsLong() + timeout.toNanos();
    channel.configureBlocking(false);
    this.key = channel.register(selector, 0);
  }

  static TimedChannel connect(Path socket, Duration timeout, LongSupplier nanoTime)
      throws IOException {
    SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
    try {
      // Connecting to a Unix socket never waits for the peer to accept, only for room in its queue.
      channel.connect(UnixDomainSocketAddress.of(socket));
      return new TimedChannel(channel, Selector.open(), timeout, nanoTime);
    } catch (IOException | RuntimeException e) {
      channel.close();
      throw e;
    }
  }

  void write(ByteBuffer bytes) throws IOException {
    while (bytes.hasRemaining()) {
      if (channel.write(bytes) == 0) {
        await(SelectionKey.OP_WRITE);
      }
    }
  }

  InputStream input() {
    ByteBuffer buffer = ByteBuffer.allocate(BUFFER_BYTES).limit(0);
    return new InputStream() {
      @Override
      public int read() throws IOException {
        return fill(buffer) ? buffer.get() & 0xff : -1;
      }

      @Override
      public int read(byte[] target, int offset, int length) throws IOException {
        if (length == 0) {
          return 0;
        }
        if (!fill(buffer)) {
          return -1;
        }
        int count = Math.min(length, buffer.remaining());
        buffer.get(target, offset, count);
        return count;
      }
    };
  }

  private boolean fill(ByteBuffer buffer) throws IOException {
    if (buffer.hasRemaining()) {
      return true;
    }
    buffer.clear();
    int count = channel.read(buffer);
    while (count == 0) {
      await(SelectionKey.OP_READ);
      count = channel.read(buffer);
    }
    buffer.flip();
    return count > 0;
  }

  private void await(int operation) throws IOException {
    long millis = (deadline - nanoTime.getAsLong()) / 1_000_000;
    if (millis <= 0) {
      throw new SocketTimeoutException();
    }
    key.interestOps(operation);
    selector.select(millis);
    selector.selectedKeys().clear();
  }

  @Override
  public void close() throws IOException {
    try (selector) {
      channel.close();
    }
  }
}
