package dev.holdfast.broker.metrics;

import dev.holdfast.broker.amqp.ConnectionInfo;
import dev.holdfast.broker.domain.NodeCount;
import dev.holdfast.broker.domain.NodeError;
import dev.holdfast.broker.domain.Statistics;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.ToLongFunction;
import java.util.stream.Stream;

/** Every metric of the broker's own, in the order of docs/metrics.md. */
final class Catalogue {
  private static final List<String> NODE = List.of("node", "kind");

  private Catalogue() {}

  static List<Metric> all() {
    return Stream.of(broker(), store(), connections(), messages(), nodes(), security())
        .flatMap(List::stream)
        .toList();
  }

  private static List<Metric> broker() {
    return List.of(
        new Metric(
            "holdfast_build",
            Metric.Type.GAUGE,
            List.of("version"),
            "Always 1; the label tells the version.",
            r -> List.of(Metric.Sample.of(1, r.broker().version()))),
        Metric.gauge(
            "holdfast_uptime_seconds",
            "How long the broker has been taking work.",
            r -> r.broker().uptimeSeconds()),
        Metric.gauge(
            "holdfast_ready", "1 while /readyz says yes, else 0.", r -> r.broker().ready() ? 1 : 0),
        Metric.gauge(
            "holdfast_certificate_not_after_seconds",
            "When the certificate that is served ends, in seconds since 1970; 0 without TLS.",
            r -> r.broker().certificateEndsMs() / 1000.0),
        labelled(
            "holdfast_tasks",
            Metric.Type.GAUGE,
            "state",
            "Redrives and other tasks over many messages, by state; the last 100 that ended are"
                + " kept.",
            r -> r.domain().tasks()));
  }

  private static List<Metric> store() {
    return List.of(
        new Metric(
            "holdfast_store_commits_total",
            Metric.Type.COUNTER,
            List.of("durability"),
            "Batches committed: synced ones that somebody waited for, and written ones, which are"
                + " synced a moment later.",
            r ->
                List.of(
                    Metric.Sample.of(r.domain().commits().synced(), "synced"),
                    Metric.Sample.of(r.domain().commits().written(), "written"))),
        Metric.histogram(
            "holdfast_store_commit_seconds",
            "How long a commit took, its sync included.",
            r -> r.domain().commits().times()),
        Metric.counter(
            "holdfast_store_syncs_total",
            "Syncs of the write-ahead log.",
            r -> r.domain().commits().syncs()),
        Metric.counter(
            "holdfast_store_commit_failures_total",
            "Commits that failed at the first attempt.",
            r -> r.domain().commits().failed()),
        Metric.counter(
            "holdfast_store_slow_commits_total",
            "Commits that took longer than warnings.slow-commit.",
            r -> r.domain().commits().slow()),
        Metric.gauge(
            "holdfast_store_publishable",
            "1 while the store takes messages, else 0.",
            r -> r.store().publishable() ? 1 : 0),
        Metric.gauge(
            "holdfast_store_bytes", "Size of the data files.", r -> r.store().storedBytes()),
        Metric.gauge(
            "holdfast_store_disk_free_bytes",
            "Free space of the file system with the data.",
            r -> r.store().freeBytes()),
        Metric.gauge(
            "holdfast_store_disk_reserve_bytes",
            "Free space below which messages are refused.",
            r -> r.store().reserveBytes()),
        Metric.gauge(
            "holdfast_store_idempotency_keys",
            "Idempotency keys that are remembered.",
            r -> r.domain().keys()));
  }

  private static List<Metric> connections() {
    return List.of(
        labelled(
            "holdfast_connections",
            Metric.Type.GAUGE,
            "transport",
            "Open AMQP connections.",
            Catalogue::byTransport),
        Metric.gauge(
            "holdfast_sessions",
            "Sessions of all AMQP connections.",
            r -> r.connections().stream().mapToLong(c -> c.sessions().size()).sum()),
        labelled(
            "holdfast_links",
            Metric.Type.GAUGE,
            "operation",
            "Links of all AMQP connections, by what the peer does.",
            Catalogue::byOperation));
  }

