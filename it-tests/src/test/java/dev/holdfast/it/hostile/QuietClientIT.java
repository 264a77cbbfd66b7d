package dev.holdfast.it.hostile;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.it.wire.AmqpClient;
import dev.holdfast.it.wire.AmqpSender;
import dev.holdfast.it.wire.Messages;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Clients that send as much as they may, beside one that sends little. */
class QuietClientIT {
  /** Write buffers of the store fill with what is accepted; its windows come on top. */
  private static final long GROWTH_LIMIT_BYTES = 256L << 20;

  @Test
  void aFloodOfMessagesLeavesRoomForAQuietClient() throws IOException {
    try (Victim victim = new Victim()) {
      victim.assertUnharmed();
      long before = victim.broker().residentBytes();
      flood(victim);
      assertThat(victim.broker().residentBytes() - before)
          .as("growth of resident memory, bytes")
          .isLessThan(GROWTH_LIMIT_BYTES);
    }
  }

  private static void flood(Victim victim) throws IOException {
    List<AmqpClient> clients = new ArrayList<>();
    List<AmqpSender> senders = new ArrayList<>();
    byte[] message = Messages.data(new byte[32 << 10]);
    try {
      for (int i = 0; i < 8; i++) {
        AmqpClient client = AmqpClient.local(victim.broker());
        clients.add(client);
        senders.add(client.sender("target"));
      }
      for (int turn = 0; turn < 100; turn++) {
        for (AmqpSender sender : senders) {
          for (int i = 0; i < 16 && sender.credit() > 0 && sender.open(); i++) {
            sender.send("", message);
          }
        }
        clients.forEach(QuietClientIT::pumpOrEnd);
        victim.assertUnharmed();
      }
    } finally {
      clients.forEach(AmqpClient::abort);
    }
    victim.broker().cli().ok("queue", "purge", "target", "--yes");
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
}
