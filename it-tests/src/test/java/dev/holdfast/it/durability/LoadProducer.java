package dev.holdfast.it.durability;

import dev.holdfast.it.harness.BrokerProcess;
import dev.holdfast.it.wire.AmqpClient;
import dev.holdfast.it.wire.AmqpSender;
import dev.holdfast.it.wire.Messages;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.qpid.proton.amqp.messaging.Accepted;
import org.apache.qpid.proton.amqp.transport.DeliveryState;

/** Sends numbered durable messages as fast as it is let, with a window of unanswered ones. */
final class LoadProducer {
  private static final int WINDOW = 100;

  private final BrokerProcess broker;
  private final Ledger ledger;
  private final int number;
  private final byte[] padding;
  private int unanswered;

  LoadProducer(BrokerProcess broker, Ledger ledger, int number, int bodyBytes) {
    this.broker = broker;
    this.ledger = ledger;
    this.number = number;
    this.padding = new byte[bodyBytes];
    Arrays.fill(padding, (byte) 'x');
  }

  void run(AtomicBoolean stopping) throws IOException {
    AmqpClient client = AmqpClient.local(broker);
    try {
      AmqpSender sender = client.sender(Load.QUEUE);
      sender.onAnswer(this::answered);
      while (!stopping.get()) {
        requireOpen(sender);
        while (unanswered < WINDOW && sender.credit() > 0) {
          Ledger.Key key = ledger.next(number);
          sender.send(key, Messages.data(body(key)));
          unanswered++;
        }
        client.pump(20);
      }
      client.until("the last answers", () -> unanswered == 0);
    } finally {
      client.abort();
    }
  }

  static void requireOpen(AmqpSender sender) throws IOException {
    if (!sender.open()) {
      throw new IOException("detached: " + sender.error());
    }
  }

  private void answered(Object token, DeliveryState state) {
    unanswered--;
    if (state instanceof Accepted) {
      ledger.accepted((Ledger.Key) token);
    } else {
      ledger.refused(String.valueOf(state));
    }
  }

  private byte[] body(Ledger.Key key) {
    byte[] head = key.text().getBytes(StandardCharsets.UTF_8);
    byte[] body = Arrays.copyOf(padding, Math.max(padding.length, head.length));
    System.arraycopy(head, 0, body, 0, head.length);
    return body;
  }
}
