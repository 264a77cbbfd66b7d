package dev.holdfast.broker.domain.owner;

import dev.holdfast.broker.domain.Delivery;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What the simulation knows must be true of every message it has sent, seen from outside the
 * broker. A message to a queue has one home, the queue; a message to a topic has one in each
 * subscription that was there and takes it.
 */
final class SimModel {

  /** What the sender was told. */
  enum Told {
    NOTHING,
    ACCEPTED,
    REFUSED
  }

  /** One publish, known by the number in its body. */
  static final class Publish {
    final int id;
    final int producer;
    final boolean durable;

    /** Empty: none. */
    final String group;

    Told told = Told.NOTHING;

    Publish(int id, int producer, boolean durable, String group) {
      this.id = id;
      this.producer = producer;
      this.durable = durable;
      this.group = group;
    }
  }

  /** A message in one of its homes. */
  static final class Sent {
    final Publish publish;
    final String home;

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

    /** As the last delivery said, from that place. */
    int failures;

    String lastFrom = "";

    /** The one it is out at. */
    SimConsumer at;

    Sent(Publish publish, String home) {
      this.publish = publish;
      this.home = home;
    }

    @Override
    public String toString() {
      return "message " + publish.id + " for " + home + " from producer " + publish.producer;
    }
  }

  /** A subscription that is there. */
  record Home(String topic, @Nullable TopicPattern pattern, @Nullable SimFilter filter) {

    static Home of(String source, @Nullable SimFilter filter) {
      return new Home(
          source, SubscriptionNames.isPattern(source) ? new TopicPattern(source) : null, filter);
    }

    boolean takes(String published, int id) {
      boolean covered = pattern == null ? topic.equals(published) : pattern.matches(published);
      return covered && (filter == null || filter.takes(id));
    }
  }

  private final Map<Integer, Publish> published = new HashMap<>();
  private final Map<String, Map<Integer, Sent>> sent = new LinkedHashMap<>();
  private final Map<String, Home> subscriptions = new LinkedHashMap<>();
  private final Map<String, Integer> lastFirstDelivery = new HashMap<>();
  private final Map<String, Integer> firstInThisTurn = new HashMap<>();
  private final Map<Object, Map<String, Integer>> lastAt = new IdentityHashMap<>();

  /** From now on, publishes to its topics have a home there. */
  void subscribed(String home, Home subscription) {
    subscriptions.put(home, subscription);
  }

  /** A volatile subscription has gone with all that it had. */
  void unsubscribed(String home) {
    subscriptions.remove(home);
    sent.remove(home);
  }

  Publish send(int id, String node, int producer, boolean durable, String group) {
    Publish publish = new Publish(id, producer, durable, group);
    published.put(id, publish);
    if (!node.contains(".")) {
      at(node).put(id, new Sent(publish, node));
    }
    subscriptions.forEach(
        (home, subscription) -> {
          if (subscription.takes(node, id)) {
            at(home).put(id, new Sent(publish, home));
          }
        });
    return publish;
  }

  private Map<Integer, Sent> at(String home) {
    return sent.computeIfAbsent(home, h -> new LinkedHashMap<>());
  }

  /** The message as this home has it. */
  Sent find(String home, int id) {
    Sent found = at(home).get(id);
    if (found == null) {
      throw new AssertionError("message " + id + " is not for " + home);
    }
    return found;
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
    Publish publish = published.get(id);
    check(publish.told == Told.NOTHING, "publish " + id + " is answered twice");
    publish.told = accepted ? Told.ACCEPTED : Told.REFUSED;
  }

  boolean refused(int id) {
    return published.get(id).told == Told.REFUSED;
  }

  /** The broker handed a message out. */
  Sent delivered(SimConsumer consumer, Delivery delivery) {
    int failures = delivery.deliveryCount();
    int id = id(delivery.message().body());
    Sent message = find(consumer.home, id);
    check(message.publish.told != Told.REFUSED, message + " was refused and is delivered");
    check(!message.held, message + " belongs to a transaction and is delivered");
    check(!message.mustBeGone, message + " was settled and is delivered again");
    check(message.at == null, message + " is out at two consumers");
    check(
        consumer.selector == null || consumer.selector.takes(id),
        message + " is not what the consumer asked for");
    if (!consumer.place.equals(message.lastFrom)) {
      message.failures = 0;
      message.lastFrom = consumer.place;
    }
    check(failures >= message.failures, message + " has lost failures");
    message.failures = failures;
    message.at = consumer;
    oneHolder(message, consumer);
    firstDelivery(message, delivery, consumer);
    return message;
  }

