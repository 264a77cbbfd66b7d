package dev.holdfast.broker.domain.owner;

import dev.holdfast.broker.domain.Delivery;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What the simulation knows must be true of every message it has sent, seen from outside the
 * broker.
 */
final class SimModel {

  /** What the sender was told. */
  enum Told {
    NOTHING,
    ACCEPTED,
    REFUSED
  }

  /** One message, known by the number in its body. */
  static final class Sent {
    final int id;
    final String queue;
    final int producer;
    final boolean durable;

    /** Empty: none. */
    final String group;

    Told told = Told.NOTHING;

    /** A consumer accepted it, or management removed it: it need not be there any more. */
    boolean mayBeGone;

    /** The broker confirmed the acceptance: it must not be there, unless power is lost. */
    boolean mustBeGone;

    /** Part of a transaction that is not discharged, or rolled back: it must not be there. */
    boolean held;

    /** Accepted in a transaction of which it is not known how it ends. */
    boolean inDoubt;

    /** Stored in a transaction: survives power loss whatever its kind. */
    boolean storedForSure;

    /** Accepted in a transaction: that survives power loss. */
    boolean goneForSure;

    /** A consumer said that it cannot be delivered there: its group no longer counts. */
    boolean everShunned;

    boolean everDelivered;
    boolean deliveredInThisLife;

    /** As the last delivery said, from that queue. */
    int failures;

    String lastFrom = "";

    /** The one it is out at. */
    SimConsumer at;

    Sent(int id, String queue, int producer, boolean durable, String group) {
      this.id = id;
      this.queue = queue;
      this.producer = producer;
      this.durable = durable;
      this.group = group;
    }

    @Override
    public String toString() {
      return "message " + id + " for " + queue + " from producer " + producer;
    }
  }

  final Map<Integer, Sent> sent = new LinkedHashMap<>();
  private final Map<String, Integer> lastFirstDelivery = new HashMap<>();
  private final Map<String, Integer> firstInThisTurn = new HashMap<>();
  private final Map<Object, Map<String, Integer>> lastAt = new IdentityHashMap<>();

  Sent send(int id, String queue, int producer, boolean durable, String group) {
    Sent message = new Sent(id, queue, producer, durable, group);
    sent.put(id, message);
    return message;
  }

  static byte[] body(int id, int size) {
    byte[] body = new byte[Math.max(4, size)];
    for (int i = 0; i < 4; i++) {
      body[i] = (byte) (id >>> (8 * i));
    }
    return body;
  }

  static int id(byte[] body) {
    int id = 0;
    for (int i = 0; i < 4; i++) {
      id |= (body[i] & 0xff) << (8 * i);
    }
    return id;
  }

  /** The broker answered a publish. */
  void told(int id, boolean accepted) {
    Sent message = sent.get(id);
    check(message.told == Told.NOTHING, message + " is answered twice");
    message.told = accepted ? Told.ACCEPTED : Told.REFUSED;
  }

  /** The broker handed a message out. */
  Sent delivered(SimConsumer consumer, Delivery delivery) {
    String from = consumer.queue;
    int failures = delivery.deliveryCount();
    Sent message = sent.get(id(delivery.message().body()));
    check(message != null, "a message nobody sent");
    check(message.told != Told.REFUSED, message + " was refused and is delivered");
    check(!message.held, message + " belongs to a transaction and is delivered");
    check(!message.mustBeGone, message + " was settled and is delivered again");
    check(message.at == null, message + " is out at two consumers");
    if (!from.equals(message.lastFrom)) {
      message.failures = 0;
      message.lastFrom = from;
    }
    check(failures >= message.failures, message + " has lost failures");
    message.failures = failures;
    message.at = consumer;
    oneHolder(message, consumer);
    firstDelivery(message, delivery, consumer);
    return message;
  }

  /** Nobody else has a message of the same group from the same queue. */
  private void oneHolder(Sent message, SimConsumer consumer) {
    if (message.group.isEmpty() || message.everShunned) {
      return;
    }
    for (Sent other : sent.values()) {
      boolean elsewhere =
          other.at != null && other.at != consumer && other.at.queue.equals(consumer.queue);
      check(
          !elsewhere || !other.group.equals(message.group) || other.everShunned,
          message + " comes while another consumer has " + other + " of the same group");
    }
  }

  /**
   * Each producer's messages of one group, or of none, come in its order, the first time they come:
   * at each consumer, and over all consumers from turn to turn (within a turn, consumers hear one
   * after the other).
   */
  void firstDelivery(Sent message, Delivery delivery, SimConsumer consumer) {
    boolean atHome = consumer.queue.equals(message.queue);
    check(
        !atHome || !message.deliveredInThisLife || !delivery.firstAcquirer(),
        message + " is said to come for the first time");
    message.deliveredInThisLife |= atHome;
    if (!message.everDelivered && atHome && delivery.firstAcquirer()) {
      String line = message.queue + "/" + message.producer + "/" + message.group;
      int before = lastFirstDelivery.getOrDefault(line, 0);
      check(before < message.id, message + " comes after " + before);
      Integer here = lastAt.computeIfAbsent(consumer, c -> new HashMap<>()).put(line, message.id);
      check(here == null || here < message.id, message + " comes after " + here);
      firstInThisTurn.merge(line, message.id, Math::max);
    }
    message.everDelivered = true;
  }

  void turnEnded() {
    lastFirstDelivery.putAll(firstInThisTurn);
    firstInThisTurn.clear();
  }

  /** The process ended; with power lost, what was not synced may be undone. */
  void crashed(boolean power) {
    for (Sent message : sent.values()) {
      message.at = null;
      message.deliveredInThisLife = false;
      if (power) {
        message.mustBeGone &= message.goneForSure;
        message.failures = 0;
        message.mayBeGone |= !message.durable && !message.storedForSure;
      }
    }
  }

  /** A queue was deleted with everything in it. */
  void deleted(String queue) {
    for (Sent message : sent.values()) {
      if (message.queue.equals(queue)) {
        message.mayBeGone = true;
      }
    }
  }

  /**
   * Compares with what lies in the logs.
   *
   * @param stored ids of unacknowledged messages, by queue
   */
  void compare(Map<String, List<Integer>> stored) {
    Map<Integer, String> places = new HashMap<>();
    stored.forEach(
        (queue, ids) -> {
          for (int id : ids) {
            String other = places.put(id, queue);
            check(other == null, "message " + id + " lies in " + queue + " and in " + other);
            Sent message = sent.get(id);
            check(message != null, "a message nobody sent lies in " + queue);
            check(message.told != Told.REFUSED, message + " was refused and lies in " + queue);
            check(!message.mustBeGone, message + " was settled and lies in " + queue);
            check(!message.held, message + " belongs to a transaction and lies in " + queue);
          }
        });
    List<Sent> missing = new ArrayList<>();
    for (Sent message : sent.values()) {
      boolean mayBeGone = message.mayBeGone || message.inDoubt;
      if (message.told == Told.ACCEPTED && !mayBeGone && !places.containsKey(message.id)) {
        missing.add(message);
      }
    }
    check(missing.isEmpty(), "accepted and lost: " + missing);
  }

  static void check(boolean holds, String otherwise) {
    if (!holds) {
      throw new AssertionError(otherwise);
    }
  }
}
