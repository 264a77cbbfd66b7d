package dev.holdfast.acl.rules;

import dev.holdfast.acl.Origin;
import dev.holdfast.acl.Permission;
import dev.holdfast.acl.Principal;
import dev.holdfast.acl.Resource;
import dev.holdfast.acl.ResourcePattern;
import dev.holdfast.acl.Sending;
import dev.holdfast.acl.rules.Tokens.Statement;
import dev.holdfast.acl.rules.Words.WrongException;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/**
 * What rules are expected to decide, a line each:
 *
 * <pre>
 * allow uid:1001 send queue:orders.eu via unix
 * deny  uid:1001 receive dlq:orders.eu
 * allow user:bob send queue:orders role:checkout at 2026-12-24T10:00:00Z size 2KiB signal:night
 * </pre>
 *
 * Immutable.
 */
public final class Expectations {
  private final List<Expectation> all;

  /** One line. */
  private record Expectation(
      int line, boolean allow, Explanation.Request request, Set<String> signals) {}

  private Expectations(List<Expectation> all) {
    this.all = all;
  }

  /**
   * Reads a file.
   *
   * @throws RulesException with everything that is wrong in it
   */
  public static Expectations parse(String text) throws RulesException {
    List<Problem> problems = new ArrayList<>();
    List<Expectation> all = new ArrayList<>();
    for (Statement statement : Tokens.of(text)) {
      if (!statement.tokens().isEmpty()) {
        try {
          all.add(read(new Words(statement), statement.first()));
        } catch (WrongException e) {
          problems.add(e.problem());
        }
      }
    }
    if (!problems.isEmpty()) {
      throw new RulesException(problems);
    }
    return new Expectations(all);
  }

  /** How many there are. */
  public int size() {
    return all.size();
  }

  /** Those that rules do not meet, with why. */
  public List<Problem> unmet(RuleSet rules, long nowMs) {
    List<Problem> unmet = new ArrayList<>();
    for (Expectation one : all) {
      Explanation explanation = Explanation.of(rules, one.signals(), one.request(), nowMs);
      if (explanation.decision().allowed() != one.allow()) {
        unmet.add(
            new Problem(
                one.line(),
                1,
                "it is "
                    + (one.allow() ? "denied: " : "allowed: ")
                    + explanation.decision().why()));
      }
    }
    return unmet;
  }

  private static Expectation read(Words words, int line) throws WrongException {
    String verb = words.take("allow or deny");
    if (!verb.equals("allow") && !verb.equals("deny")) {
      throw words.wrong("a line begins with allow or deny");
    }
    try {
      String who = Who.check(words.take("who"));
      Permission permission = Permission.of(words.take("an operation"));
      Resource resource = resource(words.take("a resource"));
      Details details = new Details();
      while (words.hasNext()) {
        details.read(words);
      }
      Principal principal =
          new Principal(who, details.roles, Optional.empty(), details.groups, details.origin());
      return new Expectation(
          line,
          verb.equals("allow"),
          new Explanation.Request(principal, permission, resource, details.atMs, details.message()),
          details.signals);
    } catch (IllegalArgumentException e) {
      throw words.wrong(String.valueOf(e.getMessage()));
    }
  }

  /**
   * Checks a word for somebody, as rules write it.
   *
   * @throws IllegalArgumentException for people
   */
  public static String checkWho(String who) {
    return Who.check(who);
  }

  /**
   * Checks the name of a signal.
   *
   * @throws IllegalArgumentException for people
   */
  public static void checkSignal(String name) {
    if (!Who.isName(name)) {
      throw new IllegalArgumentException(
          "a signal's name has letters, digits, full stops, - and _");
    }
  }

  /**
   * Reads the name of one resource, as rules write it.
   *
   * @throws IllegalArgumentException for people; when it is a pattern, too
   */
  public static Resource resource(String text) {
    ResourcePattern pattern = ResourcePattern.parse(text);
    if (text.contains("*") || text.contains("#") || text.contains("${")) {
      throw new IllegalArgumentException("'" + text + "' is a pattern; name one resource");
    }
    String name = String.join(".", pattern.words());
    if (pattern.kind() != Resource.Kind.SUBSCRIPTION) {
      return new Resource(pattern.kind(), name);
    }
    return Resource.subscription(
        name,
        pattern
            .subscription()
            .map(of -> String.join(".", of))
            .orElseThrow(
                () -> new IllegalArgumentException("a subscription is named sub:TOPIC/NAME")));
  }

  /** How somebody is connected when only the transport matters; empty for a word that is none. */
  public static Optional<Origin> origin(String via) {
    return switch (via) {
      case "unix" ->
          Optional.of(new Origin(Origin.Via.UNIX, false, Optional.empty(), "external", 0));
      case "tls" -> Optional.of(new Origin(Origin.Via.TLS, false, Optional.empty(), "", 0));
      case "loopback" -> Optional.of(new Origin(Origin.Via.PLAIN, true, Optional.empty(), "", 0));
      default -> Optional.empty();
    };
  }

  /** What may stand behind the resource. */
  private static final class Details {
    private final Set<String> roles = new HashSet<>();
    private final Set<String> groups = new HashSet<>();
    private final Set<String> signals = new HashSet<>();
    private OptionalLong atMs = OptionalLong.empty();
    private OptionalLong bytes = OptionalLong.empty();
    private boolean sealed;
    private Optional<Origin> origin = Optional.empty();

    void read(Words words) throws WrongException {
      String word = words.take("a detail");
      if (word.startsWith(Who.ROLE)) {
        roles.add(word.substring(Who.ROLE.length()));
      } else if (word.startsWith("gid:")) {
        groups.add(Who.check(word));
      } else if (word.startsWith("signal:")) {
        signals.add(word.substring("signal:".length()));
      } else if (word.equals("via")) {
        origin = Expectations.origin(words.take("unix, tls or loopback"));
        if (origin.isEmpty()) {
          throw words.wrong("via is followed by unix, tls or loopback");
        }
      } else if (word.equals("size")) {
        bytes = OptionalLong.of(ConditionParser.bytes(words.take("a size")));
      } else if (word.equals("sealed")) {
        sealed = true;
      } else if (word.equals("at")) {
        try {
          atMs = OptionalLong.of(Instant.parse(words.take("a time")).toEpochMilli());
        } catch (DateTimeException e) {
          throw words.wrong("at is followed by a time of UTC, as 2026-12-24T10:00:00Z");
        }
      } else {
        throw words.wrong(
            "there are role:, gid:, signal:, via, at, size and sealed, not '" + word + "'");
      }
    }

    /** A message, when anything is said of one. */
    Optional<Sending> message() {
      return sealed || bytes.isPresent()
          ? Optional.of(new Sending(bytes.orElse(0), sealed))
          : Optional.empty();
    }

    /** Authenticated just then. */
    Optional<Origin> origin() {
      return origin.map(
          from ->
              new Origin(
                  from.via(),
                  from.loopback(),
                  from.address(),
                  from.mechanism(),
                  atMs.orElse(System.currentTimeMillis())));
    }
  }
}
