package dev.holdfast.acl.rules;

import dev.holdfast.acl.Permission;
import dev.holdfast.acl.ResourcePattern;
import dev.holdfast.acl.rules.Tokens.Statement;
import dev.holdfast.acl.rules.Words.WrongException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;

/** Reads rules files. Everything that is wrong is found at once. */
final class RuleParser {
  private static final int MOST_BYTES = 1 << 20;
  private static final int MOST_RULES = 10_000;
  private static final String FIRST_LINE = "acl 1";

  private final List<Problem> problems = new ArrayList<>();
  private final List<Rule> rules = new ArrayList<>();
  private final Roles roles = new Roles();

  private RuleParser() {}

  /**
   * Reads a file.
   *
   * @throws RulesException with everything that is wrong
   */
  static RuleSet parse(String text) throws RulesException {
    RuleParser parser = new RuleParser();
    parser.read(text);
    parser.roles.check(parser.problems);
    if (!parser.problems.isEmpty()) {
      throw new RulesException(parser.problems);
    }
    return new RuleSet(parser.rules, parser.roles.closure());
  }

  private void read(String text) {
    if (text.getBytes(StandardCharsets.UTF_8).length > MOST_BYTES) {
      problems.add(new Problem(1, 1, "the file has more than 1 MiB"));
      return;
    }
    List<Statement> statements = Tokens.of(text);
    Statement first = statements.get(0);
    List<String> words = first.tokens().stream().map(Tokens.Token::text).toList();
    if (!String.join(" ", words).equals(FIRST_LINE)) {
      problems.add(new Problem(1, 1, "the first line has to be '" + FIRST_LINE + "'"));
      return;
    }
    for (int i = 1; i < statements.size(); i++) {
      if (statements.get(i).tokens().isEmpty()) {
        continue;
      }
      try {
        statement(statements.get(i));
      } catch (WrongException e) {
        problems.add(e.problem());
      }
    }
    if (rules.size() > MOST_RULES) {
      problems.add(new Problem(1, 1, "the file has more than " + MOST_RULES + " rules"));
    }
  }

  private void statement(Statement statement) throws WrongException {
    Words words = new Words(statement);
    String verb = words.take("a rule");
    switch (verb) {
      case "allow", "deny" -> rules.add(rule(verb.equals("allow"), words, statement));
      case "role" -> role(words, statement);
      default -> throw words.wrong("a line begins with allow, deny or role, not '" + verb + "'");
    }
  }

  private void role(Words words, Statement statement) throws WrongException {
    String name = words.take("the role's name");
    if (!Who.isName(name)) {
      throw words.wrong("'" + name + "' is no name for a role: letters, digits, - _ and .");
    }
    if (roles.has(name)) {
      throw words.wrong("role " + name + " is there already; name all its members in one line");
    }
    words.require("=");
    Set<String> members = new LinkedHashSet<>();
    for (String member : words.list("a member")) {
      members.add(checked(words, member, Who::check));
    }
    end(words);
    roles.add(name, members, statement.first());
  }

  private static Rule rule(boolean allow, Words words, Statement statement) throws WrongException {
    Set<String> who = new LinkedHashSet<>();
    for (String one : words.list("who it is for")) {
      who.add(checked(words, one, Who::check));
    }
    Set<Permission> permissions = EnumSet.noneOf(Permission.class);
    for (String one : words.list("an operation")) {
      permissions.addAll(checked(words, one, RuleParser::permissions));
    }
    List<ResourcePattern> resources = new ArrayList<>();
    for (String one : words.list("a resource")) {
      resources.add(checked(words, one, ResourcePattern::parse));
      if (!allow && one.contains("${")) {
        // A name with full stops is never one word: the rule would deny nothing.
        throw words.wrong("what is denied cannot depend on who asks; write it without ${…}");
      }
    }
    List<Condition> conditions = new ArrayList<>();
    if (words.peek().equals("if")) {
      do {
        words.take("if");
        conditions.add(ConditionParser.parse(words));
      } while (words.peek().equals("and"));
    }
    boolean perMessage = conditions.stream().anyMatch(Condition::perMessage);
    if (perMessage && !permissions.equals(EnumSet.of(Permission.SEND))) {
      throw words.wrong(
          "size and rate are about sending; the rule's only operation has to be send");
    }
    String id = "";
    if (words.peek().equals("id")) {
      words.take("id");
      id = words.take("the rule's name");
      if (!Who.isName(id)) {
        throw words.wrong("'" + id + "' is no name for a rule: letters, digits, - _ and .");
      }
    }
    end(words);
    Rule.Lines lines = new Rule.Lines(statement.first(), statement.last());
    return new Rule(allow, who, permissions, resources, conditions, id, lines);
  }

  static Set<Permission> permissions(String word) {
    return word.equals(Permission.ANY)
        ? EnumSet.allOf(Permission.class)
        : EnumSet.of(Permission.of(word));
  }

  private static <T> T checked(Words words, String word, Function<String, T> check)
      throws WrongException {
    try {
      return check.apply(word);
    } catch (IllegalArgumentException e) {
      throw words.wrong(String.valueOf(e.getMessage()));
    }
  }

  private static void end(Words words) throws WrongException {
    if (words.hasNext()) {
      String more = words.take("the end");
      throw words.wrong("'" + more + "' is too much here");
    }
  }
}
