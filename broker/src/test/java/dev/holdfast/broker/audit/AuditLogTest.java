package dev.holdfast.broker.audit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.holdfast.broker.audit.AuditEvent.Outcome;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AuditLogTest {
  private static final JsonMapper JSON = new JsonMapper();
  private static final AuditEvent ADMIN =
      AuditEvent.of("admin.request", Outcome.OK).by(AuditPeer.named("uid:1"));
  private static final AuditEvent DENIAL =
      AuditEvent.of("access", Outcome.DENY).by(AuditPeer.named("uid:2")).asked("send", "queue:a");

  @TempDir private Path directory;

  private AuditLog open() {
    return open(TestAudit.settings(directory));
  }

  private static AuditLog open(AuditSettings settings) {
    return AuditLog.open(settings, TestAudit.needs(InstantSource.system()));
  }

  private List<JsonNode> events() throws IOException {
    return new ArrayList<>(
        new AuditQuery(-1, 0, Long.MAX_VALUE, null, null, null, null, 1_000_000).run(directory));
  }

  private List<String> lines() throws IOException {
    List<String> lines = new ArrayList<>();
    for (Path file : AuditFiles.list(directory)) {
      lines.addAll(Files.readAllLines(file));
    }
    return lines;
  }

  private static void durably(AuditLog log, AuditEvent event) throws Exception {
    log.durably(event).toCompletableFuture().get(30, TimeUnit.SECONDS);
  }

  private void chainHolds() throws IOException {
    byte[] chain = new byte[AuditLines.CHAIN_BYTES];
    for (String text : lines()) {
      LineInput.Line line = LineInput.parse(text.getBytes(StandardCharsets.US_ASCII));
      chain = AuditLines.chain(chain, line.json());
      assertThat(line.chain()).as(text).isEqualTo(chain);
    }
  }

  @Test
  void whatWaitsForItsRecordFindsItOnDisk() throws Exception {
    try (AuditLog log = open()) {
      durably(log, ADMIN.asked("DELETE /queues/{name}", "orders\u001b[2J\u202e"));
      List<JsonNode> events = events();
      assertThat(events).hasSize(1);
      assertThat(events.get(0).path("seq").asLong()).isEqualTo(1);
      assertThat(events.get(0).path("res").asText()).isEqualTo("orders\u001b[2J\u202e");
      assertThat(lines().get(1)).doesNotContain("\u001b", "\u202e").contains("\\u202E");
    }
    chainHolds();
    assertThat(lines()).last().asString().startsWith("{\"checkpoint\":1,");
  }

  @Test
  void theChainGoesOnAfterRestartsAndCrashes() throws Exception {
    for (int i = 0; i < 3; i++) {
      try (AuditLog log = open()) {
        durably(log, ADMIN);
      }
    }
    Path file = AuditFiles.list(directory).get(0);
    Files.writeString(file, "{\"seq\":4,\"ts\":1", StandardOpenOption.APPEND);
    try (AuditLog log = open()) {
      durably(log, ADMIN);
    }
    assertThat(AuditFiles.list(directory)).hasSize(1);
    chainHolds();
    assertThat(events())
        .extracting(e -> e.path("seq").asLong())
        .containsExactly(1L, 2L, 3L, 4L, 5L);
    assertThat(events()).extracting(e -> e.path("ev").asText()).contains("audit.recovered");
  }

  @Test
  void whatAKilledBrokerLeftUnsignedIsSignedAtOnce(@TempDir Path asItWas) throws Exception {
    try (AuditLog log = open()) {
      durably(log, ADMIN);
      durably(log, ADMIN.asked("left", "unsigned"));
      try (Stream<Path> files = Files.list(directory)) {
        for (Path file : files.toList()) {
          Files.copy(file, asItWas.resolve(file.getFileName()));
        }
      }
    }
    try (AuditLog log = open(TestAudit.settings(asItWas))) {
      durably(log, ADMIN.asked("one", "more"));
      // In a later turn of the log's thread: what the first one has to do is done.
      durably(log, ADMIN.asked("the", "last"));
    }
    List<String> lines = Files.readAllLines(AuditFiles.list(asItWas).get(0));
    int left = indexOf(lines, "\"unsigned\"");
    int last = indexOf(lines, "\"last\"");
    assertThat(lines.subList(left + 1, last)).anyMatch(line -> line.startsWith("{\"checkpoint\":"));
  }

  private static int indexOf(List<String> lines, String text) {
    for (int i = 0; i < lines.size(); i++) {
      if (lines.get(i).contains(text)) {
        return i;
      }
    }
    throw new AssertionError("no " + text + " in " + lines);
  }

  @Test
  void theKeyThatSignedIsGone() throws Exception {
    String root;
    try (AuditLog log = open()) {
      root = log.rootKey();
      durably(log, ADMIN);
    }
    byte[] file = Files.readAllBytes(directory.resolve(AuditFiles.KEY));
    int zeros = 0;
    for (byte b : file) {
      zeros += b == 0 ? 1 : 0;
    }
    assertThat(zeros).isGreaterThanOrEqualTo(file.length / 2);
    try (KeyFile keys =
        KeyFile.open(directory.resolve(AuditFiles.KEY), new byte[32], () -> new byte[32])) {
      assertThatThrownBy(() -> keys.resume(root)).isInstanceOf(AuditException.class);
    }
  }

  @Test
  void aCrashBetweenTheStepsOfACheckpointLosesNoKey() throws Exception {
    try (AuditLog log = open()) {
      durably(log, ADMIN);
    }
    Tail tail = ChainWriter.lastTail(directory);
    // The next key is written, the checkpoint that names it is not.
    byte[] other = new byte[32];
    other[0] = 77;
    try (KeyFile keys =
        KeyFile.open(directory.resolve(AuditFiles.KEY), new byte[32], () -> other)) {
      keys.resume(tail.publicKey());
      keys.prepareNext();
    }
    try (AuditLog log = open()) {
      durably(log, ADMIN);
    }
    chainHolds();
  }

  @Test
  void denialsInAFloodAreCountedExactly() throws Exception {
    int threads = 4;
    int each = 50_000;
    try (AuditLog log = open()) {
      List<Thread> flood = new ArrayList<>();
      for (int t = 0; t < threads; t++) {
        flood.add(
            new Thread(
                () -> {
                  for (int i = 0; i < each; i++) {
                    log.count(DENIAL);
                    log.count(DENIAL.asked("send", "queue:" + i));
                  }
                }));
      }
      flood.forEach(Thread::start);
      for (Thread one : flood) {
        one.join();
      }
    }
    long total = 0;
    for (JsonNode event : events()) {
      if (event.path("ev").asText().equals("access")) {
        total += event.path("n").asLong(1);
      }
    }
    assertThat(total).isEqualTo(2L * threads * each);
    assertThat(lines().size()).isLessThan(2 * threads * each);
    chainHolds();
  }

  @Test
  void ordinaryEventsThatDoNotFitAreCountedAsLost() throws Exception {
    int count = 400_000;
    try (AuditLog log = open()) {
      for (int i = 0; i < count; i++) {
        log.record(AuditEvent.of("auth", Outcome.OK));
      }
    }
    long kept = 0;
    long lost = 0;
    for (JsonNode event : events()) {
      kept += event.path("ev").asText().equals("auth") ? 1 : 0;
      lost += event.path("ev").asText().equals("audit.lost") ? event.path("n").asLong(1) : 0;
    }
    assertThat(kept + lost).isEqualTo(count);
    chainHolds();
  }

  @Test
  void aFullFileIsFollowedByTheNext() throws Exception {
    AuditSettings small =
        new AuditSettings(
            directory,
            2_000,
            Duration.ofDays(30),
            AuditSettings.OnFull.DENY_ADMIN,
            Optional.empty());
    try (AuditLog log = open(small)) {
      for (int i = 0; i < 60; i++) {
        durably(log, ADMIN);
      }
    }
    assertThat(AuditFiles.list(directory).size()).isGreaterThan(3);
    chainHolds();
    assertThat(events()).hasSize(60);
    List<Path> files = AuditFiles.list(directory);
    Files.setLastModifiedTime(
        files.get(0), FileTime.from(TestAudit.T0.minus(Duration.ofDays(999))));
    long checkpoints =
        Files.readAllLines(files.get(0)).stream().filter(l -> l.startsWith("{\"check")).count();
    try (AuditLog log = open(small)) {
      durably(log, ADMIN);
    }
    assertThat(files.get(0)).doesNotExist();
    assertThat(Files.readAllLines(directory.resolve(AuditFiles.RETIRED)))
        .hasSize((int) checkpoints);
    assertThat(new AuditQuery(58, 0, Long.MAX_VALUE, null, null, null, null, 10).run(directory))
        .extracting(e -> e.path("seq").asLong())
        .containsExactly(59L, 60L, 61L);
  }

  @Test
  void whatWasChangedMeanwhileIsReportedAndLeftAlone() throws Exception {
    try (AuditLog log = open()) {
      durably(log, ADMIN);
      durably(log, ADMIN);
    }
    Path file = AuditFiles.list(directory).get(0);
    Files.writeString(file, Files.readString(file).replaceFirst("uid:1", "uid:9"));
    String before = Files.readString(file);
    try (AuditLog log = open()) {
      durably(log, ADMIN);
    }
    assertThat(Files.readString(file)).isEqualTo(before);
    assertThat(events()).anyMatch(e -> e.path("ev").asText().equals("audit.damaged"));
  }

  @Test
  void administrationWaitsWhileNothingCanBeWritten() throws Exception {
    AuditSettings small =
        new AuditSettings(
            directory, 1, Duration.ofDays(30), AuditSettings.OnFull.DENY_ADMIN, Optional.empty());
    try (AuditLog log = open(small)) {
      durably(log, ADMIN);
      // No new file can be made where the directory has gone; as good as a full disk.
      Path away = directory.resolveSibling(directory.getFileName() + "-away");
      Files.move(directory, away);
      Files.writeString(directory, "in the way");
      await().atMost(Duration.ofSeconds(30)).until(() -> failsNow(log));
      log.count(DENIAL);
      assertThat(log.isFailing()).isTrue();
      Files.delete(directory);
      Files.move(away, directory);
      await().atMost(Duration.ofSeconds(30)).until(() -> !log.isFailing());
      durably(log, ADMIN);
    }
    chainHolds();
    assertThat(events()).anyMatch(e -> e.path("ev").asText().equals("access"));
  }

  private static boolean failsNow(AuditLog log) {
    try {
      log.durably(ADMIN).toCompletableFuture().join();
      return false;
    } catch (CompletionException e) {
      return e.getCause() instanceof AuditException;
    }
  }
}
