package dev.holdfast.it.durability;

import dev.holdfast.it.harness.BrokerProcess;
import dev.holdfast.it.wire.AmqpClient;
import dev.holdfast.it.wire.AmqpReceiver;
import dev.holdfast.it.wire.AmqpReceiver.Received;
import dev.holdfast.it.wire.AmqpSender;
import dev.holdfast.it.wire.Messages;
import java.io.IOException;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.apache.qpid.proton.amqp.Symbol;
import org.apache.qpid.proton.amqp.messaging.Accepted;
import org.apache.qpid.proton.amqp.messaging.AmqpValue;
import org.apache.qpid.proton.amqp.messaging.MessageAnnotations;
import org.apache.qpid.proton.amqp.transport.DeliveryState;
import org.apache.qpid.proton.message.Message;

/** Sends messages of one kind, and remembers over the broker's deaths which were accepted. */
final class FateProducer {
  private static final int WINDOW = 50;
  private static final int MOST_AT_ONCE = 800;
  private static final int LONGEST_MS = 2_500;

  private final Kind kind;
  private final Consumer<String> violations;
  private final Random random = new Random();
  private final Set<String> sent = ConcurrentHashMap.newKeySet();
  private final Set<String> accepted = ConcurrentHashMap.newKeySet();
  private final Set<String> unanswered = new LinkedHashSet<>();

  /** When a delayed message may be seen, by its body: not before. */
  private final Map<String, Long> dueMs = new HashMap<>();

  private int number;

  /** What becomes of a message. */
  enum Kind {
    EXPIRING("expired"),
    REJECTED("rejected"),
    DELAYED(""),
    KEYED("");

    private final String reason;

    Kind(String reason) {
      this.reason = reason;
    }

    String queue() {
      return name().toLowerCase(Locale.ROOT);
    }

    /** Why they are dead letters in the end; empty: they are none. */
    String reason() {
      return reason;
    }
  }

  private FateProducer(Kind kind, Consumer<String> violations) {
    this.kind = kind;
    this.violations = violations;
  }

  static Map<Kind, FateProducer> all(Consumer<String> violations) {
    Map<Kind, FateProducer> all = new EnumMap<>(Kind.class);
    for (Kind kind : Kind.values()) {
      all.put(kind, new FateProducer(kind, violations));
    }
    return all;
  }

  long acceptedCount() {
    return accepted.size();
  }

  Set<String> accepted() {
    return accepted;
  }

  Set<String> sent() {
    return sent;
  }

  /** Sends until the broker is gone or the test stops it. */
  void run(BrokerProcess broker, AtomicBoolean stopping) throws IOException {
    AmqpClient client = AmqpClient.local(broker);
    try {
      if (kind == Kind.DELAYED) {
        lookForEarlyOnes(client);
      }
      AmqpSender sender = sender(client);
      int most = sent.size() + MOST_AT_ONCE;
      while (!stopping.get()) {
        LoadProducer.requireOpen(sender);
        while (inFlight < WINDOW && sender.credit() > 0 && sent.size() < most) {
          send(sender, next());
        }
        client.pump(20);
      }
    } finally {
      client.abort();
    }
  }

  private int inFlight;

  private AmqpSender sender(AmqpClient client) throws IOException {
    inFlight = 0;
    AmqpSender sender = client.sender(kind.queue());
    sender.onAnswer(this::answered);
    if (kind == Kind.KEYED) {
      for (String body : List.copyOf(unanswered)) {
        client.until("credit", () -> sender.credit() > 0);
        send(sender, body);
      }
    }
    return sender;
  }

  /** Whatever had no answer is sent again, and answered. */
  void sendRest(BrokerProcess broker) throws IOException {
    try (AmqpClient client = AmqpClient.local(broker)) {
      sender(client);
      client.until("the last answers", () -> inFlight == 0);
    }
  }

  private String next() {
    if (kind == Kind.KEYED && number > 0 && random.nextInt(4) == 0) {
      return kind + "-" + random.nextInt(number);
    }
    return kind + "-" + number++;
  }

  private void send(AmqpSender sender, String body) {
    sent.add(body);
    unanswered.add(body);
    inFlight++;
    sender.send(body, encode(body));
  }

  private byte[] encode(String body) {
    Message message = Message.Factory.create();
    message.setDurable(true);
    message.setBody(new AmqpValue(body));
    int waitMs = random.nextInt(LONGEST_MS);
    switch (kind) {
      case EXPIRING -> message.setTtl(waitMs);
      case DELAYED -> {
        dueMs.put(body, System.currentTimeMillis() + waitMs);
        message.setMessageAnnotations(annotation("x-opt-delivery-delay", (long) waitMs));
      }
      case KEYED -> message.setMessageAnnotations(annotation("x-opt-idempotency-key", body));
      case REJECTED -> {}
    }
    return Messages.encode(message);
  }

  private static MessageAnnotations annotation(String name, Object value) {
    return new MessageAnnotations(Map.of(Symbol.valueOf(name), value));
  }

  private void answered(Object token, DeliveryState state) {
    inFlight--;
    String body = (String) token;
    unanswered.remove(body);
    if (state instanceof Accepted) {
      accepted.add(body);
    } else {
      violations.accept(body + " was refused: " + state);
    }
  }

  /** Looks without taking anything. */
  private void lookForEarlyOnes(AmqpClient client) throws IOException {
    AmqpReceiver receiver = client.receiver(kind.queue());
    receiver.drain(1_000_000);
    long nowMs = System.currentTimeMillis();
    for (Optional<Received> next = receiver.poll(); next.isPresent(); next = receiver.poll()) {
      String body = Messages.textOf(next.get().bytes());
      if (dueMs.getOrDefault(body, 0L) > nowMs) {
        violations.accept(body + " is there before its moment");
      }
      next.get().settle(org.apache.qpid.proton.amqp.messaging.Released.getInstance());
    }
  }
}
