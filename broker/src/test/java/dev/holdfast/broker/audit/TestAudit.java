package dev.holdfast.broker.audit;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;

/** Audit logs whose keys are the same every time. */
public final class TestAudit {
  static final Instant T0 = Instant.parse("2026-03-01T12:00:00Z");

  private TestAudit() {}

  static AuditSettings settings(Path directory) {
    return new AuditSettings(
        directory, 1 << 20, Duration.ofDays(30), AuditSettings.OnFull.DENY_ADMIN, Optional.empty());
  }

  static AuditLog.Needs needs(InstantSource clock) {
    AtomicInteger seeds = new AtomicInteger();
    return new AuditLog.Needs(
        clock,
        new byte[32],
        "000102030405060708090a0b0c0d0e0f",
        () -> 7,
        () -> {
          byte[] seed = new byte[SigningKey.SEED_BYTES];
          seed[0] = (byte) seeds.incrementAndGet();
          return seed;
        },
        () -> {});
  }

  /** A log for tests of other parts. */
  public static AuditLog open(Path directory) {
    return AuditLog.open(settings(directory), needs(InstantSource.system()));
  }
}
