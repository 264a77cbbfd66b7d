package dev.holdfast.broker;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.holdfast.broker.config.ConfigLoader;
import dev.holdfast.broker.config.Surroundings;
import dev.holdfast.broker.management.HttpOverUnix;
import dev.holdfast.broker.metrics.MetricsReference;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MetricsTest {
  private static final String API = "/api/v1";
  private static final Pattern NAME =
      Pattern.compile("\\b(?:holdfast|jvm|process|system)_[a-z0-9_]+\\b");

  @TempDir Path directory;
  private Path sockets;

  @BeforeEach
  void shortPath() throws IOException {
    sockets = Files.createTempDirectory("hf");
  }

  @AfterEach
  void cleanUp() throws IOException {
    Files.delete(sockets);
  }

  private Broker start(String... more) throws Exception {
    List<ConfigLoader.Flag> flags = new ArrayList<>();
    List<String> settings =
        new ArrayList<>(
            List.of(
                "data-dir=" + directory.resolve("data"),
                "socket-dir=" + sockets,
                "amqp.listen=127.0.0.1:0",
                "store.disk-reserve=1MiB",
                "store.write-buffer=1MiB"));
    settings.addAll(List.of(more));
    for (String setting : settings) {
      String[] parts = setting.split("=", 2);
      flags.add(new ConfigLoader.Flag(parts[0], parts[1], "--set"));
    }
    long uid = (Integer) Files.getAttribute(Path.of("/proc/self"), "unix:uid");
    return Broker.start(
        new ConfigLoader(new Surroundings(Map.of(), directory, directory, uid)).load(null, flags));
  }

  /** Every sample by what Prometheus knows it by. */
  private static Map<String, Double> scrape(HttpOverUnix http) throws IOException {
    Map<String, Double> samples = new TreeMap<>();
    for (String line : http.text("/metrics").split("\n")) {
      if (!line.startsWith("#")) {
        int space = line.lastIndexOf(' ');
        samples.put(line.substring(0, space), Double.parseDouble(line.substring(space + 1)));
      }
    }
    return samples;
  }

  private static void traffic(HttpOverUnix http) throws IOException {
    http.call("POST", API + "/queues", "{\"name\":\"orders\"}");
    http.call("POST", API + "/queues", "{\"name\":\"small\",\"maxMessages\":1}");
    http.call("POST", API + "/topics", "{\"name\":\"prices\"}");
    http.call("POST", API + "/subscriptions", "{\"source\":\"prices\",\"name\":\"billing\"}");
    for (int i = 0; i < 5; i++) {
      http.call("POST", API + "/queues/orders/messages", "{\"body\":{\"text\":\"m\"}}");
    }
    for (int i = 0; i < 2; i++) {
      http.call("POST", API + "/queues/small/messages", "{\"body\":{\"text\":\"m\"}}");
      http.call(
          "POST",
          API + "/queues/orders/messages",
          "{\"body\":{\"text\":\"k\"},\"idempotencyKey\":\"one\"}");
    }
    http.call("POST", API + "/queues/orders/receive?limit=2", "");
    http.call("POST", API + "/topics/prices/messages", "{\"body\":{\"text\":\"p\"}}");
  }

  @Test
  void countsWhatHappens() throws Exception {
    try (Broker broker = start()) {
      HttpOverUnix http = new HttpOverUnix(broker.adminPath());
      traffic(http);
      Map<String, Double> samples = scrape(http);
      assertThat(samples)
          .containsEntry("holdfast_messages_received_total", 8.0)
          .containsEntry("holdfast_messages_duplicate_total", 1.0)
          .containsEntry("holdfast_messages_refused_total{reason=\"resource-limit-exceeded\"}", 1.0)
          .containsEntry("holdfast_messages_delivered_total", 2.0)
          .containsEntry("holdfast_messages_settled_total{outcome=\"accepted\"}", 2.0)
          .containsEntry("holdfast_node_messages{kind=\"queue\",node=\"orders\"}", 4.0)
          .containsEntry("holdfast_node_messages{kind=\"queue\",node=\"small\"}", 1.0)
          .containsEntry(
              "holdfast_node_messages{kind=\"subscription\",node=\"prices::billing\"}", 1.0)
          .containsEntry("holdfast_nodes{kind=\"queue\"}", 2.0)
          .containsEntry("holdfast_store_publishable", 1.0)
          .containsEntry("holdfast_ready", 1.0);
      assertThat(samples.get("holdfast_store_syncs_total")).isGreaterThanOrEqualTo(8);
      assertThat(samples.get("holdfast_store_commit_seconds_count"))
          .isEqualTo(
              samples.get("holdfast_store_commits_total{durability=\"synced\"}")
                  + samples.get("holdfast_store_commits_total{durability=\"written\"}"));
    }
  }

  @Test
  void namesOnlySoManyNodesAndTellsOfTheOthersTogether() throws Exception {
    try (Broker broker = start("metrics.max-nodes=1")) {
      HttpOverUnix http = new HttpOverUnix(broker.adminPath());
      traffic(http);
      Map<String, Double> samples = scrape(http);
      assertThat(samples)
          .containsEntry("holdfast_node_messages{kind=\"queue\",node=\"orders\"}", 4.0)
          .containsEntry("holdfast_node_messages{kind=\"queue\",node=\"#other\"}", 1.0)
          .doesNotContainKey("holdfast_node_messages{kind=\"queue\",node=\"small\"}");
    }
  }

  @Test
  void ageOfWhatOnlyTheDiskKnowsIsReadOnce() throws Exception {
    try (Broker broker = start()) {
      traffic(new HttpOverUnix(broker.adminPath()));
    }
    try (Broker broker = start()) {
      HttpOverUnix http = new HttpOverUnix(broker.adminPath());
      String age = "holdfast_node_oldest_message_age_seconds{kind=\"queue\",node=\"orders\"}";
      Awaitility.await()
          .untilAsserted(() -> assertThat(scrape(http).get(age)).isNotNull().isPositive());
    }
  }

  @Test
  void whatIsStuckIsNamed() throws Exception {
    try (Broker broker = start("warnings.stuck-after=1ms")) {
      HttpOverUnix http = new HttpOverUnix(broker.adminPath());
      traffic(http);
      String stuck = "holdfast_stuck_nodes{kind=\"queue\"}";
      Awaitility.await().untilAsserted(() -> assertThat(scrape(http)).containsEntry(stuck, 2.0));
      assertThat(scrape(http).keySet())
          .contains("holdfast_node_stuck_seconds{kind=\"queue\",node=\"orders\"}");
      http.call("POST", API + "/queues/orders/purge", "");
      Awaitility.await().untilAsserted(() -> assertThat(scrape(http)).containsEntry(stuck, 1.0));
    }
  }

  @Test
  void theDoctorAndReadinessNameWhatIsStuckAndWhatIsOpen() throws Exception {
    try (Broker broker =
        start(
            "warnings.stuck-after=1ms",
            "websocket.listen=0.0.0.0:0",
            "amqp.i-understand-insecure-listener=true")) {
      HttpOverUnix http = new HttpOverUnix(broker.adminPath());
      assertThat(findings(http, "ok")).contains("clock", "permissions", "stuck");
      assertThat(findings(http, "warn")).contains("settings");
      traffic(http);
      Awaitility.await().untilAsserted(() -> assertThat(findings(http, "fail")).contains("stuck"));
      assertThat(http.call("GET", "/readyz", "").body().toString()).contains("orders holds 4");
      Files.setPosixFilePermissions(
          directory.resolve("data"), PosixFilePermissions.fromString("rwxr-x---"));
      assertThat(findings(http, "fail")).contains("permissions");
      assertThat(directory.resolve("data").toFile().list((d, name) -> name.startsWith("doctor")))
          .isEmpty();
    }
  }

  private static Set<String> findings(HttpOverUnix http, String severity) throws IOException {
    Set<String> checks = new TreeSet<>();
    http.call("GET", API + "/doctor", "")
        .body()
        .path("findings")
        .forEach(
            finding -> {
              if (finding.path("severity").asText().equals(severity)) {
                checks.add(finding.path("check").asText());
              }
            });
    return checks;
  }

  @Test
  void documentationShowsTheTable() throws Exception {
    Path docs = Path.of("../docs/metrics.md");
    String table = MetricsReference.markdown();
    if (System.getenv("UPDATE_DOCS") != null) {
      String text = Files.readString(docs);
      int from = text.indexOf("| Metric | Type | Labels");
      int to = text.indexOf("\n\n", from);
      Files.writeString(docs, text.substring(0, from) + table.strip() + text.substring(to));
    }
    assertThat(Files.readString(docs))
        .as("run this test with UPDATE_DOCS=1 in the environment to bring the page up to date")
        .contains(table);
  }

  @Test
  void whatDashboardAlertsAndDocumentationNameIsThere() throws Exception {
    Set<String> there = new TreeSet<>();
    try (Broker broker = start("warnings.stuck-after=1ms")) {
      HttpOverUnix http = new HttpOverUnix(broker.adminPath());
      traffic(http);
      Awaitility.await()
          .untilAsserted(
              () -> assertThat(http.text("/metrics")).contains("holdfast_node_stuck_seconds{"));
      scrape(http).keySet().forEach(sample -> there.add(sample.replaceAll("\\{.*", "")));
      there.add("holdfast_store_commit_seconds");
    }
    Path monitoring = Path.of("../docs/monitoring");
    new ObjectMapper().readTree(monitoring.resolve("grafana-dashboard.json").toFile());
    for (Path file :
        List.of(
            Path.of("../docs/metrics.md"),
            monitoring.resolve("grafana-dashboard.json"),
            monitoring.resolve("prometheus-alerts.yaml"))) {
      Matcher names = NAME.matcher(Files.readString(file));
      Set<String> named = new TreeSet<>();
      while (names.find()) {
        named.add(names.group());
      }
      assertThat(there).as(file.toString()).containsAll(named);
      assertThat(named).isNotEmpty();
    }
  }
}
