package dev.holdfast.acl.rules;

/**
 * Something wrong in a text, or worth a look.
 *
 * @param line from 1
 * @param column from 1
 * @param text what it is and what to do, one sentence
 */
public record Problem(int line, int column, String text) {

  @Override
  public String toString() {
    return "line " + line + ", column " + column + ": " + text;
  }
}
