package dev.holdfast.acl.rules;

import dev.holdfast.acl.Permission;
import dev.holdfast.acl.Principal;
import dev.holdfast.acl.Resource;
import dev.holdfast.acl.ResourcePattern;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * One rule. Immutable.
 *
 * @param allow false: it denies
 * @param who it is for, in the grammar of rules
 * @param permissions it speaks of
 * @param resources it speaks of
 * @param conditions that all have to hold
 * @param id its name; empty: it has none
 * @param lines of the file that it stands on
 */
public record Rule(
    boolean allow,
    Set<String> who,
    Set<Permission> permissions,
    List<ResourcePattern> resources,
    List<Condition> conditions,
    String id,
    Lines lines) {

  /**
   * Lines of a file, from 1, both included.
   *
   * @param first the rule begins here
   * @param last and ends here
   */
  public record Lines(int first, int last) {}

  /** Copies the collections. */
  public Rule {
    who = java.util.Collections.unmodifiableSet(new LinkedHashSet<>(who));
    permissions = java.util.Collections.unmodifiableSet(EnumSet.copyOf(permissions));
    resources = List.copyOf(resources);
    conditions = List.copyOf(conditions);
  }

  boolean speaksOf(Permission permission) {
    return permissions.contains(permission);
  }

  boolean speaksOf(Resource resource, Principal principal) {
    for (int i = 0; i < resources.size(); i++) {
      if (resources.get(i).matches(resource, principal)) {
        return true;
      }
    }
    return false;
  }

  /** Whether its conditions hold; rates are asked last, and only counted when the rest holds. */
  Truth holds(Facts facts) {
    Truth all = Truth.TRUE;
    for (int i = 0; i < conditions.size() && all != Truth.FALSE; i++) {
      Condition condition = conditions.get(i);
      if (!(condition instanceof Condition.Rate)) {
        all = all.and(condition.test(facts));
      }
    }
    for (int i = 0; i < conditions.size() && all != Truth.FALSE; i++) {
      Condition condition = conditions.get(i);
      if (condition instanceof Condition.Rate) {
        all = all.and(condition.test(facts));
      }
    }
    return all;
  }

  /** When what {@link #holds} says may change by itself, in epoch milliseconds. */
  long edgeMs(Facts facts) {
    long soonest = Condition.NEVER;
    for (int i = 0; i < conditions.size(); i++) {
      soonest = Math.min(soonest, conditions.get(i).edgeMs(facts));
    }
    return soonest;
  }

  /** The same rule for others, or about other things. */
  Rule with(Set<String> others, Set<Permission> operations, List<ResourcePattern> patterns) {
    return new Rule(allow, others, operations, patterns, conditions, id, lines);
  }

  /** As one line of a file, without its comment. */
  public String text() {
    List<String> words = new ArrayList<>();
    words.add(allow ? "allow" : "deny");
    words.add(String.join(",", who));
    words.add(
        permissions.size() == Permission.values().length
            ? Permission.ANY
            : permissions.stream().map(Permission::word).collect(Collectors.joining(",")));
    words.add(resources.stream().map(ResourcePattern::toString).collect(Collectors.joining(",")));
    if (!conditions.isEmpty()) {
      words.add("if");
      words.add(conditions.stream().map(Condition::toString).collect(Collectors.joining(" and ")));
    }
    if (!id.isEmpty()) {
      words.add("id");
      words.add(id);
    }
    return String.join(" ", words);
  }

  /** Where it stands and what it is called, for sentences. */
  String where() {
    return "line " + lines.first() + (id.isEmpty() ? "" : " (" + id + ")");
  }
}
