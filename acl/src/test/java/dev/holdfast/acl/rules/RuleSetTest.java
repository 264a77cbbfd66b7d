package dev.holdfast.acl.rules;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.acl.Origin;
import dev.holdfast.acl.Permission;
import dev.holdfast.acl.Principal;
import dev.holdfast.acl.Resource;
import dev.holdfast.acl.Sending;
import java.net.InetAddress;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class RuleSetTest {
  private static final Principal ALICE = new Principal("user:alice", Set.of());
  private static final Resource ORDERS = Resource.queue("orders");

  private final AtomicLong now =
      new AtomicLong(Instant.parse("2026-12-23T12:00:00Z").toEpochMilli());
  private final RulesPolicy policy = new RulesPolicy(() -> Instant.ofEpochMilli(now.get()));

  private void rules(String... lines) throws Exception {
    policy.rules(RuleSet.parse("acl 1\n" + String.join("\n", lines)));
  }

  private boolean may(Principal who, Permission permission, Resource resource) {
    return policy.decide(who, permission, resource).allowed();
  }

  private boolean maySend(Principal who) {
    return may(who, Permission.SEND, ORDERS);
  }

  @Test
  void withoutARuleNothingIsAllowed() throws Exception {
    assertThat(maySend(ALICE)).isFalse();
    rules("allow user:bob send queue:orders", "allow user:alice receive queue:orders");
    assertThat(maySend(ALICE)).isFalse();
    assertThat(may(ALICE, Permission.RECEIVE, ORDERS)).isTrue();
    assertThat(may(ALICE, Permission.BROWSE, ORDERS)).isFalse();
    assertThat(may(ALICE, Permission.RECEIVE, Resource.deadLetters("orders"))).isFalse();
  }

  @Test
  void whoDeniesWins() throws Exception {
    rules("deny * send queue:orders", "allow user:alice any queue:#");
    assertThat(maySend(ALICE)).isFalse();
    assertThat(may(ALICE, Permission.RECEIVE, ORDERS)).isTrue();
    rules("allow user:alice any queue:#", "deny * send queue:orders");
    assertThat(maySend(ALICE)).isFalse();
  }

  @Test
  void rolesAndGroupsAreFollowed() throws Exception {
    rules(
        "role outer = role:inner",
        "role inner = uid:5, gid:50, role:clerk",
        "allow role:outer send queue:orders");
    assertThat(maySend(new Principal("uid:5", Set.of()))).isTrue();
    assertThat(maySend(new Principal("uid:6", Set.of()))).isFalse();
    assertThat(maySend(new Principal("uid:6", Set.of()).in(Set.of("gid:50")))).isTrue();
    assertThat(maySend(new Principal("user:x", Set.of("clerk")))).isTrue();
    assertThat(maySend(new Principal("user:x", Set.of("outer")))).isTrue();
    assertThat(maySend(new Principal("user:role:clerk", Set.of()))).isFalse();
  }

  @Test
  void administratorsMayWhatNobodyDenies() throws Exception {
    Principal admin = new Principal("uid:0", Set.of(Principal.ADMIN));
    assertThat(maySend(admin)).isTrue();
    rules("deny * any queue:secret,broker", "role admin = user:alice");
    assertThat(maySend(admin)).isTrue();
    assertThat(maySend(ALICE)).isTrue();
    assertThat(may(admin, Permission.RECEIVE, Resource.queue("secret"))).isFalse();
    assertThat(may(admin, Permission.MANAGE, Resource.THE_BROKER)).isTrue();
    assertThat(may(new Principal("uid:1", Set.of()), Permission.MANAGE, Resource.THE_BROKER))
        .isFalse();
  }

  private static Principal via(Origin.Via via, String address, String mechanism, long atMs)
      throws Exception {
    Optional<InetAddress> from =
        address.isEmpty() ? Optional.empty() : Optional.of(InetAddress.getByName(address));
    boolean loopback = from.map(InetAddress::isLoopbackAddress).orElse(false);
    return ALICE.from(new Origin(via, loopback, from, mechanism, atMs));
  }

  @Test
  void conditionsAskHowSomebodyIsConnected() throws Exception {
    Principal unix = via(Origin.Via.UNIX, "", "external", now.get());
    Principal local = via(Origin.Via.PLAIN, "127.0.0.1", "plain", now.get());
    Principal tls = via(Origin.Via.TLS, "10.1.2.3", "scram-sha-256", now.get() - 3_600_000);
    rules("allow user:alice send queue:orders if via unix");
    assertThat(Set.of(maySend(unix))).containsExactly(true);
    assertThat(maySend(local) || maySend(tls) || maySend(ALICE)).isFalse();
    rules("allow user:alice send queue:orders if via loopback");
    assertThat(maySend(local)).isTrue();
    assertThat(maySend(unix) || maySend(tls)).isFalse();
    rules("allow user:alice send queue:orders if tls >= 1.3 and from 10.0.0.0/8");
    assertThat(maySend(tls)).isTrue();
    assertThat(maySend(local) || maySend(unix)).isFalse();
    rules("allow user:alice send queue:orders if mech EXTERNAL");
    assertThat(maySend(unix)).isTrue();
    assertThat(maySend(tls)).isFalse();
    rules("allow user:alice send queue:orders if auth <= 30m");
    assertThat(maySend(unix)).isTrue();
    assertThat(maySend(tls)).isFalse();
  }

  @Test
  void whatIsNotKnownCountsAgainstTheRequest() throws Exception {
    Principal unix = via(Origin.Via.UNIX, "", "external", now.get());
    rules("allow user:alice send queue:orders", "deny user:alice send queue:orders if via tls");
    assertThat(maySend(unix)).isTrue();
    assertThat(maySend(ALICE)).isFalse();
    rules("allow user:alice send queue:orders", "deny * any queue:# if from 10.0.0.0/8");
    assertThat(maySend(unix)).isTrue();
  }

  @Test
  void timePasses() throws Exception {
    rules("allow user:alice send queue:orders if until 2026-12-24");
    assertThat(maySend(ALICE)).isTrue();
    now.set(Instant.parse("2026-12-24T00:00:00Z").toEpochMilli());
    assertThat(maySend(ALICE)).isFalse();
    rules("allow user:alice send queue:orders if time 22:00-02:00 thu Europe/Berlin");
    for (String in : Set.of("2026-12-24T21:00:00Z", "2026-12-25T00:59:59Z")) {
      now.set(Instant.parse(in).toEpochMilli());
      assertThat(maySend(ALICE)).as(in).isTrue();
    }
    for (String out :
        Set.of("2026-12-24T20:59:59Z", "2026-12-25T01:00:00Z", "2026-12-24T00:30:00Z")) {
      now.set(Instant.parse(out).toEpochMilli());
      assertThat(maySend(ALICE)).as(out).isFalse();
    }
    Principal old = via(Origin.Via.UNIX, "", "external", now.get());
    rules("allow user:alice send queue:orders if auth <= 1h");
    assertThat(maySend(old)).isTrue();
    now.addAndGet(3_600_001);
    assertThat(maySend(old)).isFalse();
  }

  @Test
  void signalsAreHeeded() throws Exception {
    rules("allow user:alice send queue:orders", "deny * send queue:# if signal:incident");
    assertThat(maySend(ALICE)).isTrue();
    policy.signals(Set.of("incident"));
    assertThat(maySend(ALICE)).isFalse();
    policy.signals(Set.of());
    assertThat(maySend(ALICE)).isTrue();
  }

  @Test
  void sizesAreAskedOfEachMessage() throws Exception {
    rules("allow user:alice send queue:orders if size <= 1KiB");
    assertThat(policy.decide(ALICE, Permission.SEND, ORDERS).perMessage()).isTrue();
    assertThat(policy.decideSending(ALICE, ORDERS, new Sending(1024)).allowed()).isTrue();
    assertThat(policy.decideSending(ALICE, ORDERS, new Sending(1025)).allowed()).isFalse();
    rules("allow user:alice send queue:#", "allow user:alice send queue:orders if size <= 1");
    assertThat(policy.decide(ALICE, Permission.SEND, ORDERS).perMessage()).isFalse();
    rules("allow user:alice send queue:#", "deny * send queue:# if size <= 10");
    assertThat(policy.decide(ALICE, Permission.SEND, ORDERS).perMessage()).isTrue();
    assertThat(policy.decideSending(ALICE, ORDERS, new Sending(10)).allowed()).isFalse();
    assertThat(policy.decideSending(ALICE, ORDERS, new Sending(11)).allowed()).isTrue();
  }

  @Test
  void onlySealedMessagesWhereTheRulesSaySo() throws Exception {
    rules("allow user:alice send queue:orders if sealed");
    assertThat(policy.decide(ALICE, Permission.SEND, ORDERS).perMessage()).isTrue();
    assertThat(policy.decideSending(ALICE, ORDERS, new Sending(9, true)).allowed()).isTrue();
    assertThat(policy.decideSending(ALICE, ORDERS, new Sending(9, false)).allowed()).isFalse();
    rules("allow user:alice send queue:#", "deny * send queue:orders if sealed");
    assertThat(policy.decideSending(ALICE, ORDERS, new Sending(9, true)).allowed()).isFalse();
    Expectations expected =
        Expectations.parse(
            "deny user:alice send queue:orders sealed\nallow user:alice send queue:a");
    assertThat(expected.unmet(policy.state().rules(), 0)).isEmpty();
  }

  @Test
  void ratesAreCountedForEachByItself() throws Exception {
    rules("allow * send queue:orders if rate <= 10/s burst 2");
    Principal bob = new Principal("user:bob", Set.of());
    Sending message = new Sending(1);
    assertThat(policy.decideSending(ALICE, ORDERS, message).allowed()).isTrue();
    assertThat(policy.decideSending(ALICE, ORDERS, message).allowed()).isTrue();
    assertThat(policy.decideSending(ALICE, ORDERS, message).allowed()).isFalse();
    assertThat(policy.decideSending(bob, ORDERS, message).allowed()).isTrue();
    now.addAndGet(100);
    assertThat(policy.decideSending(ALICE, ORDERS, message).allowed()).isTrue();
    assertThat(policy.decideSending(ALICE, ORDERS, message).allowed()).isFalse();
  }

  @Test
  void anExplanationNamesEveryRule() throws Exception {
    rules(
        "allow user:alice receive queue:orders",
        "allow user:alice send queue:other",
        "allow user:alice send queue:orders if via unix",
        "allow user:bob send queue:orders",
        "deny user:alice send queue:orders if signal:night");
    Explanation.Request request =
        new Explanation.Request(
            via(Origin.Via.TLS, "10.0.0.1", "plain", 0),
            Permission.SEND,
            ORDERS,
            OptionalLong.empty(),
            Optional.empty());
    Explanation explained = policy.explain(request);
    assertThat(explained.decision().allowed()).isFalse();
    assertThat(explained.rules())
        .extracting(Explanation.Finding::why)
        .containsExactly(
            "it is not about send",
            "it is not about queue:orders",
            "'via unix' does not hold",
            "'signal:night' does not hold");
    assertThat(explained.remedy()).isEqualTo("holdfast acl grant user:alice send queue:orders");
    policy.signals(Set.of("night"));
    explained = policy.explain(request);
    assertThat(explained.rules().get(3).matches()).isTrue();
    assertThat(explained.remedy()).contains("line 6");
  }
}