  /** Nobody else has a message of the same group from the same place; selectors know no groups. */
  private void oneHolder(Sent message, SimConsumer consumer) {
    if (message.publish.group.isEmpty() || message.everShunned || consumer.selector != null) {
      return;
    }
    for (Sent other : at(message.home).values()) {
      boolean elsewhere =
          other.at != null
              && other.at != consumer
              && other.at.selector == null
              && other.at.place.equals(consumer.place);
      if (elsewhere && other.publish.group.equals(message.publish.group) && !other.everShunned) {
        throw new AssertionError(
            message + " comes while another consumer has " + other + " of the same group");
      }
    }
  }

  /**
   * Each producer's messages of one group, or of none, come in its order, the first time they come:
   * at each consumer, and over all consumers from turn to turn (within a turn, consumers hear one
   * after the other). What a consumer with a selector picked out says nothing about the order of
   * the others.
   */
  void firstDelivery(Sent message, Delivery delivery, SimConsumer consumer) {
    boolean atHome = !SimWorld.isDeadLetters(consumer.place);
    check(
        !atHome || !message.deliveredInThisLife || !delivery.firstAcquirer(),
        message + " is said to come for the first time");
    message.deliveredInThisLife |= atHome;
    if (!message.everDelivered && atHome && delivery.firstAcquirer()) {
      String line = message.home + "/" + message.publish.producer + "/" + message.publish.group;
      int id = message.publish.id;
      Integer here = lastAt.computeIfAbsent(consumer, c -> new HashMap<>()).put(line, id);
      check(here == null || here < id, message + " comes after " + here);
      if (consumer.selector == null) {
        int before = lastFirstDelivery.getOrDefault(line, 0);
        check(before < id, message + " comes after " + before);
        firstInThisTurn.merge(line, id, Math::max);
      }
    }
    message.everDelivered = true;
  }

  void turnEnded() {
    lastFirstDelivery.putAll(firstInThisTurn);
    firstInThisTurn.clear();
  }

  /** The process ended; with power lost, what was not synced may be undone. */
  void crashed(boolean power) {
    for (Map<Integer, Sent> home : sent.values()) {
      for (Sent message : home.values()) {
        message.at = null;
        message.deliveredInThisLife = false;
        if (power) {
          message.mustBeGone &= message.goneForSure;
          message.failures = 0;
          message.mayBeGone |= !message.publish.durable && !message.storedForSure;
        }
      }
    }
  }

  /** A queue or subscription was emptied or deleted. */
  void deleted(String home) {
    at(home).values().forEach(message -> message.mayBeGone = true);
  }

  /** Whoever has a volatile subscription and all the credit it wants has got everything. */
  void gotEverything(String home) {
    for (Sent message : at(home).values()) {
      check(
          message.publish.told != Told.ACCEPTED || message.everDelivered,
          message + " was accepted and never came");
    }
  }

  /**
   * Compares with what lies in the logs.
   *
   * @param stored ids of unacknowledged messages, by place
   */
  void compare(Map<String, List<Integer>> stored) {
    Map<String, Set<Integer>> there = new HashMap<>();
    stored.forEach(
        (place, ids) -> {
          String home = SimWorld.home(place);
          Set<Integer> atHome = there.computeIfAbsent(home, h -> new HashSet<>());
          for (int id : ids) {
            Sent message = find(home, id);
            if (!atHome.add(id)
                || message.publish.told == Told.REFUSED
                || message.mustBeGone
                || message.held) {
              throw new AssertionError(
                  message + " lies in " + place + " too, or was refused, settled or not committed");
            }
          }
        });
    List<Sent> missing = new ArrayList<>();
    there.forEach(
        (home, ids) -> {
          for (Sent message : at(home).values()) {
            if (message.publish.told == Told.ACCEPTED
                && !message.mayBeGone
                && !message.inDoubt
                && !ids.contains(message.publish.id)) {
              missing.add(message);
            }
          }
        });
    check(missing.isEmpty(), "accepted and lost: " + missing);
  }

  static void check(boolean holds, String otherwise) {
    if (!holds) {
      throw new AssertionError(otherwise);
    }
  }
}
