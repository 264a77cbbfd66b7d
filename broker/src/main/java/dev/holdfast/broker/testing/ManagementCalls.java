package dev.holdfast.broker.testing;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URLEncoder;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/**
 * The management API over the Unix socket, where the uid of this process is the broker's own and
 * may do everything. One connection per call. Thread-safe.
 */
final class ManagementCalls {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String END_OF_HEAD = "\r\n\r\n";

  private final Path socket;

  ManagementCalls(Path socket) {
    this.socket = socket;
  }

  /** A name as part of a path. */
  static String escaped(String name) {
    return URLEncoder.encode(name, StandardCharsets.UTF_8).replace("+", "%20");
  }

  /**
   * One request.
   *
   * @throws IllegalStateException when the answer is not a success
   */
  JsonNode call(String method, String path, String json) {
    byte[] body = json.getBytes(StandardCharsets.UTF_8);
    String head =
        method
            + " /api/v1"
            + path
            + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: "
            + body.length
            + END_OF_HEAD;
    try (SocketChannel channel = SocketChannel.open(UnixDomainSocketAddress.of(socket))) {
      write(channel, head.getBytes(StandardCharsets.UTF_8));
      write(channel, body);
      return parse(
          method + " " + path,
          new String(Channels.newInputStream(channel).readAllBytes(), StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw new UncheckedIOException("the test's broker does not answer " + method + " " + path, e);
    }
  }

  private static void write(SocketChannel channel, byte[] bytes) throws IOException {
    ByteBuffer buffer = ByteBuffer.wrap(bytes);
    while (buffer.hasRemaining()) {
      channel.write(buffer);
    }
  }

  private static JsonNode parse(String what, String answer) throws IOException {
    int end = answer.indexOf(END_OF_HEAD);
    String body = end < 0 ? "" : answer.substring(end + END_OF_HEAD.length());
    if (!answer.startsWith("HTTP/1.1 2")) {
      throw new IllegalStateException(what + ": " + (body.isEmpty() ? answer : body));
    }
    return JSON.readTree(new ByteArrayInputStream(body.getBytes(StandardCharsets.UTF_8)));
  }
}
