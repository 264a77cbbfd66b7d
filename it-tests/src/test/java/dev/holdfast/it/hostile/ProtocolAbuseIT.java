package dev.holdfast.it.hostile;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.it.wire.AmqpClient;
import dev.holdfast.it.wire.AmqpSender;
import dev.holdfast.it.wire.Frames;
import dev.holdfast.it.wire.Messages;
import dev.holdfast.it.wire.RawPeer;
import java.io.IOException;
import java.util.Arrays;
import java.util.Optional;
import java.util.stream.Stream;
import org.apache.qpid.proton.amqp.Binary;
import org.apache.qpid.proton.amqp.Symbol;
import org.apache.qpid.proton.amqp.UnsignedInteger;
import org.apache.qpid.proton.amqp.messaging.Accepted;
import org.apache.qpid.proton.amqp.transport.Attach;
import org.apache.qpid.proton.amqp.transport.Begin;
import org.apache.qpid.proton.amqp.transport.Close;
import org.apache.qpid.proton.amqp.transport.Detach;
import org.apache.qpid.proton.amqp.transport.Disposition;
import org.apache.qpid.proton.amqp.transport.End;
import org.apache.qpid.proton.amqp.transport.ErrorCondition;
import org.apache.qpid.proton.amqp.transport.Flow;
import org.apache.qpid.proton.amqp.transport.Role;
import org.apache.qpid.proton.amqp.transport.Transfer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What an authenticated peer may not do, and what it gets to hear. */
class ProtocolAbuseIT {
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

  /** Reads to the first word that ends something; its condition, or "closed" without one. */
  private static String verdict(RawPeer peer) {
    try {
      while (true) {
        Object performative = peer.next().performative();
        ErrorCondition error = null;
        if (performative instanceof Close close) {
          error = close.getError();
        } else if (performative instanceof End end) {
          error = end.getError();
        } else if (performative instanceof Detach detach) {
          error = detach.getError();
        } else {
          continue;
        }
        return error == null ? "no condition" : error.getCondition().toString();
      }
    } catch (IOException e) {
      return "closed";
    } finally {
      Victim.assertDiscreet(peer);
    }
  }

  private static byte[] attach(long handle, Role role) {
    return Frames.amqp(0, Frames.attach(handle, role, "target"));
  }

  private static byte[] transfer(long handle, long id, boolean more, byte[] payload) {
    return Frames.amqp(0, Frames.transfer(handle, id, more), payload);
  }

  private static byte[] join(byte[]... parts) {
    byte[] all = new byte[0];
    for (byte[] part : parts) {
      int at = all.length;
      all = Arrays.copyOf(all, at + part.length);
      System.arraycopy(part, 0, all, at, part.length);
    }
    return all;
  }

  static Stream<Arguments> abuses() {
    byte[] message = Messages.text("x");
    Attach namesake = Frames.attach(1, Role.SENDER, "target");
    namesake.setName("other");
    namesake.setHandle(UnsignedInteger.ZERO);
    String framing = "amqp:connection:framing-error";
    return Stream.of(
        Arguments.of(
            "a transfer on a handle that is not attached",
            transfer(5, 0, false, message),
            "amqp:session:unattached-handle"),
        Arguments.of(
            "a flow on a handle that is not attached", flowOn(5), "amqp:session:unattached-handle"),
        Arguments.of(
            "a handle twice",
            join(attach(0, Role.SENDER), Frames.amqp(0, namesake)),
            "amqp:session:handle-in-use"),
        Arguments.of("a handle above handle-max", attach(100_000, Role.SENDER), framing),
        Arguments.of("the greatest handle", attach(0xffffffffL, Role.SENDER), framing),
        Arguments.of("a channel above channel-max", Frames.amqp(60_000, Frames.begin()), framing),
        Arguments.of("a channel without session", Frames.amqp(9, Frames.flow(false)), null),
        Arguments.of("a second begin on a channel", Frames.amqp(0, Frames.begin()), null),
        Arguments.of("a second open", Frames.amqp(0, Frames.open("again")), null),
        Arguments.of(
            "a transfer without credit",
            join(attach(0, Role.SENDER), transfer(0, 0, false, message)),
            "amqp:link:transfer-limit-exceeded"),
        Arguments.of(
            "garbage without credit",
            join(attach(0, Role.SENDER), transfer(0, 0, false, new byte[] {1, 2, 3, 4})),
            "amqp:link:transfer-limit-exceeded"),
        Arguments.of("a frame of garbage", Frames.raw(24, 2, 0, 0, new byte[16]), null),
        Arguments.of(
            "a frame above max-frame-size", Frames.raw(1 << 24, 2, 0, 0, new byte[99]), framing),
        Arguments.of("an attach with a name that is no text", badName(), null));
  }

  private static byte[] flowOn(long handle) {
    Flow flow = Frames.flow(false);
    flow.setHandle(UnsignedInteger.valueOf(handle));
    flow.setDeliveryCount(UnsignedInteger.ZERO);
    flow.setLinkCredit(UnsignedInteger.ONE);
    return Frames.amqp(0, flow);
  }

