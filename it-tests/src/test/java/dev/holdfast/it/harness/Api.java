package dev.holdfast.it.harness;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;

/**
 * The management API of one broker over its Unix socket: what the command line does, without the
 * 0.2 s a process costs. For tests that make and drop many nodes.
 */
public final class Api {
  private final Path socket;

  Api(Path socket) {
    this.socket = socket;
  }

  /**
   * Makes a queue with the defaults.
   *
   * @param name of it
   */
  public void createQueue(String name) {
    call("POST", "/queues", "{\"name\":\"" + name + "\"}");
  }

  /**
   * Deletes a queue with its messages.
   *
   * @param name of it
   */
  public void deleteQueue(String name) {
    call("DELETE", "/queues/" + name, "");
  }

  /**
   * Makes a topic with the defaults.
   *
   * @param name of it
   */
  public void createTopic(String name) {
    call("POST", "/topics", "{\"name\":\"" + name + "\"}");
  }

  /**
   * Deletes a topic with its subscriptions.
   *
   * @param name of it
   */
  public void deleteTopic(String name) {
    call("DELETE", "/topics/" + name, "");
  }

  /**
   * One request that must succeed.
   *
   * @param method of HTTP
   * @param path below {@code /api/v1}
   * @param json the body, or empty
   * @return the answer
   */
  public JsonNode call(String method, String path, String json) {
    String answer = answer(method, path, json);
    assertThat(answer).as("%s %s %s", method, path, json).startsWith("HTTP/1.1 20");
    return Cli.parse(answer.substring(answer.indexOf("\r\n\r\n") + 4));
  }

  /**
   * One request that need not succeed.
   *
   * @param method of HTTP
   * @param path below {@code /api/v1}
   * @param json the body, or empty
   * @return the status of the answer
   */
  public int status(String method, String path, String json) {
    String answer = answer(method, path, json);
    return Integer.parseInt(answer.split(" ", 3)[1]);
  }

  private String answer(String method, String path, String json) {
    String request =
        "%s /api/v1%s HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: %d\r\n\r\n%s"
            .formatted(method, path, json.getBytes(UTF_8).length, json);
    try (SocketChannel channel = SocketChannel.open(UnixDomainSocketAddress.of(socket))) {
      ByteBuffer bytes = ByteBuffer.wrap(request.getBytes(UTF_8));
      while (bytes.hasRemaining()) {
        channel.write(bytes);
      }
      return new String(Channels.newInputStream(channel).readAllBytes(), UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
