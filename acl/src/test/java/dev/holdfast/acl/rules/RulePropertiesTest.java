package dev.holdfast.acl.rules;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.acl.Origin;
import dev.holdfast.acl.Permission;
import dev.holdfast.acl.Principal;
import dev.holdfast.acl.Resource;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import java.util.Set;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** Random rules against an evaluator that knows nothing of indexes, caches and short cuts. */
class RulePropertiesTest {
  private static final int CASES = 100_000;
  private static final int CASES_PER_SET = 50;
  private static final List<String> WHO =
      List.of("*", "uid:1", "uid:2", "gid:9", "role:r", "role:s", "user:a", "role:admin");
  private static final List<String> OPERATIONS = List.of("any", "send", "receive", "manage");
  private static final List<String> RESOURCES =
      List.of("queue:a", "queue:a.*", "queue:#", "topic:a.#", "queue:a.b", "dlq:a", "broker");
  private static final List<String> CONDITIONS =
      List.of("", "", "", "via unix", "via tls", "signal:on", "signal:off", "until 2000-01-01");
  private static final List<Resource> ASKED =
      List.of(
          Resource.queue("a"),
          Resource.queue("a.b"),
          Resource.topic("a.b"),
          Resource.deadLetters("a"),
          Resource.THE_BROKER);

  /** One rule with one of each. */
  private record Line(boolean allow, String who, String operation, String resource, String when) {
    String text() {
      return (allow ? "allow " : "deny ")
          + String.join(" ", who, operation, resource)
          + (when.isEmpty() ? "" : " if " + when);
    }
  }

  private final Random random = new Random(20261126);

  private <T> T any(List<T> of) {
    return of.get(random.nextInt(of.size()));
  }

  private Line line() {
    return new Line(
        random.nextInt(4) > 0, any(WHO), any(OPERATIONS), any(RESOURCES), any(CONDITIONS));
  }

  private Principal principal() {
    Set<String> roles =
        switch (random.nextInt(6)) {
          case 0 -> Set.of("s");
          case 1 -> Set.of(Principal.ADMIN);
          default -> Set.of();
        };
    Principal who = new Principal(any(List.of("uid:1", "uid:2", "user:a")), roles);
    who = random.nextBoolean() ? who.in(Set.of("gid:9")) : who;
    Origin.Via via = any(List.of(Origin.Via.UNIX, Origin.Via.TLS));
    return random.nextInt(4) == 0
        ? who
        : who.from(new Origin(via, false, Optional.empty(), "plain", 0));
  }

  private static RulesPolicy policy(List<Line> lines) throws Exception {
    StringBuilder text = new StringBuilder("acl 1\nrole r = uid:1, role:s\n");
    lines.forEach(line -> text.append(line.text()).append('\n'));
    RulesPolicy policy = new RulesPolicy(InstantSource.system());
    policy.rules(RuleSet.parse(text.toString()));
    policy.signals(Set.of("on"));
    return policy;
  }

  private static boolean naive(List<Line> lines, Principal who, Permission op, Resource what) {
    boolean admin = who.roles().contains("admin");
    if (admin
        && what.kind() == Resource.Kind.BROKER
        && (op == Permission.MANAGE || op == Permission.INSPECT)) {
      return true;
    }
    boolean allowed = admin;
    for (Line line : lines) {
      boolean means =
          line.who().equals("*")
              || line.who().equals(who.name())
              || who.groups().contains(line.who())
              || (line.who().startsWith("role:") && who.roles().contains(line.who().substring(5)))
              || (line.who().equals("role:r")
                  && (who.name().equals("uid:1") || who.roles().contains("s")));
      boolean speaks =
          means
              && (line.operation().equals("any") || line.operation().equals(op.word()))
              && regex(line.resource()).matcher(what.toString()).matches();
      if (speaks && holds(line, who)) {
        if (!line.allow()) {
          return false;
        }
        allowed = true;
      }
    }
    return allowed;
  }

  private static Pattern regex(String pattern) {
    return Pattern.compile(
        pattern
            .replace(".#", "(\\.REST)?")
            .replace("#", "REST")
            .replace(".*", "\\.[^.]*")
            .replace("REST", ".*"));
  }

  private static boolean holds(Line line, Principal who) {
    return switch (line.when()) {
      case "", "signal:on" -> true;
      case "signal:off", "until 2000-01-01" -> false;
      default ->
          who.origin()
              .map(origin -> line.when().equals("via unix") == (origin.via() == Origin.Via.UNIX))
              .orElse(!line.allow());
    };
  }

  @Test
  void theyDecideAsTheRulesSay() throws Exception {
    for (int set = 0; set < CASES / CASES_PER_SET; set++) {
      List<Line> lines = new ArrayList<>();
      for (int i = random.nextInt(8); i > 0; i--) {
        lines.add(line());
      }
      RulesPolicy policy = policy(lines);
      List<Line> shuffled = new ArrayList<>(lines);
      Collections.shuffle(shuffled, random);
      RulesPolicy other = policy(shuffled);
      for (int i = 0; i < CASES_PER_SET; i++) {
        Principal who = principal();
        Permission op = any(List.of(Permission.SEND, Permission.RECEIVE, Permission.MANAGE));
        Resource what = any(ASKED);
        boolean allowed = policy.decide(who, op, what).allowed();
        String asked = who + " " + who.roles() + " " + op + " " + what + "\n" + lines;
        assertThat(allowed).as(asked).isEqualTo(naive(lines, who, op, what));
        assertThat(other.decide(who, op, what).allowed())
            .as("shuffled " + asked)
            .isEqualTo(allowed);
        Explanation.Request request =
            new Explanation.Request(who, op, what, OptionalLong.empty(), Optional.empty());
        assertThat(policy.explain(request).decision().allowed()).as(asked).isEqualTo(allowed);
      }
    }
  }

  @Test
  void oneMoreRuleOnlyMovesItsWay() throws Exception {
    for (int set = 0; set < 2_000; set++) {
      List<Line> lines = new ArrayList<>();
      for (int i = random.nextInt(6); i > 0; i--) {
        lines.add(line());
      }
      Line more = line();
      List<Line> longer = new ArrayList<>(lines);
      longer.add(more);
      RulesPolicy before = policy(lines);
      RulesPolicy after = policy(longer);
      for (int i = 0; i < 20; i++) {
        Principal who = principal();
        Permission op = any(List.of(Permission.SEND, Permission.RECEIVE, Permission.MANAGE));
        Resource what = any(ASKED);
        boolean was = before.decide(who, op, what).allowed();
        boolean is = after.decide(who, op, what).allowed();
        assertThat(more.allow() ? is || !was : was || !is).as(more + " to " + lines).isTrue();
      }
    }
  }
}
