package dev.holdfast.broker.amqp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.util.Random;
import org.apache.qpid.proton.amqp.UnsignedInteger;
import org.apache.qpid.proton.amqp.messaging.Accepted;
import org.apache.qpid.proton.amqp.transport.Detach;
import org.apache.qpid.proton.amqp.transport.Disposition;
import org.apache.qpid.proton.amqp.transport.End;
import org.apache.qpid.proton.amqp.transport.Role;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Frames that are right by themselves, in any order: nothing may come apart. */
class RandomOrderTest {
  private static final int CONVERSATIONS = 1_000;
  private static final int FRAMES = 100;
  private static EdgeFixture edge;

  @BeforeAll
  static void start() throws Exception {
    edge = new EdgeFixture(AmqpLimits.defaults());
  }

  @AfterAll
  static void stop() throws Exception {
    edge.close();
  }

  private static byte[] frame(RawPeer peer, Random random) throws Exception {
    int channel = random.nextInt(3);
    int handle = random.nextInt(3);
    return switch (random.nextInt(8)) {
      case 0 -> peer.frame(0, channel, RawPeer.beginFrame());
      case 1, 2 ->
          peer.frame(
              0, channel, RawPeer.attachFrame("l" + handle, handle, random.nextBoolean(), "q"));
      case 3 -> peer.frame(0, channel, RawPeer.flowFrame(handle, random.nextInt(3), 5));
      case 4 ->
          peer.frame(0, channel, RawPeer.transferFrame(handle, random.nextInt(4)), RawPeer.data(5));
      case 5 -> {
        Disposition disposition = new Disposition();
        disposition.setRole(random.nextBoolean() ? Role.RECEIVER : Role.SENDER);
        disposition.setFirst(UnsignedInteger.valueOf(random.nextInt(4)));
        disposition.setLast(UnsignedInteger.valueOf(random.nextInt(6)));
        disposition.setSettled(random.nextBoolean());
        disposition.setState(Accepted.getInstance());
        yield peer.frame(0, channel, disposition);
      }
      case 6 -> {
        Detach detach = new Detach();
        detach.setHandle(UnsignedInteger.valueOf(handle));
        detach.setClosed(random.nextBoolean());
        yield peer.frame(0, channel, detach);
      }
      default -> peer.frame(0, channel, new End());
    };
  }

  @Test
  void aHundredThousandFramesInAnyOrderBreakNothing() throws Exception {
    Random random = new Random(20150203);
    for (int i = 0; i < CONVERSATIONS; i++) {
      try (RawPeer peer = edge.peer()) {
        byte[] all =
            RawPeer.join(
                peer.frame(0, 0, RawPeer.openFrame("order")),
                peer.frame(0, 0, RawPeer.beginFrame()));
        for (int f = 0; f < FRAMES; f++) {
          all = RawPeer.join(all, frame(peer, random));
        }
        peer.sasl().send(all);
        peer.halfClose();
        assertThat(new String(peer.rest(), "ISO-8859-1"))
            .as("conversation %s", i)
            .doesNotContain("internal-error", "Exception", ".java");
      }
    }
    await().until(() -> edge.server.connectionCount() == 0);
  }
}
