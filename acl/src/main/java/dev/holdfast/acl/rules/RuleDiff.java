package dev.holdfast.acl.rules;

import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * What one set of rules has and another one has not. Immutable.
 *
 * @param added rules, each for one principal, operation and resource, in the grammar of the file
 * @param removed the same
 */
public record RuleDiff(List<String> added, List<String> removed) {

  /** Copies the lists. */
  public RuleDiff {
    added = List.copyOf(added);
    removed = List.copyOf(removed);
  }

  /** From one to the other. How rules are put together makes no difference. */
  public static RuleDiff between(RuleSet before, RuleSet after) {
    Set<String> old = single(before);
    Set<String> next = single(after);
    Set<String> added = new TreeSet<>(next);
    added.removeAll(old);
    Set<String> removed = new TreeSet<>(old);
    removed.removeAll(next);
    return new RuleDiff(List.copyOf(added), List.copyOf(removed));
  }

  /** Whether both decide alike; names and comments do not count. */
  public boolean isEmpty() {
    return added.isEmpty() && removed.isEmpty();
  }

  private static Set<String> single(RuleSet set) {
    Set<String> texts = new TreeSet<>();
    for (Rule rule : set.rules()) {
      for (String who : rule.who()) {
        rule.permissions()
            .forEach(
                permission ->
                    rule.resources()
                        .forEach(
                            resource ->
                                texts.add(
                                    new Rule(
                                            rule.allow(),
                                            Set.of(who),
                                            Set.of(permission),
                                            List.of(resource),
                                            rule.conditions(),
                                            "",
                                            rule.lines())
                                        .text())));
      }
    }
    set.roleTexts().forEach(texts::add);
    return texts;
  }
}
