package dev.holdfast.acl.rules;

import dev.holdfast.acl.ResourcePattern;
import java.util.ArrayList;
import java.util.List;

/** What is allowed to stand in a file and worth a look all the same. */
final class Lint {

  private Lint() {}

  static List<Problem> of(RuleSet set, long nowMs) {
    List<Problem> warnings = new ArrayList<>();
    List<Rule> rules = set.rules();
    for (int i = 0; i < rules.size(); i++) {
      Rule rule = rules.get(i);
      String warning = warning(rule, rules, i, nowMs);
      if (warning != null) {
        warnings.add(new Problem(rule.lines().first(), 1, warning));
      }
    }
    return warnings;
  }

  private static @org.jspecify.annotations.Nullable String warning(
      Rule rule, List<Rule> rules, int at, long nowMs) {
    for (Condition condition : rule.conditions()) {
      if (condition instanceof Condition.Until until && until.endMs() <= nowMs) {
        return "the rule's time is over; it does nothing";
      }
    }
    if (rule.who().contains("anonymous")) {
      return "nobody is anonymous here: every peer has a name";
    }
    for (int i = 0; i < rules.size(); i++) {
      Rule other = rules.get(i);
      if (i != at && covers(other, rule)) {
        if (!other.allow() && rule.allow()) {
          return "the rule does nothing: that of " + other.where() + " denies all of it";
        }
        if (other.allow() == rule.allow() && (i < at || !covers(rule, other))) {
          return "the rule adds nothing to that of " + other.where();
        }
      }
    }
    return rule.allow() && rule.who().contains(Who.EVERYBODY)
        ? "the rule is for everybody who gets in"
        : null;
  }

  /** Whether {@code wide} decides whatever {@code narrow} does. */
  private static boolean covers(Rule wide, Rule narrow) {
    return wide.conditions().isEmpty()
        && (wide.who().contains(Who.EVERYBODY) || wide.who().containsAll(narrow.who()))
        && wide.permissions().containsAll(narrow.permissions())
        && narrow.resources().stream().allMatch(resource -> covers(wide.resources(), resource));
  }

  private static boolean covers(List<ResourcePattern> wide, ResourcePattern narrow) {
    return wide.stream().anyMatch(pattern -> pattern.covers(narrow));
  }
}
