package dev.holdfast.acl.rules;

import java.util.ArrayList;
import java.util.List;

/**
 * The words of a rules file. Blanks separate words, a comma is one by itself, {@code #} behind a
 * blank or at the beginning of a line starts a comment, and a backslash at the end of a line joins
 * the next one to it.
 */
final class Tokens {

  private Tokens() {}

  /**
   * A word.
   *
   * @param line from 1
   * @param column from 1
   */
  record Token(int line, int column, String text) {}

  /**
   * What belongs together.
   *
   * @param tokens none: only blanks and comments
   * @param first line
   * @param last line
   */
  record Statement(List<Token> tokens, int first, int last) {}

  static List<Statement> of(String text) {
    List<Statement> statements = new ArrayList<>();
    List<Token> tokens = new ArrayList<>();
    String[] lines = text.split("\n", -1);
    int first = 1;
    for (int i = 0; i < lines.length; i++) {
      String line = lines[i];
      boolean goesOn = line.endsWith("\\");
      boolean comment = words(i + 1, goesOn ? line.substring(0, line.length() - 1) : line, tokens);
      if (goesOn && !comment && i < lines.length - 1) {
        continue;
      }
      statements.add(new Statement(List.copyOf(tokens), first, i + 1));
      tokens.clear();
      first = i + 2;
    }
    return statements;
  }

  /** True when the line ends in a comment. */
  private static boolean words(int number, String line, List<Token> tokens) {
    int at = 0;
    while (at < line.length()) {
      char c = line.charAt(at);
      if (c == ' ' || c == '\t') {
        at++;
      } else if (c == '#') {
        return true;
      } else if (c == ',') {
        tokens.add(new Token(number, at + 1, ","));
        at++;
      } else {
        int end = at;
        while (end < line.length() && " \t,".indexOf(line.charAt(end)) < 0) {
          end++;
        }
        tokens.add(new Token(number, at + 1, line.substring(at, end)));
        at = end;
      }
    }
    return false;
  }
}
