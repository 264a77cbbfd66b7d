package dev.holdfast.acl.rules;

import dev.holdfast.acl.Decision;
import dev.holdfast.acl.Permission;
import dev.holdfast.acl.Principal;
import dev.holdfast.acl.Resource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The rules of a file. Any matching rule that denies decides; else any that allows; else it is
 * denied. Their order never matters. The role {@code admin} may do everything that no rule denies,
 * and manage the broker whatever rules say, so that nobody locks himself out. Immutable; any
 * thread.
 */
public final class RuleSet {
  /** No rules: administrators only. */
  public static final RuleSet EMPTY = new RuleSet(List.of(), Map.of());

  private static final String ADMIN = Who.ROLE + Principal.ADMIN;

  private final List<Rule> rules;
  private final Map<String, Set<String>> roles;
  private final Map<String, List<Rule>> byWho = new HashMap<>();
  private final boolean timed;

  /**
   * An answer, and until when it holds.
   *
   * @param decision the answer
   * @param fromMs in epoch milliseconds: clocks are set back, too
   * @param untilMs exclusive
   */
  record Verdict(Decision decision, long fromMs, long untilMs) {
    boolean holdsAt(long ms) {
      return ms >= fromMs && ms < untilMs;
    }
  }

  RuleSet(List<Rule> rules, Map<String, Set<String>> roles) {
    this.rules = List.copyOf(rules);
    this.roles = Map.copyOf(roles);
    boolean clock = false;
    for (Rule rule : rules) {
      for (String who : rule.who()) {
        byWho.computeIfAbsent(who, unknown -> new ArrayList<>()).add(rule);
      }
      for (Condition condition : rule.conditions()) {
        clock |=
            condition instanceof Condition.Age
                || condition instanceof Condition.Time
                || condition instanceof Condition.Until;
      }
    }
    this.timed = clock;
  }

  /**
   * Reads a file.
   *
   * @throws RulesException with everything that is wrong in it
   */
  public static RuleSet parse(String text) throws RulesException {
    return RuleParser.parse(text);
  }

  /** All rules, in the order of the file. */
  public List<Rule> rules() {
    return rules;
  }

  /** Whether decisions change by time alone. */
  public boolean timed() {
    return timed;
  }

  /**
   * What is allowed to stand in the file and worth a look all the same.
   *
   * @param nowMs in epoch milliseconds
   */
  public List<Problem> warnings(long nowMs) {
    return Lint.of(this, nowMs);
  }

  /** Who has which role by the file, a line each. */
  List<String> roleTexts() {
    List<String> texts = new ArrayList<>();
    roles.forEach((who, has) -> has.forEach(role -> texts.add(role + " has " + who)));
    return texts;
  }

  /** The words of rules that mean a principal. */
  Set<String> words(Principal principal) {
    return Who.meaning(principal, roles);
  }

  /** Whether somebody is an administrator, by role or by the file. */
  static boolean isAdmin(Set<String> words) {
    return words.contains(ADMIN);
  }

  /** What nobody can take from an administrator. */
  static boolean isKept(Permission permission, Resource resource) {
    return resource.kind() == Resource.Kind.BROKER
        && (permission == Permission.MANAGE || permission == Permission.INSPECT);
  }

  Verdict decide(Permission permission, Resource resource, Facts facts) {
    Set<String> words = words(facts.principal());
    boolean admin = isAdmin(words);
    if (admin && isKept(permission, resource)) {
      return new Verdict(new Decision(true, "role admin"), 0, Condition.NEVER);
    }
    Findings found = new Findings();
    for (String word : words) {
      List<Rule> candidates = byWho.get(word);
      for (int i = 0; candidates != null && i < candidates.size(); i++) {
        Rule rule = candidates.get(i);
        if (rule.speaksOf(permission) && rule.speaksOf(resource, facts.principal())) {
          found.add(rule, facts);
        }
      }
    }
    return found.verdict(admin, facts);
  }

  /** What the rules that speak of a request say. */
  private static final class Findings {
    private final Set<Rule> seen = new HashSet<>();
    private long untilMs = Condition.NEVER;
    private String denies = "";
    private String allows = "";
    private String allowsSome = "";
    private boolean deniesSome;

    void add(Rule rule, Facts facts) {
      // A rate is not counted twice when a rule means somebody in two ways.
      if (!rule.conditions().isEmpty() && !seen.add(rule)) {
        return;
      }
      untilMs = Math.min(untilMs, rule.edgeMs(facts));
      Truth truth = rule.holds(facts);
      if (rule.allow()) {
        allows = truth == Truth.TRUE ? rule.where() : allows;
        allowsSome = truth == Truth.PENDING ? rule.where() : allowsSome;
      } else {
        denies = truth == Truth.TRUE || truth == Truth.UNKNOWN ? rule.where() : denies;
        deniesSome |= truth == Truth.PENDING;
      }
    }

    Verdict verdict(boolean admin, Facts facts) {
      Decision decision;
      if (!denies.isEmpty()) {
        decision = new Decision(false, denies + " denies it");
      } else if (admin) {
        decision = new Decision(true, "role admin", deniesSome, "");
      } else if (!allows.isEmpty()) {
        decision = new Decision(true, allows + " allows it", deniesSome, "");
      } else if (!allowsSome.isEmpty()) {
        decision = new Decision(true, allowsSome + " allows some messages", true, "");
      } else {
        decision = new Decision(false, "no rule allows it to " + facts.principal().name());
      }
      return new Verdict(decision, untilMs == Condition.NEVER ? 0 : facts.nowMs(), untilMs);
    }
  }
}
