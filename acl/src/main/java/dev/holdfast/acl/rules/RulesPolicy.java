package dev.holdfast.acl.rules;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.holdfast.acl.AccessPolicy;
import dev.holdfast.acl.Decision;
import dev.holdfast.acl.Permission;
import dev.holdfast.acl.Principal;
import dev.holdfast.acl.Resource;
import dev.holdfast.acl.Sending;
import java.time.InstantSource;
import java.util.Set;

/**
 * Decides by a set of rules that can be replaced at any time. Answers are kept until they may
 * change: by other rules or signals, or by time. Any thread.
 */
public final class RulesPolicy implements AccessPolicy {
  private static final int MOST_ANSWERS = 100_000;

  private final InstantSource clock;
  private final Cache<Question, RuleSet.Verdict> answers =
      Caffeine.newBuilder().maximumSize(MOST_ANSWERS).executor(Runnable::run).build();
  private volatile State state = new State(0, RuleSet.EMPTY, Set.of());

  /**
   * What decides.
   *
   * @param generation counts changes
   * @param rules that are in force
   * @param signals that are set
   */
  public record State(long generation, RuleSet rules, Set<String> signals) {

    /** Copies the set. */
    public State {
      signals = Set.copyOf(signals);
    }
  }

  /** What is asked; the generation makes old answers unreachable. */
  private record Question(
      long generation, Principal principal, Permission permission, Resource resource) {}

  /** One without rules. */
  public RulesPolicy(InstantSource clock) {
    this.clock = clock;
  }

  /** What decides now. */
  public State state() {
    return state;
  }

  /** Puts rules in force; decisions from here on are theirs. */
  public synchronized void rules(RuleSet rules) {
    state = new State(state.generation() + 1, rules, state.signals());
  }

  /** Sets exactly these signals. */
  public synchronized void signals(Set<String> signals) {
    state = new State(state.generation() + 1, state.rules(), signals);
  }

  @Override
  public Decision decide(Principal principal, Permission permission, Resource resource) {
    State now = state;
    long nowMs = clock.millis();
    Question question = new Question(now.generation(), principal, permission, resource);
    RuleSet.Verdict known = answers.getIfPresent(question);
    if (known != null && known.holdsAt(nowMs)) {
      return known.decision();
    }
    Facts facts = new Facts(principal, nowMs, now.signals(), null, false);
    RuleSet.Verdict verdict = now.rules().decide(permission, resource, facts);
    answers.put(question, verdict);
    return verdict.decision();
  }

  @Override
  public Decision decideSending(Principal principal, Resource resource, Sending message) {
    State now = state;
    Facts facts = new Facts(principal, clock.millis(), now.signals(), message, true);
    return now.rules().decide(Permission.SEND, resource, facts).decision();
  }

  /** Why the rules in force decide as they do. */
  public Explanation explain(Explanation.Request request) {
    State now = state;
    return Explanation.of(now.rules(), now.signals(), request, clock.millis());
  }
}
