package dev.holdfast.it.hostile;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.it.wire.Frames;
import dev.holdfast.it.wire.RawPeer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.apache.qpid.proton.amqp.Binary;
import org.apache.qpid.proton.amqp.Symbol;
import org.apache.qpid.proton.amqp.UnsignedInteger;
import org.apache.qpid.proton.amqp.security.SaslChallenge;
import org.apache.qpid.proton.amqp.security.SaslCode;
import org.apache.qpid.proton.amqp.security.SaslMechanisms;
import org.apache.qpid.proton.amqp.security.SaslOutcome;
import org.apache.qpid.proton.amqp.security.SaslResponse;
import org.apache.qpid.proton.amqp.transport.Close;
import org.apache.qpid.proton.amqp.transport.Open;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What strangers may do before they are authenticated: nothing but authenticate, and not for long.
 */
class HandshakeIT {
  private static Victim victim;

  @BeforeAll
  static void start() throws IOException {
    victim = new Victim();
  }

  @AfterAll
  static void stop() {
    victim.close();
  }

  @AfterEach
  void othersDidNotNotice() throws IOException {
    victim.assertUnharmed();
  }

  static Stream<Arguments> wrongHeaders() {
    return Stream.of(
        Arguments.of("HTTP", "GET / HTTP/1.1\r\n\r\n".getBytes(StandardCharsets.US_ASCII)),
        Arguments.of("AMQP 0-9-1", new byte[] {'A', 'M', 'Q', 'P', 0, 0, 9, 1}),
        Arguments.of("AMQP 1.0 without SASL", Frames.AMQP),
        Arguments.of("AMQP 1.1", new byte[] {'A', 'M', 'Q', 'P', 3, 1, 1, 0}),
        Arguments.of("TLS in AMQP", new byte[] {'A', 'M', 'Q', 'P', 2, 1, 0, 0}),
        Arguments.of("a TLS hello", new byte[] {0x16, 3, 1, 2, 0, 1, 0, 1, (byte) 0xfc}));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("wrongHeaders")
  void aWrongHeaderIsAnsweredWithTheRightOne(String name, byte[] bytes) throws IOException {
    try (RawPeer peer = RawPeer.connect(victim.tcp())) {
      peer.send(bytes);
      assertThat(peer.header()).isEqualTo(Frames.SASL);
      assertThat(peer.awaitEnd()).as("closed").isTrue();
    }
  }

  private static Arguments sasl(String name, byte[] bytes) {
    return Arguments.of(name, bytes);
  }

  static Stream<Arguments> illegalSasl() {
    SaslOutcome outcome = new SaslOutcome();
    outcome.setCode(SaslCode.OK);
    SaslMechanisms mechanisms = new SaslMechanisms();
    mechanisms.setSaslServerMechanisms(Symbol.valueOf("PLAIN"));
    SaslChallenge challenge = new SaslChallenge();
    challenge.setChallenge(new Binary(new byte[1]));
    SaslResponse response = new SaslResponse();
    response.setResponse(new Binary(new byte[1]));
    byte[] nul = {0};
    return Stream.of(
        sasl("an open", Frames.amqp(0, Frames.open("early"))),
        sasl("an AMQP header", Frames.AMQP),
        sasl("an empty frame", Frames.raw(8, 2, 1, 0, new byte[0])),
        sasl("an outcome", Frames.sasl(outcome)),
        sasl("mechanisms", Frames.sasl(mechanisms)),
        sasl("a challenge", Frames.sasl(challenge)),
        sasl("a response before an init", Frames.sasl(response)),
        sasl(
            "an init without mechanism", Frames.raw(12, 2, 1, 0, new byte[] {0, 0x53, 0x41, 0x45})),
        sasl("a value without descriptor", Frames.raw(10, 2, 1, 0, new byte[] {0x43, 0x43})),
        sasl(
            "garbage",
            Frames.raw(24, 2, 1, 0, "nothing to see!!".getBytes(StandardCharsets.US_ASCII))),
        sasl("size below the head", Frames.raw(7, 2, 1, 0, nul)),
        sasl("size zero", Frames.raw(0, 2, 1, 0, nul)),
        sasl("negative size", Frames.raw(-1, 2, 1, 0, nul)),
        sasl("size of 4 GiB less one", Frames.raw(0xfffffffe, 2, 1, 0, nul)),
        sasl("data offset below 2", Frames.raw(16, 1, 1, 0, new byte[8])),
        sasl("data offset behind the end", Frames.raw(16, 200, 1, 0, new byte[8])),
        sasl("unknown type", Frames.raw(16, 2, 7, 0, new byte[8])),
        sasl("an init of 64 KiB", Frames.init("PLAIN", new byte[64 << 10])),
        sasl("deep nesting", deepInit()),
        sasl("an array of nothing 2^31 times", zeroWidthInit()));
  }

  private static byte[] deepInit() {
    byte[] nested = Frames.nested(300);
    byte[] frame = Frames.rawPerformative(0, 0x41, 1, nested);
    frame[5] = 1;
    return frame;
  }

  private static byte[] zeroWidthInit() {
    byte[] array = {(byte) 0xf0, 0, 0, 0, 5, 0x7f, (byte) 0xff, (byte) 0xff, (byte) 0xff, 0x40};
    byte[] frame = Frames.rawPerformative(0, 0x41, 1, array);
    frame[5] = 1;
    return frame;
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("illegalSasl")
  void illegalSaslEndsTheConnection(String name, byte[] bytes) throws IOException {
    try (RawPeer peer = RawPeer.connect(victim.tcp())) {
      peer.send(Frames.SASL);
      peer.header();
      peer.next();
      peer.send(bytes);
      peer.send(Frames.AMQP);
      peer.send(Frames.amqp(0, Frames.open("intruder")));
      assertThat(peer.await(Open.class)).as("an open answered").isEmpty();
      assertThat(peer.awaitEnd()).as("closed").isTrue();
      Victim.assertDiscreet(peer);
    }
  }

  @ParameterizedTest
  @MethodSource("wrongLogins")
  void wrongLoginsGetTheSameAnswer(String mechanism, String response) throws IOException {
    try (RawPeer peer = RawPeer.connect(victim.tcp())) {
      peer.send(Frames.SASL);
      peer.header();
      peer.send(Frames.init(mechanism, response.getBytes(StandardCharsets.UTF_8)));
      SaslOutcome outcome = peer.await(SaslOutcome.class).orElseThrow();
      assertThat(outcome.getCode()).isEqualTo(SaslCode.AUTH);
      assertThat(outcome.getAdditionalData()).isNull();
      Victim.assertDiscreet(peer);
    }
  }

  static Stream<Arguments> wrongLogins() {
    return Stream.of(
        Arguments.of("PLAIN", "\0nobody\0nothing"),
        Arguments.of("PLAIN", "no zero bytes"),
        Arguments.of("PLAIN", "admin\0nobody\0nothing"),
        Arguments.of("ANONYMOUS", ""),
        Arguments.of("EXTERNAL", ""),
        Arguments.of("CRAM-MD5", ""),
        Arguments.of("GSSAPI", "x"),
        Arguments.of("SCRAM-SHA-256", "no attributes"),
        Arguments.of("SCRAM-SHA-256", "p=tls-unique,,n=x,r=y"));
  }

  @Test
  void pipeliningEverythingIsFine() throws IOException {
    try (RawPeer peer = RawPeer.connect(victim.unix())) {
      peer.send(Frames.SASL)
          .send(Frames.init("ANONYMOUS", null))
          .send(Frames.AMQP)
          .send(Frames.amqp(0, Frames.open("in a hurry")));
      assertThat(peer.header()).isEqualTo(Frames.SASL);
      assertThat(peer.await(SaslOutcome.class).orElseThrow().getCode()).isEqualTo(SaslCode.OK);
      assertThat(peer.header()).isEqualTo(Frames.AMQP);
      assertThat(peer.next().performative()).isInstanceOf(Open.class);
    }
  }

  static Stream<Arguments> badOpens() {
    Open small = Frames.open("small frames");
    small.setMaxFrameSize(UnsignedInteger.valueOf(511));
    byte[] oddMap = {(byte) 0xc1, 3, 1, (byte) 0xa3, 1, 'k'};
    byte[] array = {(byte) 0xf0, 0, 0, 0, 5, 0x7f, (byte) 0xff, (byte) 0xff, (byte) 0xff, 0x40};
    byte[] hugeMap = {(byte) 0xd1, 0, 0, 0, 4, 0x7f, (byte) 0xff, (byte) 0xff, (byte) 0xff};
    byte[] hugeText = {(byte) 0xb1, 0x7f, (byte) 0xff, (byte) 0xff, (byte) 0xff};
    byte[] negative = {(byte) 0xd0, (byte) 0xff, (byte) 0xff, (byte) 0xff, (byte) 0xff, 0, 0, 0, 1};
    return Stream.of(
        Arguments.of("max-frame-size 511", Frames.amqp(0, small)),
        Arguments.of("channel 7", Frames.amqp(7, Frames.open("elsewhere"))),
        Arguments.of("a begin first", Frames.amqp(0, Frames.begin())),
        Arguments.of("no container id", Frames.rawPerformative(0, 0x10, 0, new byte[0])),
        Arguments.of(
            "a performative nobody knows", Frames.rawPerformative(0, 0x7f, 0, new byte[0])),
        Arguments.of("nesting 5000 deep", Frames.openWithProperties(Frames.nested(5000))),
        Arguments.of("an odd map", Frames.openWithProperties(oddMap)),
        Arguments.of("an array of nothing 2^31 times", Frames.openWithProperties(array)),
        Arguments.of("a map of 2^31", Frames.openWithProperties(hugeMap)),
        Arguments.of("a text of 2^31", Frames.openWithProperties(hugeText)),
        Arguments.of("a negative size", Frames.openWithProperties(negative)),
        Arguments.of("a frame of 1 GiB", Frames.raw(1 << 30, 2, 0, 0, new byte[1000])),
        Arguments.of("a truncated frame", Frames.raw(4, 2, 0, 0, new byte[0])),
        Arguments.of("a SASL frame again", Frames.init("ANONYMOUS", null)));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("badOpens")
  void aBadOpenEndsTheConnection(String name, byte[] bytes) throws IOException {
    try (RawPeer peer = RawPeer.authenticated(victim.unix())) {
      peer.send(bytes);
      // Where the standard has the broker open before it can close, the close says why.
      peer.await(Close.class)
          .ifPresent(
              close ->
                  assertThat(close.getError().getCondition().toString())
                      .matches(
                          "amqp:(connection:framing-error|decode-error|not-allowed|invalid-field|illegal-state|not-implemented|frame-size-too-small)"));
      peer.send(Frames.amqp(0, new Close()));
      assertThat(peer.awaitEnd()).as("closed").isTrue();
      Victim.assertDiscreet(peer);
    }
  }

  @Test
  void whoNeverGetsOnIsSentAway() throws IOException {
    List<Consumer<RawPeer>> stages =
        List.of(
            peer -> {},
            peer -> peer.send(new byte[] {'A', 'M'}),
            peer -> peer.send(Frames.SASL),
            peer -> peer.send(Frames.SASL).send(Frames.raw(200, 2, 1, 0, new byte[20])));
    List<RawPeer> peers = new ArrayList<>();
    try {
      for (Consumer<RawPeer> stage : stages) {
        RawPeer peer = RawPeer.connect(victim.tcp());
        peers.add(peer);
        stage.accept(peer);
      }
      peers.add(RawPeer.authenticated(victim.unix()));
      for (int i = 0; i < peers.size(); i++) {
        assertThat(peers.get(i).awaitEnd()).as("stage %d closed", i).isTrue();
      }
    } finally {
      peers.forEach(RawPeer::close);
    }
  }
}
