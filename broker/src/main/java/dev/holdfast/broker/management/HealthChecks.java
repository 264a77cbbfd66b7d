package dev.holdfast.broker.management;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.holdfast.broker.audit.AuditLog;
import dev.holdfast.broker.domain.NodeCount;
import dev.holdfast.broker.domain.Statistics;
import dev.holdfast.storage.StoreHealth;
import java.util.ArrayList;
import java.util.List;

/** What readiness, the status and the doctor look at. Stateless. */
final class HealthChecks {
  private static final int NAMED = 20;

  /** For how long a slow commit is worth a word. */
  private static final long LATELY_MS = 300_000;

  private HealthChecks() {}

  static Finding ready(BrokerView broker) {
    String reason = broker.notReady();
    return reason.isEmpty()
        ? Finding.ok("ready", "the broker takes work")
        : Finding.fail("ready", reason, "the broker's log says more");
  }

  static Finding disk(StoreHealth store) {
    String message =
        store.freeBytes() + " bytes are free, " + store.reserveBytes() + " of them are the reserve";
    String remedy = "consume or delete messages, or give the file system more room";
    if (!store.publishable()) {
      return Finding.fail("disk", "messages are refused: " + store.reason(), remedy);
    }
    return store.freeBytes() < 2 * store.reserveBytes()
        ? Finding.warn("disk", message, remedy)
        : Finding.ok("disk", message);
  }

  static Finding audit(AuditLog log) {
    return log.isFailing()
        ? Finding.fail(
            "audit", "the audit log cannot be written", "the broker's log says why; free its disk")
        : Finding.ok("audit", "the audit log is written");
  }

  static List<Finding> stuck(List<Statistics.StuckNode> stuck, long nowMs) {
    if (stuck.isEmpty()) {
      return List.of(Finding.ok("stuck", "no queue or subscription is stuck"));
    }
    List<Finding> findings = new ArrayList<>();
    for (Statistics.StuckNode node : stuck.subList(0, Math.min(NAMED, stuck.size()))) {
      long seconds = Math.max(0, nowMs - node.sinceMs()) / 1_000;
      findings.add(
          Finding.fail(
              "stuck",
              node.name()
                  + " holds "
                  + node.messages()
                  + " messages, and nothing has been taken from it for "
                  + seconds
                  + " s",
              node.consumers() == 0
                  ? "start a consumer; there is none"
                  : "see why its "
                      + node.consumers()
                      + " consumers do not settle what they get (holdfast conn list)"));
    }
    return findings;
  }

  static List<Finding> deadLetters(List<NodeCount> nodes) {
    List<NodeCount> waiting =
        nodes.stream()
            .filter(n -> n.kind() == NodeCount.Kind.DEAD_LETTERS && n.messages() > 0)
            .toList();
    if (waiting.isEmpty()) {
      return List.of(Finding.ok("dead-letters", "no dead letters wait"));
    }
    List<Finding> findings = new ArrayList<>();
    for (NodeCount node : waiting.subList(0, Math.min(NAMED, waiting.size()))) {
      findings.add(
          Finding.warn(
              "dead-letters",
              node.name() + " holds " + node.messages() + " messages",
              "look at them (holdfast dlq), then redrive or delete them"));
    }
    return findings;
  }

  static Finding commits(Statistics.Commits commits, long nowMs) {
    long ago = nowMs - commits.slowAtMs();
    return commits.slow() > 0 && ago < LATELY_MS
        ? Finding.warn(
            "commits",
            "a commit was slow "
                + Math.max(0, ago) / 1_000
                + " s ago; "
                + commits.slow()
                + " have been since the start",
            "see what else uses the disk, and whether it is failing")
        : Finding.ok("commits", "no commit has been slow lately");
  }

  static ArrayNode show(List<Finding> findings) {
    ArrayNode array = JsonNodeFactory.instance.arrayNode();
    for (Finding finding : findings) {
      array
          .addObject()
          .put("check", finding.check())
          .put("severity", finding.severity().word())
          .put("message", finding.message())
          .put("remedy", finding.remedy());
    }
    return array;
  }
}
