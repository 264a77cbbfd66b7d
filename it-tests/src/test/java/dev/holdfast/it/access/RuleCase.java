package dev.holdfast.it.access;

import java.util.List;

/**
 * What the rules say of one attempt. In the lines {@code WHO} stands for who tries, {@code OTHER}
 * for somebody else, {@code ROLE} for a role that who tries has, {@code WHAT} for operation and
 * resource, {@code MET} for a condition that holds and {@code UNMET} for one that does not.
 */
enum RuleCase {
  NONE(false),
  ALLOWED(true, "allow WHO WHAT"),
  DENIED(false, "deny WHO WHAT"),
  BOTH(false, "deny WHO WHAT", "allow WHO WHAT"),
  BY_ROLE(true, "allow ROLE WHAT"),
  ROLE_DENIED(false, "allow WHO WHAT", "deny ROLE WHAT"),
  EVERYBODY(true, "allow * WHAT"),
  SOMEBODY_ELSE(false, "allow OTHER WHAT"),
  OVER(false, "allow WHO WHAT if until 2020-01-01"),
  MET(true, "allow WHO WHAT if MET"),
  UNMET(false, "allow WHO WHAT if UNMET"),
  ONE_OF_TWO_UNMET(false, "allow WHO WHAT if MET and UNMET"),
  DENIED_WHEN_MET(false, "allow WHO WHAT", "deny * WHAT if MET"),
  DENIAL_OVER(true, "allow WHO WHAT", "deny WHO WHAT if until 2020-01-01");

  private final boolean allowed;
  private final List<String> lines;

  RuleCase(boolean allowed, String... lines) {
    this.allowed = allowed;
    this.lines = List.of(lines);
  }

  /** What has to come out. */
  boolean allowed() {
    return allowed;
  }

  /**
   * The rules.
   *
   * @param caller who tries
   * @param what operation and resource
   * @return lines of a rules file
   */
  List<String> lines(CallerKind caller, String what) {
    return lines.stream()
        .map(
            line ->
                line.replace("UNMET", caller.unmet())
                    .replace("MET", caller.met())
                    .replace("WHO", caller.who())
                    .replace("OTHER", "uid:65001,user:somebody")
                    .replace("ROLE", caller.role())
                    .replace("WHAT", what))
        .toList();
  }
}
