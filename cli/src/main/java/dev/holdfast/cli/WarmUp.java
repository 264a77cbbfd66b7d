package dev.holdfast.cli;

import dev.holdfast.cli.text.Json;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * Runs the usual commands against a socket of its own, so that the class-data archive written when
 * this process ends holds every class they need. Only the launcher starts it.
 */
final class WarmUp {
  private static final Map<String, Object> QUEUE =
      Map.of(
          "name", "q", "kind", "queue", "messages", 1, "bytes", 1, "unsettled", 0, "consumers", 0);
  private static final Map<String, Object> MESSAGE =
      Map.of(
          "sequence",
          1,
          "durable",
          true,
          "priority",
          4,
          "enqueued",
          "-",
          "failures",
          0,
          "unsettled",
          false,
          "bytes",
          1,
          "body",
          Map.of("type", "value", "text", "x"));
  // One document that satisfies every command that asks.
  private static final Map<String, Object> ANSWER =
      Map.ofEntries(
          Map.entry("version", "0"),
          Map.entry("pid", 1),
          Map.entry("uptimeSeconds", 1),
          Map.entry("dataDirectory", "-"),
          Map.entry("listeners", List.of(Map.of("protocol", "amqp", "address", "-"))),
          Map.entry("store", Map.of("publishable", true, "storedBytes", 4096)),
          Map.entry("totals", Map.of("queues", 1)),
          Map.entry("alive", true),
          Map.entry("ready", true),
          Map.entry("queues", List.of(QUEUE)),
          Map.entry("name", "q"),
          Map.entry("kind", "queue"),
          Map.entry("sequence", 1),
          Map.entry("purged", 1),
          Map.entry("groups", List.of()),
          Map.entry("connections", List.of()),
          Map.entry("subscriptions", List.of()),
          Map.entry("matched", 1),
          Map.entry("looked", 1),
          Map.entry("lookedBytes", 1),
          Map.entry("unsearched", 0),
          Map.entry("enqueued", "-"),
          Map.entry("failures", 0),
          Map.entry("messages", List.of(MESSAGE)));
  private static final String[][] COMMANDS = {
    {"status"},
    {"queue", "list"},
    {"queue", "info", "q", "-o", "json"},
    {"queue", "purge", "q", "--yes"},
    {"msg", "send", "q", "x", "-H", "a=b", "--ttl", "1s"},
    {"msg", "peek", "q", "-o", "ndjson"},
    {"msg", "recv", "q", "--no-ack"},
    {"dlq", "summary", "q"},
    {"dlq", "list", "q"},
    {"msg", "grep", "q", "x"},
    {"msg", "get", "q", "1"},
    {"conn", "list"},
    {"top", "--plain", "--count", "1"},
    {"queue", "nonsense"},
    {"--help"},
  };

  private WarmUp() {}

  public static void main(String[] args) throws IOException {
    Path directory = Files.createTempDirectory("holdfast");
    Path socket = directory.resolve("s");
    try (ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      server.bind(UnixDomainSocketAddress.of(socket));
      Thread thread = new Thread(() -> serve(server), "warm-up");
      thread.setDaemon(true);
      thread.start();
      for (String[] command : COMMANDS) {
        Main.run(surroundings(socket), command);
      }
    } finally {
      Files.deleteIfExists(socket);
      Files.deleteIfExists(directory);
    }
  }

  private static Surroundings surroundings(Path socket) {
    PrintStream nowhere =
        new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8);
    // One of this process' own variables, because Main reads them.
    String path = System.getenv().getOrDefault("PATH", "");
    return Surroundings.of(
        Map.of("HOLDFAST_URL", "unix://" + socket, "PATH", path),
        socket,
        InputStream.nullInputStream(),
        nowhere,
        nowhere);
  }

  private static void serve(ServerSocketChannel server) {
    byte[] body = Json.compact(ANSWER).getBytes(StandardCharsets.UTF_8);
    String head = "HTTP/1.1 200 OK\r\nContent-Length: " + body.length + "\r\n\r\n";
    while (server.isOpen()) {
      try (SocketChannel channel = server.accept()) {
        channel.read(ByteBuffer.allocate(8192));
        channel.write(ByteBuffer.wrap(head.getBytes(StandardCharsets.US_ASCII)));
        channel.write(ByteBuffer.wrap(body));
      } catch (IOException e) {
        // The end of the run closes the socket under this thread.
        return;
      }
    }
  }
}
