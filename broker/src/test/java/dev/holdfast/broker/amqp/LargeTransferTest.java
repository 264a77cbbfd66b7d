package dev.holdfast.broker.amqp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.holdfast.broker.amqp.codec.BodyDigest;
import dev.holdfast.broker.amqp.codec.MessageView;
import dev.holdfast.broker.domain.IncomingMessage;
import dev.holdfast.broker.domain.Outcome;
import dev.holdfast.broker.domain.OwnerCommand;
import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import java.util.Map;
import org.apache.qpid.proton.amqp.Symbol;
import org.apache.qpid.proton.amqp.UnsignedInteger;
import org.apache.qpid.proton.amqp.messaging.Accepted;
import org.apache.qpid.proton.amqp.messaging.MessageAnnotations;
import org.apache.qpid.proton.amqp.messaging.Rejected;
import org.apache.qpid.proton.amqp.transport.Attach;
import org.apache.qpid.proton.amqp.transport.Detach;
import org.apache.qpid.proton.amqp.transport.Disposition;
import org.apache.qpid.proton.amqp.transport.SenderSettleMode;
import org.apache.qpid.proton.amqp.transport.Transfer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Messages above the bound go to the domain in parts, and come back from it in parts. */
class LargeTransferTest {
  private static final int SIZE = 3_000_000;
  private static final int CHUNK = 60_000;

  static EdgeFixture edge;

  @BeforeAll
  static void start() throws Exception {
    edge = new EdgeFixture(AmqpLimits.defaults());
  }

  @AfterAll
  static void stop() throws Exception {
    edge.close();
  }

  @AfterEach
  void forget() {
    edge.domain.parts.loseAll();
    edge.domain.seen.clear();
  }

  /** Sends the bytes up to {@code end}, the last transfer being the message's last or not. */
  private static void send(RawPeer sender, int id, byte[] message, int end) throws Exception {
    for (int from = 0; from < end; from += CHUNK) {
      int to = Math.min(end, from + CHUNK);
      Transfer t = RawPeer.transferFrame(0, id);
      t.setMore(to < message.length);
      sender.send(0, t, Arrays.copyOfRange(message, from, to));
    }
  }

  private static OwnerCommand.Publish published() {
    await().until(() -> !edge.domain.seen(OwnerCommand.Publish.class).isEmpty());
    return edge.domain.seen(OwnerCommand.Publish.class).get(0);
  }

  @Test
  void onlyTheFirstSectionsAreInTheMessage() throws Exception {
    try (RawPeer sender = edge.peer()) {
      byte[] notes =
          sender.encode(
              new MessageAnnotations(
                  Map.of(
                      Symbol.getSymbol("x-opt-idempotency-key"),
                      "k",
                      Symbol.getSymbol("x-opt-hf-forged"),
                      1)));
      byte[] message = RawPeer.join(notes, RawPeer.data(SIZE), RawPeer.data(7));
      sender.sender("head");
      send(sender, 0, message, message.length);
      assertThat(sender.skipTo(Disposition.class).getState()).isInstanceOf(Accepted.class);
      IncomingMessage handed = published().message();
      assertThat(handed.body().length).isLessThan(notes.length);
      assertThat(handed.upload().bytes()).isEqualTo(message.length - notes.length);
      MessageView view = new MessageView();
      assertThat(view.scan(message, 0, message.length)).isTrue();
      assertThat(handed.marks().bodyDigest()).isEqualTo(BodyDigest.of(view));
      assertThat(edge.domain.seen(OwnerCommand.StorePart.class)).hasSize(12);
    }
  }

  @Test
  void moreThanMayBeOnItsWayIsRefusedAndWhatHasArrivedDoesNotCount() throws Exception {
    AmqpLimits usual = AmqpLimits.defaults();
    AmqpLimits.PerConnection each = usual.perConnection();
    AmqpLimits limits =
        new AmqpLimits(
            usual.maxFrameBytes(),
            usual.maxMessageBytes(),
            usual.idleTimeOutMs(),
            usual.connections(),
            usual.handshake(),
            new AmqpLimits.PerConnection(
                each.sessions(),
                each.links(),
                each.publisherCredit(),
                each.consumerCredit(),
                each.controlFramesPerSecond(),
                each.bytes().withUploads(SIZE + 1_000)));
    byte[] fits = RawPeer.data(SIZE);
    byte[] tooMuch = RawPeer.data(SIZE + 2_000);
    try (EdgeFixture tight = new EdgeFixture(limits);
        RawPeer sender = tight.peer()) {
      sender.sender("uploads");
      for (int id = 0; id < 4; id++) {
        byte[] message = id % 2 == 0 ? fits : tooMuch;
        send(sender, id, message, message.length);
        Object state = sender.skipTo(Disposition.class).getState();
        if (message == fits) {
          assertThat(state).isInstanceOf(Accepted.class);
        } else {
          assertThat((Object) ((Rejected) state).getError().getCondition())
              .hasToString("amqp:resource-limit-exceeded");
          assertThat(((Rejected) state).getError().getDescription()).contains("HF-UPLOADS");
        }
      }
      await().until(() -> tight.domain.parts.count() == 2);
    }
  }

