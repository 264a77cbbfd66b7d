package dev.holdfast.broker.tls;

import java.util.function.LongSupplier;

/**
 * How many TLS records without a byte of data a peer may send after the handshake: 32 a minute, and
 * 32 for each GiB of data. Nearly all of them are KeyUpdate (RFC 8446 §4.6.3), of which each makes
 * the broker derive keys and may ask it for one in return. Event-loop thread.
 */
final class SilentRecords {

  private static final int ALLOWED = 32;
  private static final long WINDOW_NANOS = 60_000_000_000L;
  private static final long BYTES = 1L << 30;

  private final LongSupplier nanos;
  private long windowSince;
  private long bytes;
  private int left = ALLOWED;

  SilentRecords(LongSupplier nanos) {
    this.nanos = nanos;
    this.windowSince = nanos.getAsLong();
  }

  /** A record with data. */
  void data(int size) {
    bytes += size;
    if (bytes >= BYTES) {
      bytes -= BYTES;
      left = ALLOWED;
    }
  }

  /** A record without; false when that is one too many. */
  boolean silent() {
    if (left <= 0 && nanos.getAsLong() - windowSince >= WINDOW_NANOS) {
      windowSince = nanos.getAsLong();
      left = ALLOWED;
    }
    return --left >= 0;
  }
}
