package dev.holdfast.it.wire;

import dev.holdfast.it.wire.Frames.Frame;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * A peer that writes any bytes and reads frames. One thread uses it. Everything that was read stays
 * available as text, for a look at what the broker lets out.
 */
public final class RawPeer implements AutoCloseable {
  private static final long LIMIT_SECONDS = 30;

  private final SocketChannel channel;
  private final Selector selector;
  private final ByteArrayOutputStream everything = new ByteArrayOutputStream();
  private final ByteBuffer input = ByteBuffer.allocate(1 << 20);
  private boolean ended;

  private RawPeer(SocketAddress address) throws IOException {
    channel =
        SocketChannel.open(
            address instanceof InetSocketAddress
                ? StandardProtocolFamily.INET
                : StandardProtocolFamily.UNIX);
    channel.connect(address);
    channel.configureBlocking(false);
    selector = Selector.open();
    channel.register(selector, SelectionKey.OP_READ);
    input.flip();
  }

  /**
   * Connects and says nothing.
   *
   * @param address TCP or Unix
   * @return the connected peer
   * @throws IOException when nobody listens
   */
  public static RawPeer connect(SocketAddress address) throws IOException {
    return new RawPeer(address);
  }

  /**
   * Connects to a Unix socket and authenticates as oneself; the AMQP headers are exchanged.
   *
   * @param socket of the broker
   * @return a peer that may open
   * @throws IOException when the broker refuses
   */
  public static RawPeer authenticated(SocketAddress socket) throws IOException {
    RawPeer peer = new RawPeer(socket);
    peer.send(Frames.SASL);
    peer.send(Frames.init("ANONYMOUS", null));
    peer.header();
    peer.next();
    peer.next();
    peer.send(Frames.AMQP);
    peer.header();
    return peer;
  }

  /**
   * Authenticated, and the opens are exchanged.
   *
   * @param socket of the broker
   * @return a peer that may begin
   * @throws IOException when the broker refuses
   */
  public static RawPeer opened(SocketAddress socket) throws IOException {
    RawPeer peer = authenticated(socket);
    peer.send(Frames.amqp(0, Frames.open("raw")));
    peer.next();
    return peer;
  }

  /**
   * Opened, with one session on channel 0.
   *
   * @param socket of the broker
   * @return a peer that may attach
   * @throws IOException when the broker refuses
   */
  public static RawPeer begun(SocketAddress socket) throws IOException {
    RawPeer peer = opened(socket);
    peer.send(Frames.amqp(0, Frames.begin()));
    peer.next();
    return peer;
  }

  /**
   * Writes bytes, all of them unless the broker closes.
   *
   * @param bytes any
   * @return this
   */
  public RawPeer send(byte[] bytes) {
    ByteBuffer buffer = ByteBuffer.wrap(bytes);
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(LIMIT_SECONDS);
    try {
      while (buffer.hasRemaining() && !ended) {
        if (channel.write(buffer) == 0) {
          fill(5);
        }
        if (System.nanoTime() > deadline) {
          throw new AssertionError("the broker stopped reading");
        }
      }
    } catch (IOException e) {
      // A broker that closes while it is written to is one of the answers tests look for.
      ended = true;
    }
    return this;
  }

  /**
   * Writes what goes without waiting.
   *
   * @param bytes any
   * @return how many were taken; -1 when the broker closed
   */
  public int offer(byte[] bytes) {
    try {
      return channel.write(ByteBuffer.wrap(bytes));
    } catch (IOException e) {
      ended = true;
      return -1;
    }
  }

  /**
   * Reads a protocol header.
   *
   * @return its eight bytes
   * @throws IOException when the broker closes before
   */
  public byte[] header() throws IOException {
    return take(8);
  }

  /**
   * The next frame that is not empty.
   *
   * @return the frame
   * @throws IOException when the broker closes before
   */
  public Frame next() throws IOException {
    while (true) {
      byte[] head = take(8);
      byte[] rest = take(ByteBuffer.wrap(head).getInt() - 8);
      Frame frame = Frames.decode(head, rest);
      if (frame.performative() != null) {
        return frame;
      }
    }
  }

  /**
   * The next frame of a kind, leaving out others.
   *
   * @param <T> the performative
   * @param type of the performative
   * @return the performative; empty when the broker closes without it
   */
  public <T> Optional<T> await(Class<T> type) {
    try {
      while (true) {
        Object performative = next().performative();
        if (type.isInstance(performative)) {
          return Optional.of(type.cast(performative));
        }
      }
    } catch (IOException e) {
      ended = true;
      return Optional.empty();
    }
  }

  /**
   * Reads until the broker closes.
   *
   * @return true when it did; false when it keeps the connection
   */
  public boolean awaitEnd() {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(LIMIT_SECONDS);
    while (!ended && System.nanoTime() < deadline) {
      input.position(input.limit());
      fill(50);
    }
    return ended;
  }

  /**
   * Whether the broker closed, as far as is known without waiting.
   *
   * @return true once it did
   */
  public boolean ended() {
    input.position(input.limit());
    fill(0);
    return ended;
  }

  /**
   * Everything the broker sent.
   *
   * @return as Latin-1 text
   */
  public String transcript() {
    return everything.toString(StandardCharsets.ISO_8859_1);
  }

  private byte[] take(int count) throws IOException {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(LIMIT_SECONDS);
    while (input.remaining() < count) {
      if (ended) {
        throw new IOException("the broker closed");
      }
      if (System.nanoTime() > deadline) {
        throw new AssertionError("the broker said nothing for " + LIMIT_SECONDS + " s");
      }
      fill(50);
    }
    byte[] bytes = new byte[count];
    input.get(bytes);
    return bytes;
  }

  private void fill(long millis) {
    try {
      if (millis > 0) {
        selector.select(millis);
      } else {
        selector.selectNow();
      }
      selector.selectedKeys().clear();
      input.compact();
      int before = input.position();
      ended |= channel.read(input) < 0;
      everything.write(Arrays.copyOfRange(input.array(), before, input.position()));
    } catch (IOException e) {
      // A reset is an end like any other.
      ended = true;
    } finally {
      input.flip();
    }
  }

  @Override
  public void close() {
    try (selector;
        channel) {
      ended = true;
    } catch (IOException e) {
      throw new IllegalStateException("a socket could not be closed", e);
    }
  }
}
