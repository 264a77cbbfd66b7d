package dev.holdfast.broker.domain.owner;

/** Topics' names by words: {@code *} is one word, {@code #} any number of them, none included. */
final class TopicPattern {
  private static final String ONE = "*";
  private static final String ANY = "#";

  private final String[] words;

  TopicPattern(String pattern) {
    words = split(pattern);
  }

  private static String[] split(String name) {
    return name.split("\\.", -1);
  }

  boolean matches(String topic) {
    String[] name = split(topic);
    // As with a shell's *: only the last # met can have to take more words than it has so far.
    int word = 0;
    int retryWord = -1;
    int retryName = 0;
    int at = 0;
    while (at < name.length) {
      if (word < words.length && words[word].equals(ANY)) {
        retryWord = ++word;
        retryName = at;
      } else if (word < words.length && (words[word].equals(ONE) || words[word].equals(name[at]))) {
        word++;
        at++;
      } else if (retryWord >= 0) {
        word = retryWord;
        at = ++retryName;
      } else {
        return false;
      }
    }
    while (word < words.length && words[word].equals(ANY)) {
      word++;
    }
    return word == words.length;
  }
}