  private static Map<String, Long> byTransport(Reading reading) {
    Map<String, Long> counts = new TreeMap<>();
    for (String transport : List.of("unix", "tcp", "tls", "ws", "wss")) {
      counts.put(transport, 0L);
    }
    for (ConnectionInfo connection : reading.connections()) {
      String transport =
          switch (connection.peer().transport()) {
            case UNIX -> "unix";
            case TCP -> "tcp";
            case TLS -> "tls";
            case WEBSOCKET -> "ws";
            case WEBSOCKET_TLS -> "wss";
          };
      counts.merge(transport, 1L, Long::sum);
    }
    return counts;
  }

  private static Map<String, Long> byOperation(Reading reading) {
    Map<String, Long> counts = new TreeMap<>();
    for (String operation : List.of("send", "receive", "browse", "transact", "manage")) {
      counts.put(operation, 0L);
    }
    for (ConnectionInfo connection : reading.connections()) {
      for (ConnectionInfo.SessionInfo session : connection.sessions()) {
        for (ConnectionInfo.LinkInfo link : session.links()) {
          // The broker's own nodes, $management above all, have none.
          counts.merge(link.operation().isEmpty() ? "manage" : link.operation(), 1L, Long::sum);
        }
      }
    }
    return counts;
  }

  private static List<Metric> messages() {
    return List.of(
        Metric.counter(
            "holdfast_messages_received_total",
            "Messages accepted and stored.",
            r -> r.domain().messages().received()),
        Metric.counter(
            "holdfast_messages_received_bytes_total",
            "Their size.",
            r -> r.domain().messages().receivedBytes()),
        Metric.counter(
            "holdfast_messages_duplicate_total",
            "Messages accepted and not stored again, because their idempotency key was known.",
            r -> r.domain().messages().duplicates()),
        labelled(
            "holdfast_messages_refused_total",
            Metric.Type.COUNTER,
            "reason",
            "Messages that producers were refused.",
            r -> refusals(r.domain().messages().refused())),
        Metric.counter(
            "holdfast_messages_delivered_total",
            "Deliveries to consumers, each attempt.",
            r -> r.domain().messages().delivered()),
        Metric.counter(
            "holdfast_messages_delivered_bytes_total",
            "Their size.",
            r -> r.domain().messages().deliveredBytes()),
        labelled(
            "holdfast_messages_settled_total",
            Metric.Type.COUNTER,
            "outcome",
            "Deliveries that ended, by what the consumer said, or what was assumed when it went.",
            r -> r.domain().messages().settled()),
        labelled(
            "holdfast_messages_dead_lettered_total",
            Metric.Type.COUNTER,
            "reason",
            "Messages moved to dead letters.",
            r -> {
              Map<String, Long> counts = new TreeMap<>();
              r.domain().messages().deadLettered().forEach((why, n) -> counts.put(why.code(), n));
              return counts;
            }),
        Metric.counter(
            "holdfast_messages_expired_total",
            "Messages whose time was over, dead-lettered or dropped.",
            r -> r.domain().messages().expired()));
  }

  private static Map<String, Long> refusals(Map<NodeError.Code, Long> refused) {
    Map<String, Long> counts = new TreeMap<>();
    refused.forEach(
        (code, n) -> {
          // Most codes never refuse a message: only those that did are told of.
          if (n > 0 || code == NodeError.Code.RESOURCE_LIMIT_EXCEEDED) {
            counts.put(code.name().toLowerCase(Locale.ROOT).replace('_', '-'), n);
          }
        });
    return counts;
  }

