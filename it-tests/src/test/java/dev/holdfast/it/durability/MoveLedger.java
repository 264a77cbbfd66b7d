package dev.holdfast.it.durability;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;

/** Outside of the broker: which transactions were answered, and how. */
final class MoveLedger {
  static final String LEFT = "left";
  static final String RIGHT = "right";
  static final String LOG = "moves";

  private final Set<Long> committed = ConcurrentHashMap.newKeySet();
  private final Set<Long> rolledBack = ConcurrentHashMap.newKeySet();
  private final Queue<String> violations = new ConcurrentLinkedQueue<>();
  private final AtomicLong numbers = new AtomicLong();

  /** The number of the next transaction. */
  long next() {
    return numbers.incrementAndGet();
  }

  void committed(long number) {
    committed.add(number);
  }

  void rolledBack(long number) {
    rolledBack.add(number);
  }

  void violation(String what) {
    violations.add(what);
  }

  int committedCount() {
    return committed.size();
  }

  /**
   * Every message is in one place, and the one that the log of moves says.
   *
   * @param messages that were there at the beginning, all on the left
   * @param left what is there now
   * @param right what is there now
   * @param log records of moves
   */
  void check(Set<String> messages, List<String> left, List<String> right, List<String> log) {
    assertThat(violations).isEmpty();
    List<String> places = new ArrayList<>(left);
    places.addAll(right);
    assertThat(places).as("each message once").containsExactlyInAnyOrderElementsOf(messages);
    Map<String, Integer> moves = new HashMap<>();
    Set<Long> logged = new java.util.HashSet<>();
    for (String record : log) {
      String[] parts = record.split("=", 2);
      long number = Long.parseLong(parts[0]);
      assertThat(logged.add(number)).as("transaction %d logged once", number).isTrue();
      for (String message : parts[1].split(",")) {
        moves.merge(message, 1, Integer::sum);
      }
    }
    assertThat(logged).as("answered commits are there").containsAll(committed);
    assertThat(logged).as("answered rollbacks are not").doesNotContainAnyElementsOf(rolledBack);
    for (String message : messages) {
      boolean isRight = moves.getOrDefault(message, 0) % 2 == 1;
      assertThat(isRight ? right : left)
          .as("%s after %s moves", message, moves.get(message))
          .contains(message);
    }
  }
}