  private static byte[] deepAnnotations() {
    return join(
        new byte[] {0, 0x53, 0x72}, Frames.nested(3000), new byte[] {0, 0x53, 0x77, (byte) 0x40});
  }

  private static byte[] badName() {
    byte[] fields = {(byte) 0xa1, 2, (byte) 0xc3, 0x28, 0x43, 0x42};
    return Frames.rawPerformative(0, 0x12, 3, fields);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("abuses")
  void abuseIsAnsweredWithTheConditionOfTheStandard(String name, byte[] bytes, String condition)
      throws IOException {
    try (RawPeer peer = RawPeer.begun(victim.unix())) {
      peer.send(bytes);
      if (condition == null) {
        assertThat(verdict(peer))
            .isIn(
                "closed",
                "amqp:connection:framing-error",
                "amqp:decode-error",
                "amqp:not-allowed",
                "amqp:illegal-state",
                "amqp:invalid-field",
                "amqp:session:errant-link",
                "amqp:not-found");
      } else {
        assertThat(verdict(peer)).isEqualTo(condition);
      }
    }
    assertThat(victim.broker().cli().messages("target")).as("nothing of it was stored").isZero();
  }

  static Stream<Arguments> badMessages() {
    byte[] message = Messages.text("x");
    Transfer longTag = Frames.transfer(0, 0, false);
    longTag.setDeliveryTag(new Binary(new byte[33]));
    return Stream.of(
        Arguments.of("a delivery tag of 33 bytes", Frames.amqp(0, longTag, message)),
        Arguments.of("cut off", transfer(0, 0, false, Arrays.copyOf(message, 5))),
        Arguments.of("garbage", transfer(0, 0, false, new byte[] {1, 2, 3, 4})),
        Arguments.of("annotations nested 3000 deep", transfer(0, 0, false, deepAnnotations())));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("badMessages")
  void aBadMessageIsRefused(String name, byte[] bytes) throws IOException {
    try (RawPeer peer = withCredit()) {
      peer.send(bytes);
      assertRefusedMessage(peer);
    }
    assertThat(victim.broker().cli().messages("target")).as("nothing of it was stored").isZero();
  }

  /** A peer with a sending link on handle 0 that has credit. */
  private static RawPeer withCredit() throws IOException {
    RawPeer peer = RawPeer.begun(victim.unix());
    peer.send(attach(0, Role.SENDER));
    while (true) {
      Flow flow = peer.await(Flow.class).orElseThrow();
      if (flow.getHandle() != null && flow.getLinkCredit().longValue() > 1) {
        return peer;
      }
    }
  }

  /** Refused by a rejected outcome, or harder. */
  private static void assertRefusedMessage(RawPeer peer) throws IOException {
    while (true) {
      Object performative = peer.next().performative();
      if (performative instanceof Disposition disposition) {
        assertThat(disposition.getState().getType().toString()).isEqualTo("Rejected");
        assertThat(disposition.getState().toString()).contains("amqp:decode-error");
        break;
      }
      if (performative instanceof Detach || performative instanceof Close) {
        assertThat(performative.toString()).containsPattern("amqp:(decode-error|invalid-field)");
        break;
      }
    }
    Victim.assertDiscreet(peer);
  }

  @Test
  void anEchoIsAnswered() throws IOException {
    try (RawPeer peer = RawPeer.begun(victim.unix())) {
      peer.send(Frames.amqp(0, Frames.flow(true)));
      assertThat(peer.await(Flow.class).orElseThrow().getHandle()).isNull();
      peer.send(attach(3, Role.RECEIVER));
      peer.await(Attach.class);
      Flow flow = Frames.flow(true);
      flow.setHandle(UnsignedInteger.valueOf(3));
      flow.setDeliveryCount(UnsignedInteger.ZERO);
      flow.setLinkCredit(UnsignedInteger.ZERO);
      peer.send(Frames.amqp(0, flow));
      assertThat(peer.await(Flow.class).orElseThrow().getHandle()).isNotNull();
    }
  }

  @Test
  void dispositionsOfEverythingAreCheap() throws IOException {
    try (RawPeer peer = RawPeer.begun(victim.unix())) {
      peer.send(attach(0, Role.RECEIVER));
      for (Role role : Role.values()) {
        Disposition all = new Disposition();
        all.setRole(role);
        all.setFirst(UnsignedInteger.ZERO);
        all.setLast(UnsignedInteger.MAX_VALUE);
        all.setSettled(true);
        all.setState(Accepted.getInstance());
        for (int i = 0; i < 100; i++) {
          peer.send(Frames.amqp(0, all));
        }
      }
      peer.send(Frames.amqp(0, Frames.flow(true)));
      assertThat(peer.await(Flow.class)).isPresent();
    }
  }

  @Test
  void deliveriesOfTwoLinksMayInterleave() throws IOException {
    try (RawPeer peer = withCredit()) {
      peer.send(attach(1, Role.SENDER));
      while (peer.await(Flow.class).orElseThrow().getHandle() == null) {
        // The credit of the second link comes with its handle.
        continue;
      }
      byte[] message = Messages.data(new byte[3000]);
      byte[] head = Arrays.copyOf(message, 1000);
      byte[] tail = Arrays.copyOfRange(message, 1000, message.length);
      peer.send(transfer(0, 0, true, head)).send(transfer(1, 1, true, head));
      Transfer rest = new Transfer();
      rest.setHandle(UnsignedInteger.ZERO);
      peer.send(Frames.amqp(0, rest, tail));
      rest.setHandle(UnsignedInteger.ONE);
      peer.send(Frames.amqp(0, rest, tail));
      int accepted = 0;
      while (accepted < 2) {
        Disposition disposition = peer.await(Disposition.class).orElseThrow();
        assertThat(disposition.getState()).isInstanceOf(Accepted.class);
        UnsignedInteger last =
            disposition.getLast() == null ? disposition.getFirst() : disposition.getLast();
        accepted += last.intValue() - disposition.getFirst().intValue() + 1;
      }
    }
    victim.broker().cli().awaitMessages("target", 2);
    victim.broker().cli().ok("queue", "purge", "target", "--yes");
  }

  @Test
  void anAbortedDeliveryLeavesNothing() throws IOException {
    try (RawPeer peer = withCredit()) {
      peer.send(transfer(0, 0, true, Messages.text("half of it")));
      Transfer abort = new Transfer();
      abort.setHandle(UnsignedInteger.ZERO);
      abort.setAborted(true);
      peer.send(Frames.amqp(0, abort));
      peer.send(transfer(0, 1, false, Messages.text("all of it")));
      assertThat(peer.await(Disposition.class).orElseThrow().getState())
          .isInstanceOf(Accepted.class);
    }
    victim.broker().cli().awaitMessages("target", 1);
    victim.broker().cli().ok("queue", "purge", "target", "--yes");
  }

  @Test
  void aMessageAboveTheLimitIsCutOff() throws IOException {
    AmqpClient client = AmqpClient.local(victim.broker());
    try {
      AmqpSender sender = client.sender("target");
      client.until("credit", () -> sender.credit() > 0);
      byte[] part = new byte[256 << 10];
      // Far above the limit of 16 MiB; the engine keeps back what the session's window forbids.
      for (int sent = 0; sent < 40 << 20 && sender.open(); sent += part.length) {
        client.until("room", () -> sender.unsent() < 1 << 20 || !sender.open());
        sender.sendPart(part);
      }
      client.until("a detach", () -> !sender.open());
      assertThat(sender.error().getCondition().toString())
          .isEqualTo("amqp:link:message-size-exceeded");
    } finally {
      client.abort();
    }
  }

  @Test
  void sessionsAndLinksHaveAnEnd() throws IOException {
    try (RawPeer peer = RawPeer.opened(victim.unix())) {
      int begun = 0;
      while (begun < 5000 && !peer.ended()) {
        peer.send(Frames.amqp(begun++, Frames.begin()));
      }
      assertThat(peer.awaitEnd()).as("closed").isTrue();
      Victim.assertDiscreet(peer);
    }
    try (RawPeer peer = RawPeer.begun(victim.unix())) {
      for (int handle = 0; handle < 5000 && !peer.ended(); handle++) {
        peer.send(attach(handle, handle % 2 == 0 ? Role.SENDER : Role.RECEIVER));
      }
      assertThat(verdict(peer)).isNotEqualTo("no condition");
    }
  }

  @Test
  void creditOfAnySizeIsFine() throws IOException {
    try (RawPeer peer = RawPeer.begun(victim.unix())) {
      peer.send(attach(0, Role.RECEIVER));
      Flow flow = Frames.flow(false);
      flow.setHandle(UnsignedInteger.ZERO);
      flow.setDeliveryCount(UnsignedInteger.MAX_VALUE);
      flow.setLinkCredit(UnsignedInteger.MAX_VALUE);
      flow.setIncomingWindow(UnsignedInteger.MAX_VALUE);
      peer.send(Frames.amqp(0, flow)).send(Frames.amqp(0, Frames.flow(true)));
      Optional<Flow> answer = peer.await(Flow.class);
      assertThat(answer.isPresent() || peer.awaitEnd()).isTrue();
    }
  }

  @Test
  void capabilitiesNobodyKnowsAreIgnored() throws IOException {
    try (RawPeer peer = RawPeer.begun(victim.unix())) {
      Attach attach = Frames.attach(0, Role.SENDER, "target");
      attach.setDesiredCapabilities(Symbol.valueOf("teleport"));
      peer.send(Frames.amqp(0, attach));
      assertThat(peer.await(Attach.class).orElseThrow().getTarget()).isNotNull();
    }
  }

  @Test
  void beginsAreAnsweredOnTheirChannel() throws IOException {
    try (RawPeer peer = RawPeer.opened(victim.unix())) {
      peer.send(Frames.amqp(3, Frames.begin()));
      Begin answer = peer.await(Begin.class).orElseThrow();
      assertThat(answer.getRemoteChannel().intValue()).isEqualTo(3);
    }
  }
}
