package dev.holdfast.broker.management;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;

/** A caller of the API that knows nothing of Vert.x. */
public record HttpOverUnix(Path socket) {

  /** What came back. */
  public record Answer(int status, String head, JsonNode body) {
    /** The code of an error answer. */
    public String code() {
      return body.path("error").path("code").asText();
    }
  }

  /** One request on a connection of its own. */
  public Answer call(String method, String path, String body) throws IOException {
    byte[] bytes = body.getBytes(UTF_8);
    return raw(
        method
            + " "
            + path
            + " HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: "
            + bytes.length
            + "\r\n\r\n"
            + body);
  }

  /** The body of an answer that is not JSON. */
  public String text(String path) throws IOException {
    String answer = exchange("GET " + path + " HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    return answer.substring(answer.indexOf("\r\n\r\n") + 4);
  }

  /** Whatever bytes the test wants. */
  public Answer raw(String request) throws IOException {
    String answer = exchange(request);
    int end = answer.indexOf("\r\n\r\n");
    String head = answer.substring(0, end);
    return new Answer(
        Integer.parseInt(head.split(" ")[1]),
        head,
        new ObjectMapper().readTree(answer.substring(end + 4)));
  }

  private String exchange(String request) throws IOException {
    try (SocketChannel channel = SocketChannel.open(UnixDomainSocketAddress.of(socket))) {
      ByteBuffer bytes = ByteBuffer.wrap(request.getBytes(UTF_8));
      while (bytes.hasRemaining()) {
        channel.write(bytes);
      }
      return new String(Channels.newInputStream(channel).readAllBytes(), UTF_8);
    }
  }
}
