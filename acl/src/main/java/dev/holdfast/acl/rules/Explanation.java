package dev.holdfast.acl.rules;

import dev.holdfast.acl.Decision;
import dev.holdfast.acl.Permission;
import dev.holdfast.acl.Principal;
import dev.holdfast.acl.Resource;
import dev.holdfast.acl.Sending;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/**
 * Why something is allowed or denied. Immutable.
 *
 * @param decision by the same code that decides for clients
 * @param rules every rule that means the principal, and what it says
 * @param remedy what would change the decision
 */
public record Explanation(Decision decision, List<Finding> rules, String remedy) {

  /**
   * What is asked.
   *
   * @param principal who
   * @param permission what
   * @param resource on what
   * @param atMs when, in epoch milliseconds; empty: now
   * @param message that is sent; empty: none yet
   */
  public record Request(
      Principal principal,
      Permission permission,
      Resource resource,
      OptionalLong atMs,
      Optional<Sending> message) {}

  /**
   * What one rule says.
   *
   * @param rule that means the principal
   * @param matches whether it speaks of this request and its conditions hold
   * @param why it does not; empty when it does
   */
  public record Finding(Rule rule, boolean matches, String why) {}

  /** Copies the list. */
  public Explanation {
    rules = List.copyOf(rules);
  }

  static Explanation of(RuleSet set, Set<String> signals, Request request, long nowMs) {
    Facts facts =
        new Facts(
            request.principal(),
            request.atMs().orElse(nowMs),
            signals,
            request.message().orElse(null),
            false);
    Set<String> words = set.words(request.principal());
    Decision decision = set.decide(request.permission(), request.resource(), facts).decision();
    List<Finding> findings = new ArrayList<>();
    for (Rule rule : set.rules()) {
      if (rule.who().stream().anyMatch(words::contains)) {
        findings.add(finding(rule, request, facts));
      }
    }
    return new Explanation(decision, findings, remedy(decision, findings, request));
  }

  private static Finding finding(Rule rule, Request request, Facts facts) {
    if (!rule.speaksOf(request.permission())) {
      return new Finding(rule, false, "it is not about " + request.permission().word());
    }
    if (!rule.speaksOf(request.resource(), request.principal())) {
      return new Finding(rule, false, "it is not about " + request.resource());
    }
    Truth all = rule.holds(facts);
    boolean matches =
        all == Truth.TRUE || all == Truth.PENDING || (!rule.allow() && all == Truth.UNKNOWN);
    if (matches) {
      return new Finding(rule, true, "");
    }
    for (Condition condition : rule.conditions()) {
      Truth truth = condition.test(facts);
      if (truth == Truth.FALSE) {
        return new Finding(rule, false, "'" + condition + "' does not hold");
      }
      if (truth == Truth.UNKNOWN) {
        return new Finding(
            rule, false, "it is not said how they are connected, and '" + condition + "' asks");
      }
    }
    return new Finding(rule, false, "a condition does not hold");
  }

  private static String remedy(Decision decision, List<Finding> findings, Request request) {
    if (decision.allowed()) {
      return "deny "
          + request.principal().name()
          + " "
          + request.permission().word()
          + " "
          + request.resource()
          + "   (as a line of acl.conf)";
    }
    for (Finding finding : findings) {
      if (finding.matches() && !finding.rule().allow()) {
        return "remove or narrow the rule of "
            + finding.rule().where()
            + ": a rule that denies always wins";
      }
    }
    return "holdfast acl grant "
        + request.principal().name()
        + " "
        + request.permission().word()
        + " "
        + request.resource();
  }
}
