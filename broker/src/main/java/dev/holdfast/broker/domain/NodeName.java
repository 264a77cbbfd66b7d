package dev.holdfast.broker.domain;

import java.nio.charset.StandardCharsets;
import java.util.Optional;

/** The rules for names of nodes. */
public final class NodeName {

  /** What a dead-letter queue's address ends in. */
  public static final String DEAD_LETTER_SUFFIX = "/$dead-letter";

  /** What stands between a topic and the name of a subscription in an address. */
  public static final String SUBSCRIPTION_SEPARATOR = "::";

  private static final int MAX_BYTES = 255;
  private static final int MAX_SUBSCRIPTION_BYTES = 1_024;

  private NodeName() {}

  /** Why {@code name} cannot be given to a new node, in one sentence; empty when it can. */
  public static Optional<String> problem(String name) {
    if (name.isEmpty()) {
      return Optional.of("a node's name must not be empty");
    }
    if (name.getBytes(StandardCharsets.UTF_8).length > MAX_BYTES) {
      return Optional.of("a node's name has at most " + MAX_BYTES + " bytes of UTF-8");
    }
    if (name.startsWith("$")) {
      return Optional.of("names that start with $ are the broker's own");
    }
    if (!name.equals(name.strip())) {
      return Optional.of("a node's name must not start or end with a blank");
    }
    if (name.indexOf('*') >= 0 || name.indexOf('#') >= 0) {
      return Optional.of("* and # are for patterns, not for names");
    }
    if (name.contains("::") || name.contains("/$")) {
      return Optional.of(":: and /$ are for subscriptions and dead letters, not for names");
    }
    if (name.codePoints().anyMatch(c -> Character.isISOControl(c) || c == 0xFFFD)) {
      return Optional.of("a node's name must not contain control characters");
    }
    return Optional.empty();
  }

  /** Why {@code name} cannot be a pattern of topics' names; empty when it can. */
  public static Optional<String> patternProblem(String pattern) {
    Optional<String> problem = problem(pattern.replace('*', 'w').replace('#', 'w'));
    if (problem.isPresent()) {
      return problem;
    }
    for (String word : pattern.split("\\.", -1)) {
      if (word.length() > 1 && (word.indexOf('*') >= 0 || word.indexOf('#') >= 0)) {
        return Optional.of("in a pattern, * and # stand for whole words between dots");
      }
    }
    return Optional.empty();
  }

  /** Whether a source names topics by pattern. */
  public static boolean isPattern(String source) {
    return source.indexOf('*') >= 0 || source.indexOf('#') >= 0;
  }

  /** Why {@code name} cannot be given to a subscription; empty when it can. */
  public static Optional<String> subscriptionProblem(String name) {
    if (name.isEmpty()) {
      return Optional.of("a subscription's name must not be empty");
    }
    if (name.getBytes(StandardCharsets.UTF_8).length > MAX_SUBSCRIPTION_BYTES) {
      return Optional.of(
          "a subscription's name has at most " + MAX_SUBSCRIPTION_BYTES + " bytes of UTF-8");
    }
    if (name.startsWith("$") || name.contains("/$")) {
      return Optional.of("a subscription's name must neither start with $ nor contain /$");
    }
    if (name.codePoints().anyMatch(c -> Character.isISOControl(c) || c == 0xFFFD)) {
      return Optional.of("a subscription's name must not contain control characters");
    }
    return Optional.empty();
  }
}
