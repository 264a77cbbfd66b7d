package dev.holdfast.acl.rules;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.acl.rules.RuleText.Right;
import org.junit.jupiter.api.Test;

class RuleTextTest {
  private static final String FILE =
      """
      acl 1
      # the shop
      allow uid:1,uid:2 send,receive queue:a,queue:b if via unix id shop  # both of them
      deny uid:9 any queue:#
      """;

  @Test
  void aGrantIsOneMoreLine() throws Exception {
    RuleText granted = new RuleText(FILE).grant(Right.parse("uid:3", "send", "queue:orders.#"));
    assertThat(granted.text()).isEqualTo(FILE + "allow uid:3 send queue:orders.#\n");
    assertThat(granted.grant(Right.parse("uid:3", "send", "queue:orders.#"))).isEqualTo(granted);
    assertThat(new RuleText("acl 1").grant(Right.parse("*", "any", "broker")).text())
        .isEqualTo("acl 1\nallow * any broker\n");
  }

  @Test
  void whatIsRevokedLeavesTheRest() throws Exception {
    RuleText left = new RuleText(FILE).revoke(Right.parse("uid:1", "send", "queue:a"));
    assertThat(left.text())
        .isEqualTo(
            """
            acl 1
            # the shop
            allow uid:2 send,receive queue:a,queue:b if via unix id shop # both of them
            allow uid:1 receive queue:a,queue:b if via unix id shop
            allow uid:1 send queue:b if via unix id shop
            deny uid:9 any queue:#
            """);
    assertThat(left.revoke(Right.parse("uid:1", "send", "queue:a"))).isEqualTo(left);
  }

  @Test
  void aGrantRevokedIsGone() throws Exception {
    Right right = Right.parse("user:bob", "any", "topic:news");
    assertThat(new RuleText(FILE).grant(right).revoke(right).text()).isEqualTo(FILE);
    RuleText commented = new RuleText("acl 1\nallow user:bob any topic:news # why\n");
    assertThat(commented.revoke(right).text()).isEqualTo("acl 1\n# why\n");
  }

  @Test
  void rulesOverSeveralLinesAreReplacedWhole() throws Exception {
    RuleText text =
        new RuleText("acl 1\nallow uid:1 \\\n send,receive \\\n queue:a\nrole x = uid:2");
    assertThat(text.revoke(Right.parse("uid:1", "send", "queue:a")).text())
        .isEqualTo("acl 1\nallow uid:1 receive queue:a\nrole x = uid:2");
  }

  @Test
  void whatIsNoFileIsNotChanged() {
    RuleText text = new RuleText("acl 1\nallow me everything\n");
    assertThatThrownBy(() -> text.grant(Right.parse("uid:1", "send", "queue:a")))
        .isInstanceOf(RulesException.class)
        .hasMessageContaining("line 2");
  }

  @Test
  void aDifferenceIsThatOfWhatIsDecided() throws Exception {
    RuleSet before = RuleSet.parse("acl 1\nrole r = uid:1\nallow uid:1,uid:2 send queue:a id x\n");
    RuleSet same =
        RuleSet.parse(
            "acl 1\nallow uid:2 send queue:a\n# c\nallow uid:1 send queue:a\nrole r = uid:1");
    assertThat(RuleDiff.between(before, same).isEmpty()).isTrue();
    RuleDiff diff =
        RuleDiff.between(before, RuleSet.parse("acl 1\nallow uid:2 send,receive queue:a\n"));
    assertThat(diff.added()).containsExactly("allow uid:2 receive queue:a");
    assertThat(diff.removed()).containsExactly("allow uid:1 send queue:a", "role:r has uid:1");
  }

  @Test
  void expectationsAreHeldToTheRules() throws Exception {
    RuleSet rules =
        RuleSet.parse(
            """
            acl 1
            allow uid:1 send queue:orders if via unix
            allow role:night,gid:7 receive queue:orders if signal:on and time 22:00-06:00
            allow user:big send queue:orders if size <= 1KiB
            """);
    Expectations met =
        Expectations.parse(
            """
            # who sends
            allow uid:1 send queue:orders via unix
            deny uid:1 send queue:orders via tls
            deny uid:1 send queue:orders
            allow user:x receive queue:orders role:night signal:on at 2026-12-24T23:00:00Z
            deny user:x receive queue:orders role:night signal:on at 2026-12-24T12:00:00Z
            allow user:x receive queue:orders gid:7 signal:on at 2026-12-24T23:00:00Z
            deny user:x receive queue:orders gid:7 at 2026-12-24T23:00:00Z
            allow user:big send queue:orders size 1KiB
            deny user:big send queue:orders size 1025
            """);
    assertThat(met.size()).isEqualTo(9);
    assertThat(met.unmet(rules, 0)).isEmpty();
    Expectations unmet = Expectations.parse("\nallow uid:2 send queue:orders via unix");
    assertThat(unmet.unmet(rules, 0)).extracting(Problem::line).containsExactly(2);
    assertThatThrownBy(() -> Expectations.parse("allow uid:1 send queue:# via unix\nmaybe"))
        .isInstanceOf(RulesException.class)
        .hasMessageContaining("line 1")
        .hasMessageContaining("line 2");
  }
}
