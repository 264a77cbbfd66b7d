package dev.holdfast.it.spec;

import static org.hamcrest.Matchers.greaterThan;
import static org.hamcrest.Matchers.greaterThanOrEqualTo;
import static org.hamcrest.Matchers.notNullValue;

import java.io.IOException;
import java.util.stream.Stream;
import org.apache.qpid.protonj2.test.driver.codec.primitives.UnsignedInteger;
import org.apache.qpid.protonj2.test.driver.codec.primitives.UnsignedShort;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Part 2, sections 2.3 to 2.5 and 2.7: frames, connections, sessions. */
class Part2ConnectionIT {
  private static final int OPEN = 0x10;
  private static final int BEGIN = 0x11;
  private static final int ATTACH = 0x12;
  private static final int FLOW = 0x13;
  private static final int TRANSFER = 0x14;
  private static final int DISPOSITION = 0x15;
  private static final int DETACH = 0x16;
  private static final int END = 0x17;
  private static final byte NULL = 0x40;
  private static final byte UINT0 = 0x43;

  @Test
  void s2_3_1_anExtendedHeaderIsSkipped() throws IOException {
    try (Peer peer = Peer.begun()) {
      peer.script.expectEnd();
      byte[] plain = Peer.frame(0, END, 0);
      byte[] extended = new byte[plain.length + 8];
      System.arraycopy(plain, 0, extended, 0, 8);
      System.arraycopy(plain, 8, extended, 16, plain.length - 8);
      extended[3] = (byte) extended.length;
      extended[4] = 4;
      peer.bytes(extended).done();
    }
  }

  @Test
  void s2_3_3_aFrameWithoutBodyIsASignOfLifeOnAnyChannel() throws IOException {
    try (Peer peer = Peer.begun()) {
      peer.bytes((byte) 0, (byte) 0, (byte) 0, (byte) 8, (byte) 2, (byte) 0, (byte) 0, (byte) 7);
      peer.script.remoteEmptyFrame().now();
      peer.alive();
    }
  }

  @Test
  void s2_4_2_openIsAnsweredWhateverCameWithIt() throws IOException {
    try (Peer peer = Peer.authenticated()) {
      peer.script.expectOpen();
      peer.script.expectBegin().withRemoteChannel(0);
      peer.script.expectEnd();
      peer.script.expectClose();
      peer.script.remoteOpen().withContainerId(Peer.unique("spec")).now();
      peer.script.remoteBegin().onChannel(0).now();
      peer.script.remoteEnd().onChannel(0).now();
      peer.script.remoteClose().now();
      peer.done();
    }
  }

  @Test
  void s2_4_3_closeIsAnsweredWithCloseAndNothingAfterIt() throws IOException {
    try (Peer peer = Peer.begun()) {
      peer.script.expectClose().withError(org.hamcrest.Matchers.nullValue());
      peer.script.remoteClose().now();
      peer.done();
    }
  }

  @Test
  void s2_7_1_openSaysWhatThePeerMayDo() throws IOException {
    try (Peer peer = Peer.authenticated()) {
      peer.script
          .expectOpen()
          .withContainerId(notNullValue())
          .withMaxFrameSize(greaterThanOrEqualTo(UnsignedInteger.valueOf(512)))
          .withChannelMax(greaterThan(UnsignedShort.valueOf((short) 0)))
          .withIdleTimeOut(greaterThan(UnsignedInteger.ZERO));
      peer.script
          .remoteOpen()
          .withContainerId(Peer.unique("spec"))
          .withHostname("any.example")
          .withOutgoingLocales("de-CH")
          .withIncomingLocales("de-CH")
          .withDesiredCapabilities("never-heard-of")
          .withProperty("unknown", 1)
          .now();
      peer.done();
    }
  }

  @Test
  void s2_7_1_thePeersChannelMaxIsKept() throws IOException {
    try (Peer peer = Peer.authenticated()) {
      peer.script.expectOpen();
      peer.script.remoteOpen().withContainerId(Peer.unique("spec")).withChannelMax(3).now();
      peer.done();
      // The broker answers on the peer's own channel: one that the peer cannot hear on is refused.
      peer.script.expectClose().withError("amqp:not-allowed");
      peer.script.remoteBegin().onChannel(4).now();
      peer.done();
    }
  }

  @Test
  void s2_5_1_sessionsOnSeveralChannelsAreApart() throws IOException {
    try (Peer peer = Peer.opened()) {
      for (int channel : new int[] {5, 0, 200}) {
        peer.script.expectBegin().withRemoteChannel(channel).onChannel(channel);
        peer.script.remoteBegin().onChannel(channel).now();
        peer.done();
      }
      peer.script.expectEnd().onChannel(5);
      peer.script.remoteEnd().onChannel(5).now();
      peer.done();
      peer.script.expectAttach().onChannel(200);
      peer.script.expectFlow().onChannel(200);
      peer.script
          .remoteAttach()
          .ofSender()
          .withName("l")
          .withHandle(0)
          .withInitialDeliveryCount(0)
          .withTarget()
          .withAddress(Peer.queue())
          .also()
          .onChannel(200)
          .now();
      peer.done();
    }
  }

