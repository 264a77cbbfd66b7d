package dev.holdfast.acl;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * What a token is for: one operation, or any, on the resources of a pattern. Written {@code
 * send:queue:orders.#}. Words of a pattern are separated by full stops; {@code *} stands for one
 * word, {@code #} at the end for any number of them. Immutable.
 *
 * @param text as it was written
 * @param permission empty: any
 * @param kind of resource
 * @param pattern its words; empty for the broker
 */
public record Scope(
    String text, Optional<Permission> permission, Resource.Kind kind, List<String> pattern) {

  private static final String ANY = "any";
  private static final int PARTS = 3;
  private static final int MAX_LENGTH = 512;

  /** Copies the list. */
  public Scope {
    pattern = List.copyOf(pattern);
  }

  /**
   * Reads one.
   *
   * @throws IllegalArgumentException with what is wrong, for people
   */
  public static Scope parse(String text) {
    String[] parts = text.split(":", PARTS);
    if (text.length() > MAX_LENGTH || text.chars().anyMatch(c -> c <= ' ' || c == 0x7F)) {
      throw new IllegalArgumentException("a scope has no blanks and at most 512 characters");
    }
    Optional<Permission> permission = permission(parts[0]);
    if (parts.length == 2 && parts[1].equals("broker")) {
      return new Scope(text, permission, Resource.Kind.BROKER, List.of());
    }
    if (parts.length != PARTS || parts[2].isEmpty()) {
      throw new IllegalArgumentException(
          "'" + text + "' is no scope as send:queue:orders.# or inspect:broker");
    }
    List<String> words = Arrays.asList(parts[2].split("\\.", -1));
    int hash = words.indexOf("#");
    boolean mixed =
        words.stream().anyMatch(w -> w.length() > 1 && (w.contains("*") || w.contains("#")));
    if (mixed || (hash >= 0 && hash != words.size() - 1)) {
      throw new IllegalArgumentException("in '" + text + "', * is a whole word and # the last one");
    }
    return new Scope(text, permission, kind(parts[1]), words);
  }

  private static Optional<Permission> permission(String word) {
    if (word.equals(ANY)) {
      return Optional.empty();
    }
    return Optional.of(
        Arrays.stream(Permission.values())
            .filter(p -> p.name().toLowerCase(Locale.ROOT).equals(word))
            .findFirst()
            .orElseThrow(
                () -> new IllegalArgumentException("there is no operation '" + word + "'")));
  }

  private static Resource.Kind kind(String word) {
    return switch (word) {
      case "queue" -> Resource.Kind.QUEUE;
      case "topic" -> Resource.Kind.TOPIC;
      case "sub" -> Resource.Kind.SUBSCRIPTION;
      case "dlq" -> Resource.Kind.DEAD_LETTERS;
      default ->
          throw new IllegalArgumentException(
              "there is no resource '" + word + "'; there are queue, topic, sub, dlq and broker");
    };
  }

  /** Whether it speaks of this. */
  public boolean covers(Permission asked, Resource resource) {
    return (permission.isEmpty() || permission.get() == asked)
        && kind == resource.kind()
        && (kind == Resource.Kind.BROKER || matches(resource.name().split("\\.", -1)));
  }

  private boolean matches(String[] words) {
    for (int i = 0; i < pattern.size(); i++) {
      String wanted = pattern.get(i);
      if (wanted.equals("#")) {
        return true;
      }
      if (i >= words.length || !(wanted.equals("*") || wanted.equals(words[i]))) {
        return false;
      }
    }
    return words.length == pattern.size();
  }

  @Override
  public String toString() {
    return text;
  }
}
