package dev.holdfast.broker.audit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.broker.audit.AuditEvent.Outcome;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The format to the byte: the published vectors, which verifiers are held to as well. */
class AuditVectorsTest {
  private static final Path VECTORS = Path.of("../docs/vectors/audit");
  private static final int EVENTS = 40;

  @TempDir private Path directory;

  @Test
  void theWriterWritesThePublishedBytes() throws IOException {
    write(directory);
    try (Stream<Path> published = Files.list(VECTORS)) {
      List<Path> files = published.filter(f -> !f.toString().endsWith(".md")).toList();
      assertThat(files).hasSizeGreaterThan(3);
      for (Path file : files) {
        assertThat(directory.resolve(file.getFileName())).hasSameBinaryContentAs(file);
      }
    }
  }

  private static void write(Path to) throws IOException {
    AtomicLong ticks = new AtomicLong();
    InstantSource clock = () -> TestAudit.T0.plusMillis(ticks.incrementAndGet());
    AuditSettings settings =
        new AuditSettings(
            to, 4_000, Duration.ofDays(30), AuditSettings.OnFull.DENY_ADMIN, Optional.empty());
    AuditLog.Needs needs = TestAudit.needs(clock);
    LogOpener opener = new LogOpener(settings, needs);
    ChainWriter writer = opener.open();
    for (int i = 0; i < EVENTS; i++) {
      writer.append(List.of(event(i)));
      if (i % 5 == 4) {
        writer.checkpoint();
      }
      if (i == EVENTS / 2) {
        // The oldest file retires.
        Path oldest = AuditFiles.list(to).get(0);
        Files.setLastModifiedTime(oldest, FileTime.from(Instant.EPOCH));
        Retention.apply(settings, clock.instant());
      }
    }
    writer.append(List.of(event(EVENTS)));
    writer.sync();
    opener.close(writer);
    Files.delete(to.resolve(AuditFiles.KEY));
  }

  private static AuditEvent event(int i) {
    AuditEvent event =
        AuditEvent.of(i % 2 == 0 ? "admin.request" : "access", Outcome.OK)
            .by(new AuditPeer("user:ana\u00efs", "PLAIN", "tls", -1, -1, "192.0.2.7", "1f"))
            .asked("POST /queues", "orders." + i)
            .correlation("c-" + i);
    return i % 3 == 0 ? event.count(i + 2).extra("why", "\u202e<script>\n") : event;
  }
}
