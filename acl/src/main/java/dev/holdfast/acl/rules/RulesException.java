package dev.holdfast.acl.rules;

import java.util.List;
import java.util.stream.Collectors;

/** A text that is no set of rules; nothing of it is used. */
public final class RulesException extends Exception {
  private static final long serialVersionUID = 1L;

  private final transient List<Problem> problems;

  /** With everything that is wrong. */
  public RulesException(List<Problem> problems) {
    super(problems.stream().map(Problem::toString).collect(Collectors.joining("; ")));
    this.problems = List.copyOf(problems);
  }

  /** All of it, in the order of the lines. */
  public List<Problem> problems() {
    return problems;
  }
}
