package dev.holdfast.acl.rules;

import dev.holdfast.acl.Permission;
import dev.holdfast.acl.ResourcePattern;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * The text of a rules file as tools change it: comments, order and whatever they do not touch stay
 * as they are. Immutable.
 *
 * @param text of the file
 */
public record RuleText(String text) {
  /** A file without rules. */
  public static final RuleText EMPTY = new RuleText("acl 1\n");

  /**
   * One right of one principal.
   *
   * @param who in the grammar of rules
   * @param permissions one, or all of them
   * @param resource pattern
   */
  public record Right(String who, Set<Permission> permissions, ResourcePattern resource) {

    /**
     * Reads one from its three words.
     *
     * @throws IllegalArgumentException for people
     */
    public static Right parse(String who, String operation, String resource) {
      return new Right(
          Who.check(who), RuleParser.permissions(operation), ResourcePattern.parse(resource));
    }

    private String operation() {
      return permissions.size() == Permission.values().length
          ? Permission.ANY
          : permissions.iterator().next().word();
    }

    @Override
    public String toString() {
      return who + " " + operation() + " " + resource;
    }
  }

  /**
   * The same with a rule that allows this, at its end.
   *
   * @return the same text when a rule without conditions allows just that already
   * @throws RulesException when the text is no set of rules
   */
  public RuleText grant(Right right) throws RulesException {
    for (Rule rule : RuleSet.parse(text).rules()) {
      if (rule.allow() && rule.conditions().isEmpty() && holds(rule, right)) {
        return this;
      }
    }
    String end = text.endsWith("\n") ? "" : "\n";
    return checked(text + end + "allow " + right + "\n");
  }

  /**
   * The same without the right: rules that allow just that, conditions or not, lose it and keep the
   * rest.
   *
   * @return the same text when no rule allows just that
   * @throws RulesException when the text is no set of rules
   */
  public RuleText revoke(Right right) throws RulesException {
    List<Rule> rules = RuleSet.parse(text).rules();
    List<String> lines = new ArrayList<>(Arrays.asList(text.split("\n", -1)));
    for (int i = rules.size() - 1; i >= 0; i--) {
      Rule rule = rules.get(i);
      if (rule.allow() && holds(rule, right)) {
        List<String> there = lines.subList(rule.lines().first() - 1, rule.lines().last());
        String comment = comment(there.get(there.size() - 1));
        there.clear();
        List<String> rest = new ArrayList<>();
        rest(rule, right).forEach(part -> rest.add(part.text()));
        if (!comment.isEmpty()) {
          String first = rest.isEmpty() ? comment : rest.remove(0) + " " + comment;
          rest.add(0, first);
        }
        lines.addAll(rule.lines().first() - 1, rest);
      }
    }
    return checked(String.join("\n", lines));
  }

  private static String comment(String line) {
    for (int at = line.indexOf('#'); at >= 0; at = line.indexOf('#', at + 1)) {
      if (at == 0 || line.charAt(at - 1) == ' ' || line.charAt(at - 1) == '\t') {
        return line.substring(at);
      }
    }
    return "";
  }

  private static boolean holds(Rule rule, Right right) {
    return rule.who().contains(right.who())
        && rule.permissions().containsAll(right.permissions())
        && rule.resources().contains(right.resource());
  }

  /** What is left of a rule: for the others, for other operations, and on other resources. */
  private static List<Rule> rest(Rule rule, Right right) {
    Set<String> others = new LinkedHashSet<>(rule.who());
    others.remove(right.who());
    Set<Permission> operations = new LinkedHashSet<>(rule.permissions());
    operations.removeAll(right.permissions());
    List<ResourcePattern> resources = new ArrayList<>(rule.resources());
    resources.removeIf(right.resource()::equals);
    List<Rule> left = new ArrayList<>();
    if (!others.isEmpty()) {
      left.add(rule.with(others, rule.permissions(), rule.resources()));
    }
    if (!operations.isEmpty()) {
      left.add(rule.with(Set.of(right.who()), operations, rule.resources()));
    }
    if (!resources.isEmpty()) {
      left.add(rule.with(Set.of(right.who()), right.permissions(), resources));
    }
    return left;
  }

  private static RuleText checked(String changed) throws RulesException {
    RuleSet.parse(changed);
    return new RuleText(changed);
  }
}
