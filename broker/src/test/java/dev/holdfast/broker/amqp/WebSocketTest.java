package dev.holdfast.broker.amqp;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.broker.identity.PeerInfo;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.Set;
import org.apache.qpid.proton.amqp.messaging.Accepted;
import org.apache.qpid.proton.amqp.transport.Close;
import org.apache.qpid.proton.amqp.transport.Disposition;
import org.apache.qpid.proton.amqp.transport.Transfer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** AMQP over WebSocket, and what the listener says to everything else. */
class WebSocketTest {

  private static final int FINAL = 0x80;
  private static final int BINARY = FINAL | 2;
  private EdgeFixture edge;

  @BeforeEach
  void start() throws Exception {
    AmqpLimits d = AmqpLimits.defaults();
    AmqpLimits limits =
        new AmqpLimits(
            d.maxFrameBytes(),
            d.maxMessageBytes(),
            d.idleTimeOutMs(),
            new AmqpLimits.Connections(100, 100, 4, 4),
            new AmqpLimits.Handshake(1_500, 1_500, 1_500, 1_500, 16 * 1024),
            d.perConnection());
    edge =
        new EdgeFixture(
            limits,
            1,
            new AmqpSettings.Listeners(
                Optional.empty(),
                Optional.of(EdgeFixture.ANY),
                Optional.empty(),
                Optional.empty(),
                Set.of("https://shop.example")));
  }

  @AfterEach
  void stop() throws Exception {
    edge.close();
  }

