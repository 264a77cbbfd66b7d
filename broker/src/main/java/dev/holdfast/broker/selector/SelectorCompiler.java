package dev.holdfast.broker.selector;

import dev.holdfast.broker.selector.Expression.Literal;
import dev.holdfast.broker.selector.Expression.Name;
import dev.holdfast.broker.selector.grammar.SelectorParser;
import java.util.ArrayList;
import java.util.List;
import org.antlr.v4.runtime.Token;
import org.antlr.v4.runtime.tree.ParseTree;
import org.antlr.v4.runtime.tree.TerminalNode;
import org.jspecify.annotations.Nullable;

/**
 * Makes expressions of a parse tree and refuses what cannot have a meaning in any message: a text
 * that is added to, a number that is a condition.
 */
final class SelectorCompiler {

  private final Dialect dialect;

  SelectorCompiler(Dialect dialect) {
    this.dialect = dialect;
  }

  Expression condition(SelectorParser.SelectorContext tree) throws SelectorException {
    return required(StaticType.BOOLEAN, disjunction(tree.disjunction()), tree.getStart());
  }

  private Expression disjunction(SelectorParser.DisjunctionContext tree) throws SelectorException {
    List<SelectorParser.ConjunctionContext> terms = tree.conjunction();
    Expression left = conjunction(terms.get(0));
    for (int i = 1; i < terms.size(); i++) {
      required(StaticType.BOOLEAN, left, tree.getStart());
      Expression right = conjunction(terms.get(i));
      left = new Condition.Or(left, required(StaticType.BOOLEAN, right, terms.get(i).getStart()));
    }
    return left;
  }

  private Expression conjunction(SelectorParser.ConjunctionContext tree) throws SelectorException {
    List<SelectorParser.NegationContext> terms = tree.negation();
    Expression left = negation(terms.get(0));
    for (int i = 1; i < terms.size(); i++) {
      required(StaticType.BOOLEAN, left, tree.getStart());
      Expression right = negation(terms.get(i));
      left = new Condition.And(left, required(StaticType.BOOLEAN, right, terms.get(i).getStart()));
    }
    return left;
  }

  private Expression negation(SelectorParser.NegationContext tree) throws SelectorException {
    if (tree.NOT() == null) {
      return predicate(tree.predicate());
    }
    SelectorParser.NegationContext negated = tree.negation();
    return new Condition.Not(required(StaticType.BOOLEAN, negation(negated), negated.getStart()));
  }

  private Expression predicate(SelectorParser.PredicateContext tree) throws SelectorException {
    Expression operand = sum(tree.sum());
    boolean negated = tree.NOT() != null;
    Expression condition;
    if (tree.comparison() != null) {
      return comparison(operand, tree.comparison());
    } else if (tree.range() != null) {
      return range(operand, tree, negated);
    } else if (tree.nullCheck() != null) {
      condition = new Condition.IsNull(name(operand, tree.getStart()));
      negated = tree.nullCheck().NOT() != null;
    } else if (tree.membership() != null) {
      List<Text> candidates = new ArrayList<>();
      for (TerminalNode candidate : tree.membership().STRING()) {
        candidates.add(Text.of(Literals.text(candidate.getText())));
      }
      condition = new Condition.In(name(operand, tree.getStart()), List.copyOf(candidates));
    } else if (tree.likeness() != null) {
      Expression name = name(operand, tree.getStart());
      condition = new Condition.Like(name, pattern(tree.likeness()));
    } else {
      return operand;
    }
    return negated ? new Condition.Not(condition) : condition;
  }

  private Expression comparison(Expression left, SelectorParser.ComparisonContext tree)
      throws SelectorException {
    Comparison.Operator operator =
        switch (tree.op.getType()) {
          case SelectorParser.EQ -> Comparison.Operator.EQ;
          case SelectorParser.NE -> Comparison.Operator.NE;
          case SelectorParser.LT -> Comparison.Operator.LT;
          case SelectorParser.LE -> Comparison.Operator.LE;
          case SelectorParser.GT -> Comparison.Operator.GT;
          default -> Comparison.Operator.GE;
        };
    Expression right = sum(tree.sum());
    if (operator.ordering()
        && !(left.type().mayBe(StaticType.NUMBER) && right.type().mayBe(StaticType.NUMBER))) {
      throw SelectorException.at(
          SelectorSyntax.position(tree.op), "texts and booleans compare with '=' and '<>' only");
    }
    if (!left.type().mayBe(right.type())) {
      throw SelectorException.at(
          SelectorSyntax.position(tree.op), "values of different types are never equal");
    }
    return new Comparison(operator, left, right);
  }

  private Expression range(
      Expression operand, SelectorParser.PredicateContext tree, boolean negated)
      throws SelectorException {
    SelectorParser.SumContext low = tree.range().sum(0);
    SelectorParser.SumContext high = tree.range().sum(1);
    return new Comparison.Between(
        required(StaticType.NUMBER, operand, tree.getStart()),
        required(StaticType.NUMBER, sum(low), low.getStart()),
        required(StaticType.NUMBER, sum(high), high.getStart()),
        negated);
  }

