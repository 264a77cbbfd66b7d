package dev.holdfast.broker.domain.owner;

import dev.holdfast.broker.domain.IdempotencyPolicy;
import dev.holdfast.broker.domain.IncomingMessage;
import dev.holdfast.broker.domain.MessageAttributes;
import dev.holdfast.broker.domain.NodeAdmin.PeekedMessage;
import dev.holdfast.broker.domain.QueueDefinition;
import dev.holdfast.broker.domain.QueueDefinition.Handling;
import dev.holdfast.broker.domain.QueueDefinition.Lifetime;
import dev.holdfast.broker.domain.QueueDefinition.Limits;
import dev.holdfast.deadletter.DeathRecord;
import dev.holdfast.deadletter.RetryPolicy;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** Verbs for tests in which time passes. */
final class TimeRig {
  static final String DEAD = "q/$dead-letter";
  final Rig rig;

  TimeRig(Rig rig) {
    this.rig = rig;
  }

  void create(Lifetime lifetime) {
    create(new Handling(RetryPolicy.atOnce(10), 0, ""), lifetime, Limits.NONE);
  }

  void create(RetryPolicy retry) {
    create(new Handling(retry, 0, ""), Lifetime.DEFAULT, Limits.NONE);
  }

  void create(Handling handling, Lifetime lifetime, Limits limits) {
    rig.get(
        rig.admin.createQueue(
            Rig.ADMIN,
            new QueueDefinition(
                "q",
                1 << 20,
                handling,
                lifetime,
                limits,
                IdempotencyPolicy.DEFAULT,
                QueueDefinition.Serving.TURNS)));
  }

  /** Sends a message that lives so long. */
  void sendTtl(String text, long ttlMs) {
    send(new IncomingMessage(true, (byte) 4, ttlMs, 0, 0, bytes(text)));
  }

  /** Sends a message that waits so long. */
  void sendDelayed(String text, long delayMs) {
    send(delayed(text, 0, delayMs));
  }

  static IncomingMessage delayed(String text, long atMs, long delayMs) {
    return new IncomingMessage(
        true,
        (byte) 4,
        -1,
        0,
        0,
        bytes(text),
        new IncomingMessage.Marks(null, atMs, delayMs, null, null, 0));
  }

  void send(IncomingMessage message) {
    send("q", message);
  }

  void send(String node, IncomingMessage message) {
    TestPublisher publisher = new TestPublisher(rig).open(node);
    publisher.send("", message, "token");
    rig.settle();
    if (publisher.accepted().isEmpty()) {
      throw new AssertionError("refused: " + publisher.answers);
    }
    publisher.close();
    rig.settle();
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  TestConsumer consumer(long credit) {
    TestConsumer consumer = new TestConsumer(rig).open("q").flow(credit);
    rig.settle();
    return consumer;
  }

  void advance(long milliseconds) {
    rig.clock.advance(milliseconds);
    rig.settle();
  }

  void restart() {
    rig.store.killAndReopen();
    rig.boot(rig.store);
    rig.settle();
  }

  List<String> peek(String node) {
    List<String> texts = new ArrayList<>();
    for (PeekedMessage message : rig.get(rig.admin.peek(Rig.ADMIN, node, 0, 1_000))) {
      texts.add(Rig.text(message.message().body()));
    }
    return texts;
  }

  DeathRecord onlyDeath() {
    List<PeekedMessage> dead = rig.get(rig.admin.peek(Rig.ADMIN, DEAD, 0, 10));
    if (dead.size() != 1) {
      throw new AssertionError(dead.size() + " dead letters");
    }
    return MessageAttributes.death(dead.get(0).message().attributes()).orElseThrow();
  }
}
