package dev.holdfast.it.soak;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.it.harness.BrokerOptions;
import dev.holdfast.it.harness.BrokerProcess;
import dev.holdfast.it.harness.Scratch;
import dev.holdfast.it.wire.AmqpClient;
import dev.holdfast.it.wire.AmqpReceiver;
import dev.holdfast.it.wire.AmqpReceiver.Received;
import dev.holdfast.it.wire.AmqpSender;
import dev.holdfast.it.wire.Messages;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Optional;
import org.apache.qpid.proton.amqp.messaging.Accepted;
import org.apache.qpid.proton.amqp.messaging.Data;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A backlog lives on the disk: memory stays flat while it builds and while it drains. */
class BacklogIT {
  private static final int WINDOW = 1_000;
  private static final int BODY_BYTES = 1_024;
  private static final long RESIDENT_LIMIT_BYTES = 512L << 20;

  private long peak;

  @Test
  void aShortBacklogInASmallHeap() throws IOException {
    try (Scratch scratch = Scratch.create();
        BrokerProcess broker = BrokerProcess.start(BrokerOptions.in(scratch).heap(96))) {
      buildAndDrain(broker, 200_000);
    }
  }

  @Test
  @Tag("soak")
  void fiveMillionMessages() throws IOException {
    try (Scratch scratch = Scratch.create();
        BrokerProcess broker = BrokerProcess.start(BrokerOptions.in(scratch))) {
      buildAndDrain(broker, Integer.getInteger("holdfast.soak.messages", 5_000_000));
    }
  }

  private void buildAndDrain(BrokerProcess broker, int messages) throws IOException {
    broker.api().createQueue("backlog");
    build(broker, messages);
    broker.cli().awaitMessages("backlog", messages);
    drain(broker, messages);
    broker.cli().awaitMessages("backlog", 0);
    System.out.printf("%,d messages, resident at most %d MiB%n", messages, peak >> 20);
    assertThat(peak).as("peak of resident memory, bytes").isLessThan(RESIDENT_LIMIT_BYTES);
  }

  private void build(BrokerProcess broker, int messages) throws IOException {
    AmqpClient client = AmqpClient.local(broker);
    try {
      AmqpSender sender = client.sender("backlog");
      int[] answered = {0};
      sender.onAnswer(
          (token, state) -> {
            if (!(state instanceof Accepted)) {
              throw new AssertionError("message " + token + ": " + state);
            }
            answered[0]++;
          });
      int sent = 0;
      while (answered[0] < messages) {
        while (sent < messages && sent - answered[0] < WINDOW && sender.credit() > 0) {
          sender.send(sent, numbered(sent));
          sent++;
        }
        client.pump(20);
        measure(broker, sent);
      }
    } finally {
      client.abort();
    }
  }

  private void drain(BrokerProcess broker, int messages) throws IOException {
    AmqpClient client = AmqpClient.local(broker);
    try {
      AmqpReceiver receiver = client.receiver("backlog");
      int next = 0;
      while (next < messages) {
        if (receiver.credit() < WINDOW / 2) {
          receiver.flow(WINDOW - receiver.credit());
        }
        client.pump(20);
        for (Optional<Received> got = receiver.poll(); got.isPresent(); got = receiver.poll()) {
          assertThat(number(got.get())).isEqualTo(next++);
          got.get().accept();
        }
        measure(broker, next);
      }
      client.sender("backlog").sendAndWait(numbered(0));
      receiver.receive(20_000).orElseThrow().accept();
      client.pump(20);
    } finally {
      client.abort();
    }
  }

  private void measure(BrokerProcess broker, int count) {
    if (count % 50 == 0) {
      peak = Math.max(peak, broker.residentBytes());
    }
  }

  private static byte[] numbered(int number) {
    return Messages.data(ByteBuffer.allocate(BODY_BYTES).putInt(number).array());
  }

  private static int number(Received message) {
    Data body = (Data) Messages.decode(message.bytes()).getBody();
    return body.getValue().asByteBuffer().getInt();
  }
}
