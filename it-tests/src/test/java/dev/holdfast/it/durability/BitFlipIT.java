package dev.holdfast.it.durability;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.it.harness.BrokerOptions;
import dev.holdfast.it.harness.BrokerProcess;
import dev.holdfast.it.harness.Command;
import dev.holdfast.it.harness.Scratch;
import dev.holdfast.it.wire.AmqpClient;
import dev.holdfast.it.wire.AmqpReceiver;
import dev.holdfast.it.wire.AmqpReceiver.Received;
import dev.holdfast.it.wire.AmqpSender;
import dev.holdfast.it.wire.Messages;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.apache.qpid.proton.amqp.messaging.Accepted;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The disk returns something else than was written: found, named, never handed out. */
class BitFlipIT {
  private static final int MESSAGES = 3_000;
  private static final int BODY_BYTES = 16 << 10;
  private final Scratch scratch = Scratch.create();

  @AfterEach
  void clean() {
    scratch.close();
  }

  /** The data directory's biggest file with such a name. */
  private Optional<Path> biggest(String suffix) throws IOException {
    try (Stream<Path> files = Files.walk(scratch.data())) {
      return files
          .filter(file -> file.toString().endsWith(suffix))
          .max(Comparator.comparingLong(file -> file.toFile().length()));
    }
  }

  private static void flip(Path file, double where) throws IOException {
    try (RandomAccessFile bytes = new RandomAccessFile(file.toFile(), "rw")) {
      long at = (long) (bytes.length() * where);
      bytes.seek(at);
      int value = bytes.read();
      bytes.seek(at);
      bytes.write(value ^ 0x10);
    }
  }

  private static void send(BrokerProcess broker, int from, int count) throws IOException {
    try (AmqpClient client = AmqpClient.local(broker)) {
      AmqpSender sender = client.sender("flipped");
      int[] answered = {0};
      sender.onAnswer(
          (token, state) -> {
            assertThat(state).isInstanceOf(Accepted.class);
            answered[0]++;
          });
      for (int i = 0; i < count; i++) {
        int sent = i;
        client.until("room", () -> sender.credit() > 0 && sent - answered[0] < 200);
        byte[] body = new byte[BODY_BYTES];
        byte[] number = (from + i + ":").getBytes(java.nio.charset.StandardCharsets.US_ASCII);
        System.arraycopy(number, 0, body, 0, number.length);
        sender.send(i, Messages.data(body));
      }
      client.until("answers", () -> answered[0] == count);
    }
  }

  @Test
  void aFlippedBitInATableLosesOnlyItsChunkAndSaysSo() throws IOException {
    try (BrokerProcess broker = BrokerProcess.start(BrokerOptions.in(scratch))) {
      broker.api().createQueue("flipped");
      broker.api().createQueue("other");
      broker.cli().ok("msg", "send", "other", "unharmed");
      int rounds = 0;
      while (biggest(".sst").map(file -> file.toFile().length() < 1 << 20).orElse(true)) {
        assertThat(rounds++).as("rounds until a table of bodies was written").isLessThan(10);
        send(broker, rounds * MESSAGES, MESSAGES);
      }
      assertThat(broker.terminate()).isZero();
    }
    flip(biggest(".sst").orElseThrow(), 0.5);
    try (BrokerProcess broker = BrokerProcess.start(BrokerOptions.in(scratch))) {
      long stored = broker.cli().messages("flipped");
      Set<Integer> got = receiveAll(broker);
      assertThat(stored - got.size()).as("messages that are not served").isBetween(1L, 200L);
      assertThat(broker.logText())
          .as("the log names the node and the sequences")
          .containsPattern(
              "(?i)(corrupt|unreadable|damaged).*flipped.*\\d+|flipped.*\\d+.*(corrupt|unreadable|damaged)");
      assertThat(broker.cli().ok("msg", "recv", "other")).contains("unharmed");
    }
  }

  private static Set<Integer> receiveAll(BrokerProcess broker) throws IOException {
    Set<Integer> got = new HashSet<>();
    try (AmqpClient client = AmqpClient.local(broker)) {
      AmqpReceiver receiver = client.receiver("flipped");
      for (int before = -1; before < got.size(); ) {
        before = got.size();
        receiver.drain(500);
        for (Optional<Received> next = receiver.poll(); next.isPresent(); next = receiver.poll()) {
          String body = Messages.textOf(next.get().bytes());
          assertThat(body).hasSize(BODY_BYTES);
          String number = body.substring(0, body.indexOf(':'));
          assertThat(body.substring(number.length() + 1).chars()).allMatch(c -> c == 0);
          got.add(Integer.parseInt(number));
          next.get().accept();
        }
      }
      client.pump(0);
    }
    return got;
  }

  @Test
  void aFlippedBitInsideTheWriteAheadLogIsNotSkipped() throws IOException {
    try (BrokerProcess broker = BrokerProcess.start(BrokerOptions.in(scratch))) {
      broker.api().createQueue("flipped");
      send(broker, 0, 200);
      broker.kill();
    }
    Path log = biggest(".log").orElseThrow();
    flip(log, 0.5 * used(log) / log.toFile().length());
    Command.Result refused = BrokerProcess.startRefused(BrokerOptions.in(scratch));
    assertThat(refused.exitCode()).as(refused.all()).isEqualTo(1);
    assertThat(refused.out())
        .contains(log.getFileName().toString())
        .contains("damaged")
        .doesNotContain("\tat ");
  }

  /** A log may be longer than what was written to it. */
  private static long used(Path log) throws IOException {
    byte[] bytes = Files.readAllBytes(log);
    int end = bytes.length;
    while (end > 0 && bytes[end - 1] == 0) {
      end--;
    }
    return end;
  }
}
