package dev.holdfast.acl.rules;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RuleParserTest {

  private static List<Problem> problems(String text) {
    RulesException wrong = catchThrowableOfType(RulesException.class, () -> RuleSet.parse(text));
    return wrong == null ? List.of() : wrong.problems();
  }

  @Test
  void rulesAreRead() throws Exception {
    RuleSet set =
        RuleSet.parse(
            """
            acl 1   # the version
            # who works for the checkout
            role checkout = uid:1001, user:alice , role:night
            role night = gid:50

            allow role:checkout send queue:orders.# if via unix and size <= 256KiB id checkout-send
            deny *,uid:7 receive,browse dlq:orders , queue:secret  # nobody
            allow cert:spiffe://local/a any \\
              topic:news.*,sub:news.*/billing \\
              if time 22:00-06:00 mon-fri Europe/Berlin and until 2027-01-01
            allow token:hf/svc inspect broker if mech PLAIN and from 10.0.0.0/8 and auth <= 12h \
            and tls >= 1.3 and signal:incident
            allow uid:1 send queue:a if rate <= 500/s burst 1000
            """);
    assertThat(set.rules())
        .extracting(Rule::text)
        .containsExactly(
            "allow role:checkout send queue:orders.# if via unix and size <= 256KiB id"
                + " checkout-send",
            "deny *,uid:7 receive,browse dlq:orders,queue:secret",
            "allow cert:spiffe://local/a any topic:news.*,sub:news.*/billing if time 22:00-06:00"
                + " mon-fri Europe/Berlin and until 2027-01-01",
            "allow token:hf/svc inspect broker if mech plain and from 10.0.0.0/8 and auth <= 12h"
                + " and tls >= 1.3 and signal:incident",
            "allow uid:1 send queue:a if rate <= 500/s burst 1000");
    assertThat(set.rules().get(2).lines()).isEqualTo(new Rule.Lines(8, 10));
    assertThat(set.timed()).isTrue();
  }

  @Test
  void aRuleIsReadAsItIsWritten() throws Exception {
    String rule =
        "allow role:a,uid:1 send topic:#,queue:b if from 2001:db8:0:0:0:0:0:0/32 and size <= 5 id x";
    assertThat(RuleSet.parse("acl 1\n" + rule).rules().get(0).text()).isEqualTo(rule);
  }

  @Test
  void everythingWrongIsFoundAtOnce() {
    assertThat(
            problems(
                """
                acl 1
                alow uid:1 send queue:a
                allow uid:x send queue:a
                allow uid:1 sned queue:a
                allow uid:1 send queues:a
                allow uid:1 send queue:a if via carrier-pigeon
                allow uid:1 send queue:a and via unix
                allow uid:1 send queue:a,
                allow uid:1
                """))
        .extracting(Problem::line, Problem::column)
        .containsExactly(
            org.assertj.core.groups.Tuple.tuple(2, 1),
            org.assertj.core.groups.Tuple.tuple(3, 7),
            org.assertj.core.groups.Tuple.tuple(4, 13),
            org.assertj.core.groups.Tuple.tuple(5, 18),
            org.assertj.core.groups.Tuple.tuple(6, 33),
            org.assertj.core.groups.Tuple.tuple(7, 26),
            org.assertj.core.groups.Tuple.tuple(8, 26),
            org.assertj.core.groups.Tuple.tuple(9, 12));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "allow",
        "allow uid:1,,uid:2 send queue:a",
        "allow user: send queue:a",
        "allow token:nobody send queue:a",
        "allow uid:12345678901 send queue:a",
        "allow role:no/name send queue:a",
        "allow uid:1 send queue:a if",
        "allow uid:1 send queue:a if via unix and",
        "allow uid:1 send queue:a if tls > 1.3",
        "allow uid:1 send queue:a if tls >= 1.0",
        "allow uid:1 send queue:a if auth <= soon",
        "allow uid:1 send queue:a if from example.org",
        "allow uid:1 send queue:a if from 10.0.0.0/33",
        "allow uid:1 send queue:a if from 10.0.0.0/x",
        "allow uid:1 send queue:a if time 8-18",
        "allow uid:1 send queue:a if time 08:00-18:00 someday",
        "allow uid:1 send queue:a if time 08:00-18:00 mon-fri Europe/Atlantis",
        "allow uid:1 send queue:a if size <= 1GiB",
        "allow uid:1 send queue:a if size <= -1",
        "allow uid:1 receive queue:a if size <= 1KiB",
        "allow uid:1 any queue:a if rate <= 1/s",
        "allow uid:1 send queue:a if rate <= 0/s",
        "allow uid:1 send queue:a if rate <= 1/m",
        "allow uid:1 send queue:a if rate <= 1/s burst many",
        "allow uid:1 send queue:a if until tomorrow",
        "allow uid:1 send queue:a if signal:",
        "allow uid:1 send queue:a id",
        "allow uid:1 send queue:a id a/b",
        "allow uid:1 send queue:a id a b",
        "deny * send queue:inbox.${principal}",
        "role a uid:1",
        "role a =",
        "role a/b = uid:1",
        "role a = uid:1\nrole a = uid:2",
        "role a = role:a",
        "role a = role:b\nrole b = role:c\nrole c = role:a",
      })
  void otherLinesAreNone(String line) {
    assertThat(problems("acl 1\n" + line)).isNotEmpty();
    assertThat(problems("acl 1\n" + line).get(0).line()).isGreaterThan(1);
  }

  @Test
  void theFirstLineIsTheVersion() {
    assertThat(problems("")).hasSize(1);
    assertThat(problems("acl 2\n")).hasSize(1);
    assertThat(problems("allow * any queue:#\n")).hasSize(1);
    assertThat(problems("acl 1")).isEmpty();
  }

  @Test
  void filesHaveALimit() {
    assertThat(problems("acl 1\n" + "# \n".repeat(400_000))).hasSize(1);
    assertThat(problems("acl 1\n" + "allow uid:1 send queue:a\n".repeat(10_001))).hasSize(1);
  }

  @Test
  void whatIsWorthALookIsSaid() throws Exception {
    RuleSet set =
        RuleSet.parse(
            """
            acl 1
            allow * send queue:open
            allow uid:1 send queue:orders.eu
            deny uid:1 any queue:orders.#
            allow uid:2 send queue:a.b
            allow uid:2 send queue:a.*
            allow uid:3 send queue:c if until 2020-01-01
            allow anonymous send queue:d
            """);
    assertThat(set.warnings(1_700_000_000_000L))
        .extracting(Problem::line)
        .containsExactly(2, 3, 5, 7, 8);
  }
}