  private WebSocketPeer peer() throws Exception {
    return new WebSocketPeer(edge.port(PeerInfo.Transport.WEBSOCKET));
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 100, 70_000, 3_000_000})
  void messagesGoThroughBothWaysHoweverTheyAreCut(int size) throws Exception {
    byte[] message = RawPeer.data(size);
    try (WebSocketPeer socket = peer().upgrade();
        RawPeer amqp = socket.amqp()) {
      amqp.sender("q");
      int at = 0;
      while (at < message.length) {
        int n = Math.min(message.length - at, 60_000);
        Transfer transfer = RawPeer.transferFrame(0, 0);
        transfer.setMore(at + n < message.length);
        amqp.send(0, transfer, java.util.Arrays.copyOfRange(message, at, at + n));
        at += n;
      }
      assertThat(amqp.skipTo(Disposition.class).getState()).isInstanceOf(Accepted.class);
      amqp.send(0, new Close());
      amqp.skipTo(Close.class);
      amqp.expectEnd();
    }
    try (WebSocketPeer socket = peer().upgrade();
        RawPeer amqp = socket.amqp()) {
      amqp.receiver("q").send(0, RawPeer.flowFrame(0, 0, 1));
      ByteBuffer got = ByteBuffer.allocate(size + 200);
      boolean more = true;
      while (more) {
        RawPeer.Frame frame = amqp.next();
        if (frame.body() instanceof Transfer transfer) {
          got.put(frame.payload());
          more = transfer.getMore();
        }
      }
      byte[] tail = new byte[message.length];
      got.flip().position(got.limit() - tail.length).get(tail);
      assertThat(tail).isEqualTo(message);
    }
  }

  @Test
  void aPingIsAnsweredAndACloseToo() throws Exception {
    try (WebSocketPeer socket = peer().upgrade()) {
      socket.send(socket.frame(FINAL | 9, (byte) 4, (byte) 2));
      assertThat(socket.next()).satisfies(f -> assertThat(f.head()).isEqualTo(FINAL | 10));
      socket.send(socket.frame(FINAL | 8, (byte) 3, (byte) 0xE9));
      socket.expectClose(1001);
    }
  }

  @Test
  void theEndOfAmqpIsTheEndOfTheWebSocket() throws Exception {
    try (WebSocketPeer socket = peer().upgrade()) {
      socket.send(socket.frame(BINARY, "HTTP/1.1".getBytes()));
      socket.expectClose(1000);
    }
  }

  @Test
  void brokenFramingIsAnsweredByName() throws Exception {
    byte[] unmasked = {(byte) BINARY, 1, 0};
    byte[] longText = {(byte) BINARY, (byte) 0xFF, 0, 0, 1, 0, 0, 0, 0, 0, 1, 1, 1, 1};
    try (WebSocketPeer peer = peer().upgrade()) {
      peer.send(unmasked).expectClose(1002);
    }
    try (WebSocketPeer peer = peer().upgrade()) {
      peer.send(peer.frame(FINAL | 1, "text".getBytes())).expectClose(1003);
    }
    try (WebSocketPeer peer = peer().upgrade()) {
      peer.send(longText).expectClose(1009);
    }
    try (WebSocketPeer peer = peer().upgrade()) {
      peer.send(peer.frame(FINAL | 0x40 | 2)).expectClose(1002);
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "Origin: https://evil.example | 403",
        "Origin: null | 403",
        "Origin: http://localhost:5673 | 403",
        "Origin: https://shop.example.evil.example | 403",
        "Origin: https://shop.example | 101",
        "Origin: http://127.0.0.1:5673 | 101",
        "X-Nothing: else | 101",
      })
  void pagesFromElsewhereAreRefused(String header, int status) throws Exception {
    try (WebSocketPeer peer = peer()) {
      assertThat(peer.ask(WebSocketPeer.request(header, "Sec-WebSocket-Protocol: amqp")))
          .startsWith("HTTP/1.1 " + status + " ");
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "GET / HTTP/1.1\r\nHost: a\r\n\r\n|426",
        "GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n|404",
        "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc|426",
        "AMQP\u0003\u0001\u0000\u0000|400",
        "BREW / HTTP/9.7\r\n\r\n|426",
      })
  void whatIsNoHandshakeGetsAnAnswerAndTheEnd(String requestAndStatus) throws Exception {
    String[] parts = requestAndStatus.split("\\|");
    try (WebSocketPeer peer = peer()) {
      String request = parts[0].startsWith("AMQP") ? parts[0] + "\r\n\r\n" : parts[0];
      String head = peer.ask(request);
      assertThat(head).startsWith("HTTP/1.1 " + parts[1] + " ").containsIgnoringCase("close");
      assertThat(peer.rest()).doesNotContain("xception").hasLineCount(1);
    }
  }

  @Test
  void withoutTheSubProtocolThereIsNoWebSocket() throws Exception {
    for (String header : new String[] {"X: y", "Sec-WebSocket-Protocol: mqtt, amqp2"}) {
      try (WebSocketPeer peer = peer()) {
        assertThat(peer.ask(WebSocketPeer.request(header))).startsWith("HTTP/1.1 400 ");
        assertThat(peer.rest()).contains("sub-protocol amqp");
      }
    }
    try (WebSocketPeer peer = peer()) {
      String old = WebSocketPeer.request("Sec-WebSocket-Protocol: amqp").replace(": 13", ": 8");
      assertThat(peer.ask(old))
          .startsWith("HTTP/1.1 426 ")
          .containsIgnoringCase("sec-websocket-version: 13");
    }
  }

  @Test
  void whatIsSaidTwiceOrWrongIsRefused() throws Exception {
    String good = WebSocketPeer.request("Sec-WebSocket-Protocol: amqp");
    String origin = "Origin: https://shop.example\r\n";
    for (String[] change :
        new String[][] {
          {"\r\n\r\n", "\r\n" + origin + origin + "\r\n", "403"},
          {"\r\n\r\n", "\r\n" + origin + "Origin: http://127.0.0.1:5673\r\n\r\n", "403"},
          {WebSocketPeer.KEY, "dGhl", "400"},
          {WebSocketPeer.KEY, "?", "400"},
          {"GET", "PUT", "400"},
          {"HTTP/1.1", "HTTP/1.0", "400"},
          {"\r\n\r\n", "\r\nTransfer-Encoding: chunked\r\n\r\n", "400"},
          {"\r\n\r\n", "\r\nContent-Length: 1\r\n\r\nx", "400"},
          {"/amqp", "/amqp/x", "404"},
          {"/amqp", "/?a=b", "101"},
        }) {
      try (WebSocketPeer peer = peer()) {
        assertThat(peer.ask(good.replace(change[0], change[1])))
            .as(change[1])
            .startsWith("HTTP/1.1 " + change[2] + " ");
      }
    }
  }

  @Test
  void headersWithoutEndAreCutOff() throws Exception {
    try (WebSocketPeer peer = peer()) {
      String head = "GET / HTTP/1.1\r\nX: " + "x".repeat(9_000) + "\r\n\r\n";
      assertThat(peer.ask(head)).startsWith("HTTP/1.1 431 ");
    }
    try (WebSocketPeer peer = peer()) {
      assertThat(peer.ask("GET /" + "x".repeat(5_000) + " HTTP/1.1\r\n\r\n"))
          .startsWith("HTTP/1.1 414 ");
    }
  }

  @Test
  void silenceBeforeTheHandshakeAndAfterItEnds() throws Exception {
    try (WebSocketPeer silent = peer();
        WebSocketPeer upgraded = peer().upgrade()) {
      assertThat(silent.rest()).isEmpty();
      upgraded.expectClose(1000);
    }
  }

  @Test
  void handshakesCountAsUnauthenticatedConnections() throws Exception {
    try (WebSocketPeer one = peer();
        WebSocketPeer two = peer();
        WebSocketPeer three = peer();
        WebSocketPeer four = peer().upgrade()) {
      assertThat(edge.server.connectionCount()).isEqualTo(4);
      try (WebSocketPeer five = peer()) {
        assertThat(five.rest()).isEmpty();
      }
      for (WebSocketPeer peer : new WebSocketPeer[] {one, two, three, four}) {
        peer.close();
      }
    }
    org.awaitility.Awaitility.await().until(() -> edge.server.connectionCount() == 0);
    try (WebSocketPeer again = peer().upgrade();
        RawPeer amqp = again.amqp()) {
      amqp.open();
    }
  }
}
