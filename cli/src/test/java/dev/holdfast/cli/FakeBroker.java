package dev.holdfast.cli;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;

/** A server on a Unix socket that says, byte for byte, what a test tells it to. */
final class FakeBroker implements AutoCloseable {
  private static final String END_OF_HEAD = "\r\n\r\n";

  private final Path directory;
  private final ServerSocketChannel server;
  private final Deque<byte[]> answers = new ArrayDeque<>();
  private final List<String> requests = new CopyOnWriteArrayList<>();
  private final CountDownLatch closing = new CountDownLatch(1);
  private boolean silent;

  private FakeBroker(Path directory, ServerSocketChannel server) {
    this.directory = directory;
    this.server = server;
  }

  static FakeBroker start() throws IOException {
    Path directory = Files.createTempDirectory("hf");
    ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
    server.bind(UnixDomainSocketAddress.of(directory.resolve("admin.sock")));
    FakeBroker broker = new FakeBroker(directory, server);
    Thread thread = new Thread(broker::serve, "fake-broker");
    thread.setDaemon(true);
    thread.start();
    return broker;
  }

  Path socket() {
    return directory.resolve("admin.sock");
  }

  String url() {
    return "unix://" + socket();
  }

  /** The next exchange is answered with this status and body. */
  FakeBroker answer(int status, String json) {
    byte[] body = json.getBytes(StandardCharsets.UTF_8);
    return raw("HTTP/1.1 " + status + " X\r\ncontent-length: " + body.length + END_OF_HEAD + json);
  }

  synchronized FakeBroker raw(String bytes) {
    answers.add(bytes.getBytes(StandardCharsets.UTF_8));
    return this;
  }

  /** The next exchange gets no answer until this closes. */
  synchronized FakeBroker silence() {
    silent = true;
    return this;
  }

  /** Request line and body of each exchange, as {@code METHOD PATH BODY}. */
  List<String> requests() {
    return requests;
  }

  private void serve() {
    while (true) {
      try (SocketChannel channel = server.accept()) {
        requests.add(read(channel));
        if (isSilent()) {
          closing.await();
          return;
        }
        byte[] answer = next();
        channel.write(ByteBuffer.wrap(answer));
      } catch (IOException | InterruptedException e) {
        return;
      }
    }
  }

  private synchronized boolean isSilent() {
    return silent;
  }

  private synchronized byte[] next() {
    byte[] answer = answers.poll();
    return answer == null ? new byte[0] : answer;
  }

  private static String read(SocketChannel channel) throws IOException {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    ByteBuffer buffer = ByteBuffer.allocate(65536);
    while (true) {
      buffer.clear();
      if (channel.read(buffer) < 0) {
        return all.toString(StandardCharsets.UTF_8);
      }
      all.write(buffer.array(), 0, buffer.position());
      String text = all.toString(StandardCharsets.UTF_8);
      int end = text.indexOf(END_OF_HEAD);
      if (end >= 0) {
        String head = text.substring(0, end);
        String body = text.substring(end + END_OF_HEAD.length());
        int length = Integer.parseInt(head.replaceAll("(?s).*Content-Length: (\\d+).*", "$1"));
        if (body.getBytes(StandardCharsets.UTF_8).length >= length) {
          String line = head.substring(0, head.indexOf(" HTTP/1.1"));
          return (line + ' ' + body).strip();
        }
      }
    }
  }

  @Override
  public void close() throws IOException {
    closing.countDown();
    server.close();
    Files.deleteIfExists(socket());
    Files.delete(directory);
  }
}
