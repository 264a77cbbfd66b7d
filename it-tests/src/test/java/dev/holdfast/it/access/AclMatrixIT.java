package dev.holdfast.it.access;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.it.harness.Api;
import dev.holdfast.it.harness.BrokerOptions;
import dev.holdfast.it.harness.BrokerProcess;
import dev.holdfast.it.harness.Scratch;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * Every operation on every kind of node, by every kind of caller and every way in, under rules that
 * allow, deny, do both, are for others or under conditions, and name the node exactly or by
 * pattern: what the client hears is what the rules say.
 */
class AclMatrixIT {
  private static final int AT_LEAST = 3_000;
  private final Scratch scratch = Scratch.create();

  @AfterEach
  void clean() {
    scratch.close();
  }

  @Test
  void whatTheRulesSayIsWhatHappens() throws IOException {
    List<Attempt> attempts = Attempt.all();
    assertThat(attempts).hasSizeGreaterThan(AT_LEAST);
    Path rules = scratch.path("acl.conf");
    Files.write(rules, rules(attempts));
    BrokerOptions options = BrokerOptions.in(scratch).with("--set", "acl.file=" + rules);
    try (BrokerProcess broker = BrokerProcess.start(options);
        Callers callers = new Callers(broker)) {
      broker.api().createQueue("sink");
      attempts.forEach(attempt -> make(attempt, broker.api()));
      List<String> wrong = new ArrayList<>();
      for (Attempt attempt : attempts) {
        if (callers.has(attempt.caller())) {
          String due = attempt.rules().allowed() ? Callers.ALLOWED : Callers.DENIED;
          String came = callers.attempt(attempt);
          if (!came.equals(due)) {
            wrong.add(attempt + " should be " + due + " and is " + came);
          }
        }
      }
      assertThat(wrong).isEmpty();
    }
  }

  private static List<String> rules(List<Attempt> attempts) {
    List<String> lines = new ArrayList<>(List.of("acl 1", "allow * send queue:sink"));
    for (CallerKind caller : CallerKind.values()) {
      lines.add("role " + caller.role().substring("role:".length()) + " = " + caller.who());
    }
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