  @Test
  void abortedOrCutOffItIsDropped() throws Exception {
    byte[] message = RawPeer.data(SIZE);
    try (RawPeer sender = edge.peer()) {
      sender.sender("dropped");
      send(sender, 0, message, SIZE / 2);
      Transfer aborted = RawPeer.transferFrame(0, 0);
      aborted.setAborted(true);
      sender.send(0, aborted);
      send(sender, 1, message, message.length);
      assertThat(sender.skipTo(Disposition.class).getFirst().intValue()).isEqualTo(1);
      await().until(() -> edge.domain.parts.count() == 1);
      send(sender, 2, message, SIZE / 2);
      await().until(() -> edge.domain.parts.count() == 2);
    }
    await().until(() -> edge.domain.parts.count() == 1);
    assertThat(edge.domain.seen(OwnerCommand.Publish.class)).hasSize(1);
  }

  @Test
  void whatIsNoMessageIsRejectedAtItsEnd() throws Exception {
    byte[] message = RawPeer.data(SIZE);
    byte[] bad = Arrays.copyOf(message, message.length + 5);
    try (RawPeer sender = edge.peer()) {
      sender.sender("bad");
      send(sender, 0, bad, bad.length);
      assertThat(sender.skipTo(Disposition.class).getState())
          .isInstanceOfSatisfying(
              Rejected.class,
              r ->
                  assertThat(r.getError().getCondition().toString())
                      .isEqualTo("amqp:decode-error"));
      // The answer and the order to drop what was stored go different ways: neither waits for the
      // other.
      await().until(() -> edge.domain.parts.count() == 0);
      send(sender, 1, message, message.length);
      assertThat(sender.skipTo(Disposition.class).getState()).isInstanceOf(Accepted.class);
    }
  }

  @Test
  void theLimitCountsWhatIsStreamed() throws Exception {
    byte[] message = RawPeer.data(17 << 20);
    try (RawPeer sender = edge.peer()) {
      sender.sender("toolarge");
      try {
        send(sender, 0, message, message.length);
      } catch (java.io.IOException closed) {
        // It may have said so already.
      }
      assertThat(sender.skipTo(Detach.class).getError().getCondition().toString())
          .isEqualTo("amqp:link:message-size-exceeded");
      await().until(() -> edge.domain.parts.count() == 0);
    }
  }

  private static byte[] receive(RawPeer receiver, int window) throws Exception {
    ByteArrayOutputStream got = new ByteArrayOutputStream();
    int seen = 0;
    while (true) {
      RawPeer.Frame frame = receiver.next();
      if (!(frame.body() instanceof Transfer transfer)) {
        continue;
      }
      got.write(frame.payload());
      seen++;
      if (!transfer.getMore()) {
        return got.toByteArray();
      }
      if (seen % window == 0) {
        var flow = RawPeer.flowFrame(null, 0, 0);
        flow.setNextIncomingId(UnsignedInteger.valueOf(seen));
        flow.setIncomingWindow(UnsignedInteger.valueOf(window));
        receiver.send(0, flow);
      }
    }
  }

  @Test
  void aNarrowWindowIsKept() throws Exception {
    byte[] message = RawPeer.data(SIZE);
    try (RawPeer sender = edge.peer();
        RawPeer receiver = edge.peer()) {
      sender.sender("narrow");
      send(sender, 0, message, message.length);
      sender.skipTo(Disposition.class);
      receiver.receiver("narrow");
      var flow = RawPeer.flowFrame(0, 0, 1);
      flow.setIncomingWindow(UnsignedInteger.valueOf(3));
      receiver.send(0, flow);
      byte[] all = receive(receiver, 3);
      assertThat(Arrays.copyOfRange(all, all.length - message.length, all.length))
          .isEqualTo(message);
    }
  }

  @Test
  void sentSettledItCountsOnceItIsSent() throws Exception {
    byte[] message = RawPeer.data(SIZE);
    try (RawPeer sender = edge.peer();
        RawPeer receiver = edge.peer()) {
      sender.sender("settled");
      send(sender, 0, message, message.length);
      sender.skipTo(Disposition.class);
      Attach attach = RawPeer.attachFrame("in", 0, false, "settled");
      attach.setSndSettleMode(SenderSettleMode.SETTLED);
      receiver.begin().send(0, attach).send(0, RawPeer.flowFrame(0, 0, 1));
      receiver.skipTo(Attach.class);
      assertThat(receive(receiver, 500).length).isGreaterThan(SIZE);
      await().until(() -> !edge.domain.seen(OwnerCommand.Settle.class).isEmpty());
      assertThat(edge.domain.seen(OwnerCommand.Settle.class).get(0).outcome())
          .isEqualTo(Outcome.ACCEPTED);
    }
  }

  @Test
  void whatCannotBeReadOnIsAborted() throws Exception {
    byte[] message = RawPeer.data(SIZE);
    try (RawPeer sender = edge.peer();
        RawPeer receiver = edge.peer()) {
      sender.sender("lost");
      send(sender, 0, message, message.length);
      sender.skipTo(Disposition.class);
      edge.domain.parts.loseAll();
      receiver.receiver("lost").send(0, RawPeer.flowFrame(0, 0, 1));
      Transfer last = receiver.skipTo(Transfer.class);
      while (last.getMore()) {
        last = receiver.skipTo(Transfer.class);
      }
      assertThat(last.getAborted()).isTrue();
      await().until(() -> !edge.domain.seen(OwnerCommand.Settle.class).isEmpty());
      assertThat(edge.domain.seen(OwnerCommand.Settle.class).get(0).outcome())
          .isEqualTo(new Outcome.Modified(true, false));
    }
  }
}
