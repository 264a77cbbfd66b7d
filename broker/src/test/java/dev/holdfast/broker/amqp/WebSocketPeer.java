package dev.holdfast.broker.amqp;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.Closeable;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Random;

/** A WebSocket client that says exactly what it is told, written from RFC 6455. */
final class WebSocketPeer implements Closeable {

  static final String KEY = "dGhlIHNhbXBsZSBub25jZQ==";

  /** What the RFC says is to be answered to this key. */
  static final String ACCEPT = "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=";

  private static final int FINAL = 0x80;

  final Socket socket;
  private final DataInputStream in;
  private final OutputStream out;
  private final Random random = new Random(11);

  /** A frame as it came. */
  record Frame(int head, byte[] payload) {}

  WebSocketPeer(Socket socket) throws IOException {
    this.socket = socket;
    socket.setTcpNoDelay(true);
    socket.setSoTimeout(10_000);
    in = new DataInputStream(socket.getInputStream());
    out = socket.getOutputStream();
  }

  WebSocketPeer(int port) throws IOException {
    this(new Socket("127.0.0.1", port));
  }

  static String request(String... moreHeaders) {
    return "GET /amqp HTTP/1.1\r\nHost: 127.0.0.1:5673\r\nUpgrade: websocket\r\n"
        + "Connection: keep-alive, Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: "
        + KEY
        + "\r\n"
        + String.join("\r\n", moreHeaders)
        + (moreHeaders.length == 0 ? "" : "\r\n")
        + "\r\n";
  }

  /** Sends a request and returns the head of the answer. */
  String ask(String request) throws IOException {
    out.write(request.getBytes(StandardCharsets.US_ASCII));
    StringBuilder head = new StringBuilder();
    while (head.indexOf("\r\n\r\n") < 0) {
      int next = in.read();
      if (next < 0) {
        throw new EOFException("after: " + head);
      }
      head.append((char) next);
    }
    return head.toString();
  }

  WebSocketPeer upgrade() throws IOException {
    assertThat(ask(request("Sec-WebSocket-Protocol: binary, amqp")))
        .startsWith("HTTP/1.1 101 ")
        .containsIgnoringCase("sec-websocket-accept: " + ACCEPT)
        .containsIgnoringCase("sec-websocket-protocol: amqp\r\n");
    return this;
  }

  /** An AMQP peer over this WebSocket; its bytes are cut into frames at random. */
  RawPeer amqp() throws IOException {
    return new RawPeer(socket, new Incoming(), new Outgoing());
  }

  WebSocketPeer send(byte... bytes) throws IOException {
    out.write(bytes);
    return this;
  }

  /** A masked frame. */
  byte[] frame(int head, byte... payload) {
    byte[] mask = new byte[4];
    random.nextBytes(mask);
    ByteBuffer frame = ByteBuffer.allocate(14 + payload.length).put((byte) head);
    if (payload.length < 126) {
      frame.put((byte) (0x80 | payload.length));
    } else if (payload.length <= 0xFFFF) {
      frame.put((byte) (0x80 | 126)).putShort((short) payload.length);
    } else {
      frame.put((byte) (0x80 | 127)).putLong(payload.length);
    }
    frame.put(mask);
    for (int i = 0; i < payload.length; i++) {
      frame.put((byte) (payload[i] ^ mask[i & 3]));
    }
    byte[] bytes = new byte[frame.position()];
    frame.flip().get(bytes);
    return bytes;
  }

  Frame next() throws IOException {
    int head = in.readUnsignedByte();
    int length = in.readUnsignedByte();
    if (length == 126) {
      length = in.readUnsignedShort();
    }
    byte[] payload = new byte[length];
    in.readFully(payload);
    return new Frame(head, payload);
  }

  /** Expects the broker's close frame, then the end. */
  void expectClose(int status) throws IOException {
    Frame close = next();
    while (close.head() != (FINAL | 8)) {
      close = next();
    }
    assertThat(ByteBuffer.wrap(close.payload()).getShort()).isEqualTo((short) status);
    assertThat(in.read()).isEqualTo(-1);
  }

  String rest() throws IOException {
    return new String(in.readAllBytes(), StandardCharsets.US_ASCII);
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }

  private final class Incoming extends InputStream {
    private byte[] payload = new byte[0];
    private int at;

    @Override
    public int read() throws IOException {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
    }

    @Override
    public int read(byte[] to, int from, int length) throws IOException {
      while (at == payload.length) {
        Frame frame = next();
        if (frame.head() == (FINAL | 8)) {
          return -1;
        }
        assertThat(frame.head()).isEqualTo(FINAL | 2);
        payload = frame.payload();
        at = 0;
      }
      int n = Math.min(length, payload.length - at);
      System.arraycopy(payload, at, to, from, n);
      at += n;
      return n;
    }
  }

  private final class Outgoing extends OutputStream {
    @Override
    public void write(int b) throws IOException {
      write(new byte[] {(byte) b});
    }

    /** Messages of one to three frames of any size, pings in between. */
    @Override
    public void write(byte[] bytes, int from, int length) throws IOException {
      int at = from;
      boolean first = true;
      while (at < from + length) {
        int n = 1 + random.nextInt(Math.min(from + length - at, 80_000));
        boolean last = at + n == from + length || random.nextBoolean();
        byte[] part = java.util.Arrays.copyOfRange(bytes, at, at + n);
        send(frame((last ? FINAL : 0) | (first ? 2 : 0), part));
        send(frame(FINAL | 10, (byte) 1));
        first = last;
        at += n;
      }
    }
  }
}
