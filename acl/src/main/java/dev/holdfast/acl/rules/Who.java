package dev.holdfast.acl.rules;

import dev.holdfast.acl.Principal;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Whom rules speak of: the words that may stand there, and which of them mean a principal. */
final class Who {
  static final String EVERYBODY = "*";
  static final String ROLE = "role:";
  private static final List<String> NAMED = List.of("user:", "cert:", "token:");
  private static final List<String> NUMBERED = List.of("uid:", "gid:");
  private static final int MOST_DIGITS = 10;

  private Who() {}

  /**
   * Checks one.
   *
   * @throws IllegalArgumentException for people
   */
  static String check(String word) {
    boolean numbered =
        NUMBERED.stream()
            .anyMatch(kind -> word.startsWith(kind) && isNumber(word.substring(kind.length())));
    boolean named =
        NAMED.stream().anyMatch(kind -> word.startsWith(kind) && word.length() > kind.length());
    boolean role = word.startsWith(ROLE) && isName(word.substring(ROLE.length()));
    boolean token = !word.startsWith("token:") || word.indexOf('/') > 0;
    if (word.equals(EVERYBODY) || word.equals("anonymous") || numbered || role) {
      return word;
    }
    if (named && token) {
      return word;
    }
    throw new IllegalArgumentException(
        "'"
            + word
            + "' is nobody; write *, role:NAME, uid:1001, gid:1001, user:NAME, cert:NAME or"
            + " token:ISSUER/NAME");
  }

  private static boolean isNumber(String text) {
    return !text.isEmpty()
        && text.length() <= MOST_DIGITS
        && text.chars().allMatch(c -> c >= '0' && c <= '9');
  }

  /** Whether a role, a rule or a signal may be called this. */
  static boolean isName(String text) {
    return !text.isEmpty()
        && text.chars()
            .allMatch(c -> Character.isLetterOrDigit(c) || c == '-' || c == '_' || c == '.');
  }

  /**
   * Every word that means the principal.
   *
   * @param roles the roles that a word has by the file, roles of roles included
   */
  static Set<String> meaning(Principal principal, Map<String, Set<String>> roles) {
    Set<String> words = new HashSet<>();
    words.add(EVERYBODY);
    add(words, principal.name(), roles);
    for (String group : principal.groups()) {
      add(words, group, roles);
    }
    for (String role : principal.roles()) {
      add(words, ROLE + role, roles);
    }
    return words;
  }

  private static void add(Set<String> words, String word, Map<String, Set<String>> roles) {
    words.add(word);
    words.addAll(roles.getOrDefault(word, Set.of()));
  }
}
