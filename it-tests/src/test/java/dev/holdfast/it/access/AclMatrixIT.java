package dev.holdfast.it.access;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.broker.tls.TestCa;
import dev.holdfast.it.harness.Api;
import dev.holdfast.it.harness.BrokerOptions;
import dev.holdfast.it.harness.BrokerProcess;
import dev.holdfast.it.harness.Scratch;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * Every operation on every kind of node, by every kind of caller and every way in, under rules that
 * allow, deny, do both, are for others or under conditions, and name the node exactly or by
 * pattern: what the client hears is what the rules say.
 */
class AclMatrixIT {
  private static final int AT_LEAST = 3_500;
  private static final TestCa CA = TestCa.create("Holdfast test");

  private final Scratch scratch = Scratch.create();
  private final Path rules = scratch.path("acl.conf");

  @AfterEach
  void clean() {
    scratch.close();
  }

  private BrokerProcess start() throws IOException {
    Path certificate = scratch.path("tls.crt");
    Path key = scratch.path("tls.key");
    CA.request("localhost").dns("localhost").issue().write(certificate, key);
    Files.writeString(rules, "acl 1\n");
    return BrokerProcess.start(
        BrokerOptions.in(scratch)
            .with("--set", "acl.file=" + rules)
            .with("--set", "tls.certificate=" + certificate)
            .with("--set", "tls.private-key=" + key)
            .with("--set", "tls.listen=127.0.0.1:0")
            .with("--set", "tls.client-auth=request")
            .with("--set", "tls.client-ca=" + Files.writeString(scratch.path("ca"), CA.pem())));
  }

  private Callers callers(BrokerProcess broker) throws IOException {
    TestCa.Issued shown = CA.request("mia").uri("spiffe://local/mia").issue();
    return new Callers(broker, shown, scratch.path(""));
  }

  @Test
  void whatTheRulesSayIsWhatHappens() throws IOException {
    List<Attempt> attempts = Attempt.all();
    assertThat(attempts).hasSizeGreaterThan(AT_LEAST);
    try (BrokerProcess broker = start();
        Callers callers = callers(broker)) {
      inForce(broker, callers, rules(attempts));
      broker.api().createQueue("sink");
      attempts.forEach(attempt -> make(attempt, broker.api()));
      List<String> wrong = new ArrayList<>();
      for (Attempt attempt : attempts) {
        if (callers.has(attempt.caller())) {
          note(attempt.toString(), attempt.rules(), callers.attempt(attempt), wrong);
        }
      }
      assertThat(wrong).isEmpty();
    }
  }

  @Test
  void everythingElseFollowsTheRulesToo() throws IOException {
    try (BrokerProcess broker = start();
        Callers callers = callers(broker)) {
      broker.api().createQueue(ApiVerbs.QUEUE);
      broker.api().createTopic("verbs.t");
      broker.api().call("POST", "/subscriptions", "{\"source\":\"verbs.t\",\"name\":\"s\"}");
      List<String> wrong = new ArrayList<>();
      for (RuleCase each : RuleCase.values()) {
        for (Map.Entry<String, List<String>> asked : ApiVerbs.BY_RIGHT.entrySet()) {
          inForce(broker, callers, all(each, asked.getKey()));
          for (CallerKind kind : CallerKind.values()) {
            if (kind.isLocal() && callers.has(kind)) {
              for (String request : asked.getValue()) {
                note(kind + " " + request, each, callers.ask(kind, request), wrong);
              }
            }
          }
        }
        inForce(broker, callers, all(each, "create queue:#"));
        for (CallerKind kind : CallerKind.values()) {
          if (callers.has(kind)) {
            note(kind + " dynamic queue", each, callers.makeDynamic(kind), wrong);
          }
        }
      }
      assertThat(wrong).isEmpty();
    }
  }

  @Test
  void nothingIsLeftOut() throws IOException {
    List<String> attempts =
        Attempt.all().stream()
            .filter(attempt -> attempt.door() == Attempt.Door.API)
            .map(ApiAttempts::request)
            .toList();
    assertThat(ApiVerbs.untried(Path.of("..", "docs", "openapi.yaml"), attempts)).isEmpty();
  }

  private static void note(String what, RuleCase rules, String came, List<String> wrong) {
    String due = rules.allowed() ? Callers.ALLOWED : Callers.DENIED;
    if (!came.equals(due)) {
      wrong.add(what + " under " + rules + " should be " + due + " and is " + came);
    }
  }

  private void inForce(BrokerProcess broker, Callers callers, List<String> lines)
      throws IOException {
    String issuer = callers.issuer();
    Files.write(rules, lines.stream().map(l -> l.replace(CallerKind.ISSUER, issuer)).toList());
    assertThat(broker.api().status("POST", "/acl/reload", "")).isEqualTo(200);
  }

  /** The same rules for every caller. */
  private static List<String> all(RuleCase rules, String what) {
    List<String> lines = new ArrayList<>(List.of("acl 1"));
    roles(lines);
    for (CallerKind caller : CallerKind.values()) {
      for (String line : rules.lines(caller, what)) {
        // What is meant for everybody would be meant for the other callers too.
        lines.add(line.replace(" * ", " " + caller.who() + " "));
      }
    }
    return lines;
  }

  private static void roles(List<String> lines) {
    for (CallerKind caller : CallerKind.values()) {
      lines.add("role " + caller.role().substring("role:".length()) + " = " + caller.who());
    }
  }

  private static List<String> rules(List<Attempt> attempts) {
    List<String> lines = new ArrayList<>(List.of("acl 1", "allow * send queue:sink"));
    roles(lines);
    attempts.forEach(attempt -> lines.addAll(attempt.ruleLines()));
    return lines;
  }

  private static void make(Attempt attempt, Api api) {
    if (attempt.creates()) {
      return;
    }
    if (!attempt.onTopic()) {
      api.createQueue(attempt.name());
      return;
    }
    api.createTopic(attempt.name());
    if (attempt.needsSubscription()) {
      String body = "{\"source\":\"" + attempt.name() + "\",\"name\":\"s\"}";
      api.call("POST", "/subscriptions", body);
    }
  }
}