  private static List<Metric> nodes() {
    return List.of(
        labelled(
            "holdfast_nodes",
            Metric.Type.GAUGE,
            "kind",
            "Nodes of each kind.",
            r -> {
              Map<String, Long> counts = new TreeMap<>();
              r.domain().totals().forEach((kind, n) -> counts.put(kind.word(), n));
              return counts;
            }),
        node(
            "holdfast_node_messages",
            "Messages in the node, those out at consumers included; of a topic, those of the"
                + " subscription or retention that has most.",
            NodeCount::messages),
        node("holdfast_node_bytes", "Their size.", NodeCount::bytes),
        node(
            "holdfast_node_delayed",
            "Messages that wait for their moment, not among the others.",
            NodeCount::delayed),
        node("holdfast_node_unsettled", "Messages out at consumers.", NodeCount::unsettled),
        node("holdfast_node_consumers", "Receiving links.", NodeCount::consumers),
        node("holdfast_node_publishers", "Sending links.", NodeCount::publishers),
        new Metric(
            "holdfast_node_oldest_message_age_seconds",
            Metric.Type.GAUGE,
            NODE,
            "Age of the oldest message; 0 when there is none. Missing for topics, and for one"
                + " scrape or a few where it has to be read from the disk first.",
            Catalogue::ages),
        new Metric(
            "holdfast_node_stuck_seconds",
            Metric.Type.GAUGE,
            NODE,
            "How long nothing has been taken from a node that holds messages; only of nodes that"
                + " are stuck, see warnings.stuck-after.",
            r ->
                r.domain().stuck().stream()
                    .map(
                        n ->
                            Metric.Sample.of(
                                Math.max(0, r.domain().atMs() - n.sinceMs()) / 1000.0,
                                n.name(),
                                n.kind().word()))
                    .toList()),
        labelled(
            "holdfast_stuck_nodes",
            Metric.Type.GAUGE,
            "kind",
            "How many nodes are stuck.",
            Catalogue::stuck));
  }

  private static Map<String, Long> stuck(Reading reading) {
    Map<NodeCount.Kind, Long> counts = new EnumMap<>(NodeCount.Kind.class);
    counts.put(NodeCount.Kind.QUEUE, 0L);
    counts.put(NodeCount.Kind.SUBSCRIPTION, 0L);
    for (Statistics.StuckNode node : reading.domain().stuck()) {
      counts.merge(node.kind(), 1L, Long::sum);
    }
    Map<String, Long> byWord = new TreeMap<>();
    counts.forEach((kind, n) -> byWord.put(kind.word(), n));
    return byWord;
  }

  private static List<Metric.Sample> ages(Reading reading) {
    List<Metric.Sample> samples = new ArrayList<>();
    for (NodeCount node : reading.domain().nodes()) {
      boolean known = node.oldestMs() != 0 || node.messages() == 0;
      if (known && node.kind() != NodeCount.Kind.TOPIC) {
        double age =
            node.oldestMs() == 0
                ? 0
                : Math.max(0, reading.domain().atMs() - node.oldestMs()) / 1000.0;
        samples.add(Metric.Sample.of(age, node.name(), node.kind().word()));
      }
    }
    return samples;
  }

  private static List<Metric> security() {
    return List.of(
        labelled(
            "holdfast_authentications_total",
            Metric.Type.COUNTER,
            "outcome",
            "Attempts to authenticate on AMQP connections.",
            r ->
                Map.of(
                    "ok", r.audit().counts().logins(),
                    "failed", r.audit().counts().failedLogins(),
                    "throttled", r.audit().counts().throttledLogins())),
        Metric.counter(
            "holdfast_access_denials_total",
            "Requests that the access rules denied.",
            r -> r.audit().counts().denials()),
        Metric.counter(
            "holdfast_connections_cut_off_total",
            "Peers refused or cut off for breaking a limit or the protocol.",
            r -> r.audit().counts().cutOffs()),
        Metric.counter(
            "holdfast_audit_records_total",
            "Records written to the audit log.",
            r -> r.audit().counts().written()),
        Metric.counter(
            "holdfast_audit_failures_total",
            "Attempts to write the audit log that failed.",
            r -> r.audit().counts().failures()),
        Metric.counter(
            "holdfast_audit_lost_total",
            "Records that could not be kept.",
            r -> r.audit().counts().lost()),
        Metric.gauge(
            "holdfast_audit_writable",
            "1 while the audit log can be written, else 0.",
            r -> r.audit().isFailing() ? 0 : 1));
  }

  private static Metric node(String name, String meaning, ToLongFunction<NodeCount> value) {
    return new Metric(
        name,
        Metric.Type.GAUGE,
        NODE,
        meaning,
        r ->
            r.domain().nodes().stream()
                .map(n -> Metric.Sample.of(value.applyAsLong(n), n.name(), n.kind().word()))
                .toList());
  }

  private static Metric labelled(
      String name,
      Metric.Type type,
      String label,
      String meaning,
      Function<Reading, Map<String, Long>> values) {
    return new Metric(
        name,
        type,
        List.of(label),
        meaning,
        r ->
            values.apply(r).entrySet().stream()
                .map(e -> Metric.Sample.of(e.getValue(), e.getKey()))
                .toList());
  }
}
