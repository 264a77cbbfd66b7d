package dev.holdfast.it.durability;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Outside of the broker and its crashes: what was answered, what came, what was settled. Used by
 * every producer's and consumer's thread.
 */
final class Ledger {
  /** A message: whose, and its number. */
  record Key(int producer, long number) implements Comparable<Key> {
    String text() {
      return producer + ":" + number + ":";
    }

    static Key parse(String body) {
      String[] parts = body.split(":", 3);
      return new Key(Integer.parseInt(parts[0]), Long.parseLong(parts[1]));
    }

    @Override
    public int compareTo(Key other) {
      int byProducer = Integer.compare(producer, other.producer);
      return byProducer != 0 ? byProducer : Long.compare(number, other.number);
    }
  }

  private final Set<Key> accepted = ConcurrentHashMap.newKeySet();
  private final Set<Key> received = ConcurrentHashMap.newKeySet();
  private final Set<Key> surelySettled = ConcurrentHashMap.newKeySet();
  private final Map<Integer, AtomicLong> numbers = new ConcurrentHashMap<>();
  private final Queue<String> violations = new ConcurrentLinkedQueue<>();
  private final Queue<String> refusals = new ConcurrentLinkedQueue<>();
  private final AtomicLong acceptedCount = new AtomicLong();
  private final AtomicLong settledCount = new AtomicLong();

  /** The next message of a producer; a number is never used again. */
  Key next(int producer) {
    return new Key(
        producer, numbers.computeIfAbsent(producer, p -> new AtomicLong()).getAndIncrement());
  }

  void accepted(Key key) {
    accepted.add(key);
    acceptedCount.incrementAndGet();
  }

  void refused(String why) {
    refusals.add(why);
  }

  /** A message came; {@code last} holds the newest first delivery of each producer in a session. */
  void received(Key key, Map<Integer, Long> last) {
    if (surelySettled.contains(key)) {
      violation(key + " came again though its settlement was committed");
    }
    if (received.add(key)) {
      Long before = last.put(key.producer(), key.number());
      if (before != null && before >= key.number()) {
        violation(key + " came first after number " + before + " of its producer");
      }
    }
  }

  /** The broker answered something that the same connection sent after settling these. */
  void surelySettled(List<Key> keys) {
    surelySettled.addAll(keys);
    settledCount.addAndGet(keys.size());
  }

  void violation(String what) {
    violations.add(what);
  }

  long acceptedCount() {
    return acceptedCount.get();
  }

  long settledCount() {
    return settledCount.get();
  }

  Queue<String> refusals() {
    return refusals;
  }

  /** Accepted messages that nobody ever got. */
  List<Key> lost() {
    return accepted.stream().filter(key -> !received.contains(key)).sorted().toList();
  }

  void assertKept(String context) {
    assertThat(violations.stream().limit(10).toList())
        .as("%s: %d violations, of which", context, violations.size())
        .isEmpty();
    List<Key> lost = lost();
    assertThat(lost.stream().limit(10).toList())
        .as("%s: %d of %d accepted messages lost, of which", context, lost.size(), accepted.size())
        .isEmpty();
  }
}
