package dev.holdfast.acl;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * Which resources a rule or a scope speaks of. Names consist of words between full stops; {@code *}
 * stands for one word, {@code #}, as the last one, for any number of them, none included. {@code
 * ${principal}} and {@code ${uid}} as whole words stand for who asks. A subscription's pattern may
 * name the topic alone, or both as {@code TOPIC/NAME}, or, where the topic's name has a slash, as
 * {@code TOPIC::NAME}. Immutable.
 *
 * @param kind of resource
 * @param words of the node's or topic's name; none for the broker
 * @param subscription words of the subscription's name; empty: any
 */
public record ResourcePattern(
    Resource.Kind kind, List<String> words, Optional<List<String>> subscription) {
  private static final String ONE = "*";
  private static final String REST = "#";
  private static final String PRINCIPAL = "${principal}";
  private static final String UID = "${uid}";
  private static final String UID_PREFIX = "uid:";
  private static final int MAX_LENGTH = 512;

  /** Copies the lists. */
  public ResourcePattern {
    words = List.copyOf(words);
    subscription = subscription.map(List::copyOf);
  }

  /**
   * Reads one, as {@code queue:orders.#}, {@code sub:prices/billing} or {@code broker}.
   *
   * @throws IllegalArgumentException with what is wrong, for people
   */
  public static ResourcePattern parse(String text) {
    if (text.equals("broker")) {
      return new ResourcePattern(Resource.Kind.BROKER, List.of(), Optional.empty());
    }
    int colon = text.indexOf(':');
    if (colon < 0 || colon == text.length() - 1) {
      throw new IllegalArgumentException(
          "'" + text + "' is no resource as queue:orders.# or broker");
    }
    if (text.length() > MAX_LENGTH || text.chars().anyMatch(c -> c <= ' ' || c == 0x7F)) {
      throw new IllegalArgumentException("a resource has no blanks and at most 512 characters");
    }
    Resource.Kind kind = kind(text.substring(0, colon));
    String name = text.substring(colon + 1);
    int exact = kind == Resource.Kind.SUBSCRIPTION ? name.indexOf(Resource.SEPARATOR) : -1;
    int slash = kind == Resource.Kind.SUBSCRIPTION && exact < 0 ? name.indexOf('/') : -1;
    if (exact >= 0 || slash >= 0) {
      String of = exact < 0 ? name.substring(slash + 1) : name.substring(exact + 2);
      return new ResourcePattern(
          kind, words(name.substring(0, Math.max(exact, slash))), Optional.of(words(of)));
    }
    return new ResourcePattern(kind, words(name), Optional.empty());
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

  private static List<String> words(String name) {
    List<String> words = Arrays.asList(name.split("\\.", -1));
    int rest = words.indexOf(REST);
    boolean mixed =
        words.stream().anyMatch(w -> w.length() > 1 && (w.contains(ONE) || w.contains(REST)));
    if (mixed || (rest >= 0 && rest != words.size() - 1)) {
      throw new IllegalArgumentException("in '" + name + "', * is a whole word and # the last one");
    }
    boolean unknown =
        words.stream().anyMatch(w -> w.contains("${") && !w.equals(PRINCIPAL) && !w.equals(UID));
    if (unknown) {
      throw new IllegalArgumentException(
          "in '" + name + "', only ${principal} and ${uid} stand for something, as whole words");
    }
    return words;
  }

  /** Whether it speaks of this when {@code principal} asks. */
  public boolean matches(Resource resource, Principal principal) {
    if (kind != resource.kind()) {
      return false;
    }
    String name = resource.name();
    return switch (kind) {
      case BROKER -> true;
      case QUEUE, TOPIC, DEAD_LETTERS -> matches(words, name, principal);
      case SUBSCRIPTION -> matchesSubscription(name, principal);
    };
  }

  private boolean matchesSubscription(String name, Principal principal) {
    int end = name.indexOf(Resource.SEPARATOR);
    return end >= 0
        && matches(words, name.substring(0, end), principal)
        && (subscription.isEmpty()
            || matches(
                subscription.get(), name.substring(end + Resource.SEPARATOR.length()), principal));
  }

  private static boolean matches(List<String> pattern, String name, Principal principal) {
    int from = 0;
    for (int i = 0; i < pattern.size(); i++) {
      String wanted = pattern.get(i);
      if (wanted.equals(REST)) {
        return true;
      }
      if (from > name.length()) {
        return false;
      }
      int dot = name.indexOf('.', from);
      int end = dot < 0 ? name.length() : dot;
      if (!wanted.equals(ONE) && !is(wanted, name, from, end, principal)) {
        return false;
      }
      from = end + 1;
    }
    return from > name.length();
  }

  private static boolean is(String wanted, String name, int from, int end, Principal principal) {
    String word = wanted;
    if (wanted.equals(PRINCIPAL)) {
      word = principal.name();
    } else if (wanted.equals(UID)) {
      if (!principal.name().startsWith(UID_PREFIX)) {
        return false;
      }
      word = principal.name().substring(UID_PREFIX.length());
    }
    return word.length() == end - from && name.startsWith(word, from);
  }

  /** Whether whatever {@code other} speaks of, this one does too. */
  public boolean covers(ResourcePattern other) {
    return kind == other.kind
        && covers(words, other.words)
        && (subscription.isEmpty()
            || (other.subscription.isPresent()
                && covers(subscription.get(), other.subscription.get())));
  }

  private static boolean covers(List<String> wide, List<String> narrow) {
    for (int i = 0; i < wide.size(); i++) {
      if (wide.get(i).equals(REST)) {
        return true;
      }
      if (i >= narrow.size() || narrow.get(i).equals(REST)) {
        return false;
      }
      if (!wide.get(i).equals(ONE) && !wide.get(i).equals(narrow.get(i))) {
        return false;
      }
    }
    return wide.size() == narrow.size();
  }

  @Override
  public String toString() {
    String word =
        switch (kind) {
          case QUEUE -> "queue";
          case TOPIC -> "topic";
          case SUBSCRIPTION -> "sub";
          case DEAD_LETTERS -> "dlq";
          case BROKER -> "broker";
        };
    return kind == Resource.Kind.BROKER
        ? word
        : word
            + ":"
            + String.join(".", words)
            + subscription.map(of -> separator() + String.join(".", of)).orElse("");
  }

  private String separator() {
    return String.join(".", words).indexOf('/') < 0 ? "/" : Resource.SEPARATOR;
  }
}