  @Test
  void s2_5_2_aChannelIsFreeAgainAfterEnd() throws IOException {
    try (Peer peer = Peer.begun()) {
      peer.script.expectEnd();
      peer.script.remoteEnd().onChannel(0).now();
      peer.done();
      peer.begin().alive();
    }
  }

  @Test
  void s2_5_6_theSessionCountsTransferFrames() throws IOException {
    try (Peer peer = Peer.begun().sender(0, Peer.queue())) {
      peer.script.expectDisposition().withFirst(0).withState().accepted();
      for (int part = 0; part < 3; part++) {
        peer.script
            .remoteTransfer()
            .withHandle(0)
            .withDeliveryId(0)
            .withDeliveryTag(Peer.tag(0))
            .withMore(part < 2)
            .withPayload(
                part == 0 ? new byte[] {0, 0x53, 0x75, (byte) 0xA0, 2} : new byte[] {(byte) part})
            .now();
      }
      peer.done();
      peer.script
          .expectFlow()
          .withHandle(org.hamcrest.Matchers.nullValue())
          .withNextIncomingId(3)
          .withNextOutgoingId(0);
      peer.echo().done();
    }
  }

  @Test
  void s2_7_2_thePeersHandleMaxIsKept() throws IOException {
    try (Peer peer = Peer.opened()) {
      peer.script.expectBegin();
      peer.script.remoteBegin().withHandleMax(1).onChannel(0).now();
      peer.done();
      // The broker answers with the peer's own handle.
      peer.script.expectEnd().withError("amqp:not-allowed");
      peer.script
          .remoteAttach()
          .ofReceiver()
          .withName("far")
          .withHandle(2)
          .withSource()
          .withAddress(Peer.queue())
          .also()
          .withTarget()
          .also()
          .now();
      peer.done();
    }
  }

  /** Every mandatory field, left out or null. */
  static Stream<Arguments> missing() {
    byte[] none = {};
    return Stream.of(
        Arguments.of("2.7.2 begin: next-outgoing-id", BEGIN, 1, new byte[] {NULL}),
        Arguments.of(
            "2.7.2 begin: incoming-window", BEGIN, 4, new byte[] {NULL, UINT0, NULL, UINT0}),
        Arguments.of("2.7.2 begin: outgoing-window", BEGIN, 3, new byte[] {NULL, UINT0, UINT0}),
        Arguments.of("2.7.3 attach: name", ATTACH, 3, new byte[] {NULL, UINT0, 0x42}),
        Arguments.of(
            "2.7.3 attach: handle", ATTACH, 3, new byte[] {(byte) 0xA1, 1, 'n', NULL, 0x42}),
        Arguments.of("2.7.3 attach: role", ATTACH, 2, new byte[] {(byte) 0xA1, 1, 'n', UINT0}),
        Arguments.of("2.7.4 flow: incoming-window", FLOW, 0, none),
        Arguments.of("2.7.4 flow: next-outgoing-id", FLOW, 2, new byte[] {UINT0, UINT0}),
        Arguments.of("2.7.4 flow: outgoing-window", FLOW, 3, new byte[] {UINT0, UINT0, UINT0}),
        Arguments.of("2.7.5 transfer: handle", TRANSFER, 0, none),
        Arguments.of("2.7.6 disposition: role", DISPOSITION, 2, new byte[] {NULL, UINT0}),
        Arguments.of("2.7.6 disposition: first", DISPOSITION, 1, new byte[] {0x41}),
        Arguments.of("2.7.7 detach: handle", DETACH, 0, none));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("missing")
  void s1_4_aMandatoryFieldIsMissed(String name, int code, int count, byte[] fields)
      throws IOException {
    try (Peer peer = Peer.begun()) {
      peer.script.expectClose().withError("amqp:decode-error");
      peer.bytes(Peer.frame(code == BEGIN ? 1 : 0, code, count, fields)).done();
    }
  }

  @Test
  void s2_7_1_openWithoutContainerIdIsRefused() throws IOException {
    try (Peer peer = Peer.authenticated()) {
      peer.script.expectOpen();
      peer.script.expectClose().withError("amqp:decode-error");
      peer.bytes(Peer.frame(0, OPEN, 0)).done();
    }
  }

  @Test
  void s1_4_fieldsThatALaterVersionAddsAreTolerated() throws IOException {
    try (Peer peer = Peer.begun()) {
      peer.script.expectFlow().withHandle(org.hamcrest.Matchers.nullValue());
      byte[] fields = {UINT0, UINT0, UINT0, UINT0, NULL, NULL, NULL, NULL, NULL, 0x41, NULL, 0x41};
      peer.bytes(Peer.frame(0, FLOW, fields.length, fields)).done();
    }
  }
}
