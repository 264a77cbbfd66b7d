package dev.holdfast.acl.rules;

import dev.holdfast.acl.rules.Tokens.Statement;
import dev.holdfast.acl.rules.Tokens.Token;
import java.util.ArrayList;
import java.util.List;

/** Reads the words of one statement one after the other. */
final class Words {
  private final List<Token> tokens;
  private final int line;
  private int next;

  /** Something is wrong with a statement. */
  static final class WrongException extends Exception {
    private static final long serialVersionUID = 1L;
    private final transient Problem problem;

    WrongException(Problem problem) {
      super(problem.text(), null, false, false);
      this.problem = problem;
    }

    Problem problem() {
      return problem;
    }
  }

  Words(Statement statement) {
    this.tokens = statement.tokens();
    this.line = statement.first();
  }

  boolean hasNext() {
    return next < tokens.size();
  }

  /** The next word without taking it; empty: there is none. */
  String peek() {
    return hasNext() ? tokens.get(next).text() : "";
  }

  /** Takes the next word. */
  String take(String expected) throws WrongException {
    if (!hasNext()) {
      throw wrongAtEnd(expected + " is missing");
    }
    return tokens.get(next++).text();
  }

  /** Takes the next word, which has to be this one. */
  void require(String word) throws WrongException {
    String found = take("'" + word + "'");
    if (!found.equals(word)) {
      throw wrong("'" + word + "' belongs here, not '" + found + "'");
    }
  }

  /** Takes what is separated by commas, one at least. */
  List<String> list(String expected) throws WrongException {
    List<String> all = new ArrayList<>();
    do {
      String word = take(expected);
      if (word.equals(",")) {
        throw wrong(expected + " is missing before the comma");
      }
      all.add(word);
    } while (skipComma());
    return all;
  }

  private boolean skipComma() {
    boolean comma = peek().equals(",");
    next += comma ? 1 : 0;
    return comma;
  }

  /** About the word that was taken last. */
  WrongException wrong(String text) {
    if (next == 0) {
      return wrongAtEnd(text);
    }
    Token at = tokens.get(next - 1);
    return new WrongException(new Problem(at.line(), at.column(), text));
  }

  /** About what is not there. */
  WrongException wrongAtEnd(String text) {
    if (tokens.isEmpty()) {
      return new WrongException(new Problem(line, 1, text));
    }
    Token at = tokens.get(tokens.size() - 1);
    return new WrongException(new Problem(at.line(), at.column() + at.text().length(), text));
  }
}
