package dev.holdfast.broker.domain.owner;

import java.time.Instant;
import java.time.InstantSource;

/** A clock that goes when told. */
final class ManualClock implements InstantSource {
  private long now = 1_700_000_000_000L;

  void advance(long milliseconds) {
    now += milliseconds;
  }

  @Override
  public Instant instant() {
    return Instant.ofEpochMilli(now);
  }

  @Override
  public long millis() {
    return now;
  }
}
