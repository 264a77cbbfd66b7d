package dev.holdfast.broker.selector;

import dev.holdfast.broker.selector.grammar.SelectorLexer;
import dev.holdfast.broker.selector.grammar.SelectorParser;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.antlr.v4.runtime.BaseErrorListener;
import org.antlr.v4.runtime.CharStreams;
import org.antlr.v4.runtime.CommonTokenStream;
import org.antlr.v4.runtime.DefaultErrorStrategy;
import org.antlr.v4.runtime.ListTokenSource;
import org.antlr.v4.runtime.Parser;
import org.antlr.v4.runtime.RecognitionException;
import org.antlr.v4.runtime.Recognizer;
import org.antlr.v4.runtime.Token;
import org.antlr.v4.runtime.WritableToken;
import org.antlr.v4.runtime.misc.IntervalSet;
import org.antlr.v4.runtime.misc.ParseCancellationException;
import org.jspecify.annotations.Nullable;

/**
 * From text to words to a tree, within limits that are checked on the words, before the parser
 * recurses.
 */
final class SelectorSyntax {

  private static final String EVERYTHING = "TRUE";

  private SelectorSyntax() {}

  static Selector parse(String text, Dialect dialect) throws SelectorException {
    if (text.getBytes(StandardCharsets.UTF_8).length > Selector.MAX_BYTES) {
      throw SelectorException.whole("it has more than " + Selector.MAX_BYTES + " bytes");
    }
    List<? extends Token> words = words(text.isBlank() ? EVERYTHING : text, dialect);
    Expression condition = new SelectorCompiler(dialect).condition(tree(words));
    return new Selector(text, canonical(words), condition);
  }

  /** The words up to the end of the text, which is the last one. */
  private static List<? extends Token> words(String text, Dialect dialect)
      throws SelectorException {
    SelectorLexer lexer = new SelectorLexer(CharStreams.fromString(text));
    List<? extends Token> words = lexer.getAllTokens();
    int terms = 0;
    int nesting = 0;
    for (Token word : words) {
      switch (word.getType()) {
        case SelectorLexer.OPEN_STRING ->
            throw SelectorException.at(position(word), "this text has no closing quote");
        case SelectorLexer.OPEN_NAME ->
            throw SelectorException.at(
                position(word), "this name is empty or has no closing quote");
        case SelectorLexer.STRAY -> throw stray(position(word));
        case SelectorLexer.LPAREN -> nesting++;
        case SelectorLexer.RPAREN -> nesting--;
        case SelectorLexer.COMMA -> {
          // Neither a value nor an operator.
        }
        case SelectorLexer.NAME -> {
          checkName(word);
          terms++;
        }
        case SelectorLexer.QUOTED_NAME -> {
          if (dialect == Dialect.SECTIONS) {
            // SQL filters quote texts either way.
            ((WritableToken) word).setType(SelectorLexer.STRING);
          }
          terms++;
        }
        default -> terms++;
      }
      if (terms > Selector.MAX_TERMS) {
        throw SelectorException.at(
            position(word), "more than " + Selector.MAX_TERMS + " names, literals and operators");
      }
      if (nesting > Selector.MAX_NESTING) {
        throw SelectorException.at(
            position(word), "parentheses more than " + Selector.MAX_NESTING + " deep");
      }
    }
    return words;
  }

  /** Each character must be one of a Java identifier, each first one of those that may be first. */
  private static void checkName(Token word) throws SelectorException {
    boolean first = true;
    int position = position(word);
    for (int c : word.getText().codePoints().toArray()) {
      boolean dot = c == '.';
      boolean allowed =
          first ? Character.isJavaIdentifierStart(c) : dot || Character.isJavaIdentifierPart(c);
      if (!allowed) {
        throw stray(position);
      }
      first = dot;
      position++;
    }
  }

  private static SelectorException stray(int position) {
    return SelectorException.at(position, "this character has no meaning here");
  }

  private static SelectorParser.SelectorContext tree(List<? extends Token> words)
      throws SelectorException {
    SelectorParser parser =
        new SelectorParser(new CommonTokenStream(new ListTokenSource(new ArrayList<>(words))));
    FirstError error = new FirstError();
    parser.setErrorHandler(new NoRepairs());
    parser.removeErrorListeners();
    parser.addErrorListener(error);
    try {
      return parser.selector();
    } catch (ParseCancellationException stopped) {
      throw error.found();
    }
  }

  /** Which character a word starts with, from 1. */
  static int position(Token word) {
    return word.getStartIndex() + 1;
  }

  private static String canonical(List<? extends Token> words) {
    StringBuilder canonical = new StringBuilder();
    for (Token word : words) {
      if (canonical.length() > 0) {
        canonical.append(' ');
      }
      boolean keyword = word.getType() <= SelectorLexer.FALSE;
      String spelling = word.getText();
      canonical.append(keyword ? spelling.toUpperCase(Locale.ROOT) : spelling);
    }
    return canonical.toString();
  }

  /** Guesses no missing or superfluous words: what was expected is then known where it was. */
  private static final class NoRepairs extends DefaultErrorStrategy {
    @Override
    protected @Nullable Token singleTokenDeletion(Parser parser) {
      return null;
    }

    @Override
    protected boolean singleTokenInsertion(Parser parser) {
      return false;
    }
  }

  /** Stops the parser at the first mistake and words it. */
  private static final class FirstError extends BaseErrorListener {
    private @Nullable SelectorException found;

    SelectorException found() {
      return found == null ? SelectorException.whole("it is malformed") : found;
    }

    @Override
    public void syntaxError(
        Recognizer<?, ?> parser,
        Object word,
        int line,
        int column,
        String unused,
        @Nullable RecognitionException mismatch) {
      IntervalSet expected =
          mismatch == null
              ? ((SelectorParser) parser).getExpectedTokens()
              : mismatch.getExpectedTokens();
      found = SelectorException.at(position((Token) word), Expected.words(expected));
      throw new ParseCancellationException();
    }
  }
}
