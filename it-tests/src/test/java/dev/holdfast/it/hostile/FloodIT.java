package dev.holdfast.it.hostile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.holdfast.it.wire.AmqpClient;
import dev.holdfast.it.wire.AmqpSender;
import dev.holdfast.it.wire.Frames;
import dev.holdfast.it.wire.Messages;
import dev.holdfast.it.wire.RawPeer;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.Random;
import org.apache.qpid.proton.amqp.transport.Role;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Many peers at once, each with a little of the broker's memory in mind. */
class FloodIT {
  private static final int STRANGERS = 10_000;
  private static final int FUZZED = 1_500;
  private static final long GROWTH_LIMIT_BYTES = 64L << 20;
  private static Victim victim;
  private long residentBefore;

  @BeforeAll
  static void start() throws IOException {
    victim = new Victim();
    // Once through everything, so that what grows later is not the first use of something.
    for (int i = 0; i < 200; i++) {
      victim.assertUnharmed();
    }
    fuzz(new Random(0), 100);
  }

  @AfterAll
  static void stop() {
    victim.close();
  }

  @org.junit.jupiter.api.BeforeEach
  void measure() {
    residentBefore = victim.broker().residentBytes();
  }

  @AfterEach
  void othersDidNotNoticeAndMemoryIsBounded() throws IOException {
    victim.assertUnharmed();
    long growth = victim.broker().residentBytes() - residentBefore;
    assertThat(growth).as("growth of resident memory, bytes").isLessThan(GROWTH_LIMIT_BYTES);
  }

  @Test
  void tenThousandStrangersAreShownOut() throws IOException {
    Deque<RawPeer> open = new ArrayDeque<>();
    byte[] garbage = new byte[4096];
    new Random(7).nextBytes(garbage);
    try {
      for (int i = 0; i < STRANGERS; i++) {
        RawPeer peer = RawPeer.connect(victim.tcp());
        open.add(peer);
        switch (i % 4) {
          case 1 -> peer.offer(Frames.SASL);
          case 2 -> peer.offer(garbage);
          case 3 -> peer.offer(Arrays.copyOf(Frames.SASL, 1 + i % 7));
          default -> peer.ended();
        }
        // No more than a few hundred descriptors on this side.
        while (open.size() > 400) {
          open.remove().close();
        }
        if (i % 500 == 0) {
          victim.assertUnharmed();
        }
      }
      for (RawPeer peer : open) {
        assertThat(peer.awaitEnd()).as("sent away").isTrue();
      }
    } finally {
      open.forEach(RawPeer::close);
    }
    // A place for those who know how to behave is free again.
    try (RawPeer peer = RawPeer.connect(victim.tcp())) {
      peer.send(Frames.SASL);
      assertThat(peer.header()).isEqualTo(Frames.SASL);
    }
  }

  @Test
  void unfinishedMessagesDoNotFillTheHeap() throws IOException {
    List<AmqpClient> clients = new ArrayList<>();
    byte[] part = new byte[256 << 10];
    try {
      for (int i = 0; i < 16; i++) {
        AmqpClient client = AmqpClient.local(victim.broker());
        clients.add(client);
        AmqpSender sender = client.sender("target");
        client.until("credit", () -> sender.credit() > 0 || !sender.open());
        // 12 MiB each, together more than the whole heap.
        for (int sent = 0; sent < 12 << 20 && sender.open(); sent += part.length) {
          sender.sendPart(part);
          pumpOrEnd(client);
        }
      }
      for (int i = 0; i < 20; i++) {
        victim.assertUnharmed();
        clients.forEach(FloodIT::pumpOrEnd);
      }
    } finally {
      clients.forEach(AmqpClient::abort);
    }
    victim.broker().cli().awaitMessages("target", 0);
  }

  private static void pumpOrEnd(AmqpClient client) {
    try {
      client.pump(1);
    } catch (IOException e) {
      // Closing such a connection is one good answer; keeping its window shut is the other.
      client.abort();
    } catch (java.nio.channels.ClosedSelectorException e) {
      // Closed at an earlier turn.
      client.abort();
    }
  }

  @Test
  void damagedConversationsHarmNobody() throws IOException {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    fuzz(random, FUZZED);
    await("the damaged connections are gone, seed " + seed)
        .atMost(Duration.ofSeconds(60))
        .pollInterval(Duration.ofMillis(300))
        .untilAsserted(
            () ->
                assertThat(victim.broker().cli().json("status").at("/totals/connections").asInt())
                    .isLessThanOrEqualTo(2));
  }

  private static void fuzz(Random random, int connections) throws IOException {
    byte[] recorded = conversation();
    for (int i = 0; i < connections; i++) {
      byte[] damaged = damage(recorded, random);
      try (RawPeer peer = RawPeer.connect(victim.unix())) {
        peer.offer(damaged);
        peer.ended();
        if (i % 10 == 0) {
          // Half closed by the peer's end: read what comes, for the words in it.
          peer.send(new byte[8]);
          peer.ended();
        }
        Victim.assertDiscreet(peer);
      }
      if (i % 250 == 0) {
        victim.assertUnharmed();
      }
    }
  }

  private static byte[] damage(byte[] recorded, Random random) {
    byte[] bytes = recorded.clone();
    int flips = 1 + random.nextInt(4);
    for (int i = 0; i < flips; i++) {
      int at = random.nextInt(bytes.length);
      bytes[at] =
          switch (random.nextInt(4)) {
            case 0 -> (byte) (bytes[at] ^ (1 << random.nextInt(8)));
            case 1 -> (byte) 0xff;
            case 2 -> 0;
            default -> (byte) random.nextInt(256);
          };
    }
    return random.nextInt(4) == 0 ? Arrays.copyOf(bytes, random.nextInt(bytes.length)) : bytes;
  }

  /** Everything a client says that sends and receives, in one go. */
  private static byte[] conversation() {
    byte[] message = Messages.text("fuzzed");
    byte[][] parts = {
      Frames.SASL,
      Frames.init("ANONYMOUS", null),
      Frames.AMQP,
      Frames.amqp(0, Frames.open("fuzz")),
      Frames.amqp(0, Frames.begin()),
      Frames.amqp(0, Frames.attach(0, Role.SENDER, "no.such.queue")),
      Frames.amqp(0, Frames.attach(1, Role.SENDER, null)),
      Frames.amqp(0, Frames.attach(2, Role.RECEIVER, "target")),
      Frames.amqp(0, Frames.transfer(1, 0, true), Arrays.copyOf(message, 4)),
      Frames.amqp(0, Frames.flow(true)),
    };
    byte[] all = new byte[0];
    for (byte[] part : parts) {
      int at = all.length;
      all = Arrays.copyOf(all, at + part.length);
      System.arraycopy(part, 0, all, at, part.length);
    }
    return all;
  }
}
