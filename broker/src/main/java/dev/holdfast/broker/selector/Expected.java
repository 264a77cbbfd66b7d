package dev.holdfast.broker.selector;

import dev.holdfast.broker.selector.grammar.SelectorLexer;
import java.util.ArrayList;
import java.util.List;
import org.antlr.v4.runtime.Token;
import org.antlr.v4.runtime.misc.IntervalSet;

/** Says in words what could have stood where something else stands. */
final class Expected {

  private Expected() {}

  static String words(IntervalSet words) {
    List<String> expected = new ArrayList<>();
    if (words.contains(SelectorLexer.NAME)) {
      expected.add("a name, a literal or '('");
    } else if (words.contains(SelectorLexer.OR)) {
      expected.add("an operator");
    } else {
      add(expected, words, SelectorLexer.STRING, "a text in single quotes");
      add(expected, words, SelectorLexer.STAR, "an arithmetic operator");
      add(expected, words, SelectorLexer.AND, "AND");
      add(expected, words, SelectorLexer.BETWEEN, "BETWEEN");
      add(expected, words, SelectorLexer.IN, "IN");
      add(expected, words, SelectorLexer.LIKE, "LIKE");
      add(expected, words, SelectorLexer.NOT, "NOT");
      add(expected, words, SelectorLexer.NULL, "NULL");
      add(expected, words, SelectorLexer.LPAREN, "'('");
    }
    add(expected, words, SelectorLexer.COMMA, "','");
    add(expected, words, SelectorLexer.RPAREN, "')'");
    add(expected, words, Token.EOF, "the end");
    return "expected " + String.join(" or ", expected);
  }

  private static void add(List<String> expected, IntervalSet words, int type, String word) {
    if (words.contains(type)) {
      expected.add(word);
    }
  }
}