  private static LikePattern pattern(SelectorParser.LikenessContext tree) throws SelectorException {
    String pattern = Literals.text(tree.STRING(0).getText());
    if (tree.ESCAPE() == null) {
      return LikePattern.of(pattern);
    }
    TerminalNode given = tree.STRING(1);
    String escape = Literals.text(given.getText());
    if (escape.codePointCount(0, escape.length()) != 1) {
      throw at(given.getSymbol(), "the escape must be one character");
    }
    try {
      return LikePattern.of(pattern, escape.codePointAt(0));
    } catch (IllegalArgumentException dangling) {
      throw at(tree.STRING(0).getSymbol(), "nothing follows the escape character in this pattern");
    }
  }

  private Expression sum(SelectorParser.SumContext tree) throws SelectorException {
    SelectorParser.ProductContext first = tree.product(0);
    Expression left = product(first);
    for (int i = 1; i < tree.getChildCount(); i += 2) {
      SelectorParser.ProductContext term = tree.product((i + 1) / 2);
      required(StaticType.NUMBER, left, first.getStart());
      Expression right = required(StaticType.NUMBER, product(term), term.getStart());
      left =
          new Arithmetic(
              is(tree.getChild(i), SelectorParser.PLUS)
                  ? Arithmetic.Operator.PLUS
                  : Arithmetic.Operator.MINUS,
              left,
              right);
    }
    return left;
  }

  private Expression product(SelectorParser.ProductContext tree) throws SelectorException {
    SelectorParser.FactorContext first = tree.factor(0);
    Expression left = factor(first);
    for (int i = 1; i < tree.getChildCount(); i += 2) {
      SelectorParser.FactorContext term = tree.factor((i + 1) / 2);
      required(StaticType.NUMBER, left, first.getStart());
      Expression right = required(StaticType.NUMBER, factor(term), term.getStart());
      left =
          new Arithmetic(
              is(tree.getChild(i), SelectorParser.STAR)
                  ? Arithmetic.Operator.TIMES
                  : Arithmetic.Operator.OVER,
              left,
              right);
    }
    return left;
  }

  private Expression factor(SelectorParser.FactorContext tree) throws SelectorException {
    if (tree.sign == null) {
      return primary(tree.primary(), false);
    }
    boolean negative = tree.sign.getType() == SelectorParser.MINUS;
    SelectorParser.FactorContext signed = tree.factor();
    if (negative && signed.sign == null && signed.primary().INTEGER() != null) {
      // One literal, so that the smallest integer can be written.
      return primary(signed.primary(), true);
    }
    return new Arithmetic.Sign(
        negative, required(StaticType.NUMBER, factor(signed), signed.getStart()));
  }

  private Expression primary(SelectorParser.PrimaryContext tree, boolean negative)
      throws SelectorException {
    if (tree.disjunction() != null) {
      return disjunction(tree.disjunction());
    }
    Token word = tree.getStart();
    String spelling = word.getText();
    return switch (word.getType()) {
      case SelectorParser.TRUE -> new Literal(true, StaticType.BOOLEAN);
      case SelectorParser.FALSE -> new Literal(false, StaticType.BOOLEAN);
      case SelectorParser.STRING -> new Literal(Text.of(Literals.text(spelling)), StaticType.TEXT);
      case SelectorParser.INTEGER -> number(word, integer(spelling, negative));
      case SelectorParser.DECIMAL -> number(word, decimal(spelling));
      case SelectorParser.NAME -> named(word, spelling);
      default -> named(word, Literals.quotedName(spelling));
    };
  }

  private @Nullable Long integer(String spelling, boolean negative) {
    return dialect == Dialect.JMS
        ? Literals.integer(spelling, negative)
        : Literals.plainInteger(spelling, negative);
  }

  private @Nullable Double decimal(String spelling) {
    boolean suffixed = Character.isLetter(spelling.charAt(spelling.length() - 1));
    return suffixed && dialect != Dialect.JMS ? null : Literals.decimal(spelling);
  }

  private static Literal number(Token word, @Nullable Number value) throws SelectorException {
    if (value == null) {
      throw at(word, "this number is malformed or outside the range of its type");
    }
    return new Literal(value, StaticType.NUMBER);
  }

  private Name named(Token word, String name) throws SelectorException {
    FieldSource source = dialect.source(name);
    if (source == null) {
      throw at(word, dialect.unknownName());
    }
    return new Name(source);
  }

  private static boolean is(ParseTree node, int type) {
    return node instanceof TerminalNode terminal && terminal.getSymbol().getType() == type;
  }

  private static Name name(Expression operand, Token first) throws SelectorException {
    if (operand instanceof Name name) {
      return name;
    }
    throw at(first, "expected a name before IN, LIKE and IS");
  }

  private static Expression required(StaticType type, Expression operand, Token first)
      throws SelectorException {
    if (operand.type().mayBe(type)) {
      return operand;
    }
    throw at(first, type == StaticType.NUMBER ? "expected a number" : "expected a condition");
  }

  private static SelectorException at(Token word, String problem) {
    return SelectorException.at(SelectorSyntax.position(word), problem);
  }
}
