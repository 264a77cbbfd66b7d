package dev.holdfast.broker.limits;

import dev.holdfast.acl.Principal;
import java.util.ArrayList;
import java.util.List;

/**
 * The limits of every principal: the general ones, and what is different for some. What is said of
 * a principal counts more than what is said of its roles, and of two entries the later one.
 * Immutable.
 *
 * @param general for everybody
 * @param overrides in the order in which they were written
 */
public record LimitTable(PrincipalLimits general, List<Rule> overrides) {
  private static final String ROLE = "role:";

  /** Copies the list. */
  public LimitTable {
    overrides = List.copyOf(overrides);
  }

  /** Everybody has the defaults. */
  public static LimitTable defaults() {
    return new LimitTable(PrincipalLimits.defaults(), List.of());
  }

  /** With another general limit for connections. */
  public LimitTable withConnections(int most) {
    return new LimitTable(
        new PrincipalLimits(
            most,
            general.links(),
            general.unsettled(),
            general.bytesInFlight(),
            general.sending(),
            general.receiving(),
            general.messageBytes(),
            general.temporaryNodes()),
        overrides);
  }

  /**
   * What is different for somebody.
   *
   * @param who a principal's name, or {@code role:NAME}
   * @param changes in order
   */
  public record Rule(String who, List<Change> changes) {

    /** Copies the list. */
    public Rule {
      changes = List.copyOf(changes);
    }

    private boolean isFor(Principal principal, boolean role) {
      return role
          ? who.startsWith(ROLE) && principal.roles().contains(who.substring(ROLE.length()))
          : who.equals(principal.name());
    }
  }

  /** Changes one of the limits. */
  public interface Change {
    /** The limits with this one changed. */
    PrincipalLimits apply(PrincipalLimits to);
  }

  /** What this principal may use. */
  public PrincipalLimits of(Principal principal) {
    if (overrides.isEmpty()) {
      return general;
    }
    List<Rule> inOrder = new ArrayList<>();
    overrides.stream().filter(e -> e.isFor(principal, true)).forEach(inOrder::add);
    overrides.stream().filter(e -> e.isFor(principal, false)).forEach(inOrder::add);
    PrincipalLimits limits = general;
    for (Rule entry : inOrder) {
      for (Change change : entry.changes()) {
        limits = change.apply(limits);
      }
    }
    return limits;
  }
}
