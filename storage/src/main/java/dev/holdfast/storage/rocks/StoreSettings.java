package dev.holdfast.storage.rocks;

import java.nio.file.Path;
import java.time.Clock;

/**
 * How to open a store.
 *
 * @param dataDirectory where everything is kept; created 0700 when missing
 * @param keyFile the key-encryption key, 32 raw bytes, 0600; created for a store without data
 * @param writeBufferBytes one write buffer of chunk bodies; up to four may be in memory, and the
 *     write-ahead log grows to about three of them; at most 1/128 of the file system and 1/6 of the
 *     reserve is used
 * @param blockCacheBytes cache for reading
 * @param reserveBytes size of the reserve file, and the free space below which nothing is
 *     published; negative: as much as the write buffers and the log may need twice over, at most 5
 *     % of the file system
 * @param idempotencyTableBytes memory at most for the fingerprints of idempotency keys; a key takes
 *     11 to 22 bytes
 * @param clock for what is about time: idle detection, creation dates of keys
 */
public record StoreSettings(
    Path dataDirectory,
    Path keyFile,
    long writeBufferBytes,
    long blockCacheBytes,
    long reserveBytes,
    long idempotencyTableBytes,
    Clock clock) {

  private static final long MIB = 1L << 20;
  private static final long RESERVE_SHARE = 20;

  /** Write buffers, logs of their size, and logs kept to be recycled are about a dozen. */
  private static final long BUFFER_SHARE = 128;

  /** Four in memory, the log that is begun, and a little. */
  private static final long BUFFERS_IN_RESERVE = 6;

  /** Checks the ranges. */
  public StoreSettings {
    if (writeBufferBytes < 64 * 1024 || blockCacheBytes < 0 || idempotencyTableBytes < 0) {
      throw new IllegalArgumentException(
          "write buffer ("
              + writeBufferBytes
              + ", at least 65536), block cache ("
              + blockCacheBytes
              + ", at least 0) or idempotency table ("
              + idempotencyTableBytes
              + ", at least 0) is out of range");
    }
  }

  /** What is right for a server: 32 MiB write buffers, 64 MiB block cache, automatic reserve. */
  public static StoreSettings defaults(Path dataDirectory) {
    return new StoreSettings(
        dataDirectory,
        dataDirectory.resolve("secret").resolve("kek"),
        32 * MIB,
        64 * MIB,
        -1,
        Runtime.getRuntime().maxMemory() / 8,
        Clock.systemUTC());
  }

  /** With another key file. */
  public StoreSettings withKeyFile(Path file) {
    return new StoreSettings(
        dataDirectory,
        file,
        writeBufferBytes,
        blockCacheBytes,
        reserveBytes,
        idempotencyTableBytes,
        clock);
  }

  /** With other buffers: small ones (1 to 16 MiB) for small file systems. */
  public StoreSettings withMemory(long writeBuffer, long blockCache) {
    return new StoreSettings(
        dataDirectory,
        keyFile,
        writeBuffer,
        blockCache,
        reserveBytes,
        idempotencyTableBytes,
        clock);
  }

  /** With another reserve; negative means automatic, 0 none. */
  public StoreSettings withReserveBytes(long bytes) {
    return new StoreSettings(
        dataDirectory,
        keyFile,
        writeBufferBytes,
        blockCacheBytes,
        bytes,
        idempotencyTableBytes,
        clock);
  }

  /** With another bound for the fingerprints of idempotency keys. */
  public StoreSettings withIdempotencyTableBytes(long bytes) {
    return new StoreSettings(
        dataDirectory, keyFile, writeBufferBytes, blockCacheBytes, reserveBytes, bytes, clock);
  }

  /** With another clock. */
  public StoreSettings withClock(Clock other) {
    return new StoreSettings(
        dataDirectory,
        keyFile,
        writeBufferBytes,
        blockCacheBytes,
        reserveBytes,
        idempotencyTableBytes,
        other);
  }

  long smallBufferBytes() {
    return Math.max(64 * 1024, writeBufferBytes / 4);
  }

  long maxWalBytes() {
    return 3 * writeBufferBytes;
  }

  /**
   * Bytes to keep on a file system of that size. Automatic: twice what memory and log may hold, so
   * that all of it can be written out on a full disk.
   */
  long reserveOn(long totalBytes) {
    return reserveBytes >= 0
        ? reserveBytes
        : Math.min(
            2 * (RocksOptions.MAX_WRITE_BUFFERS * writeBufferBytes + maxWalBytes()),
            totalBytes / RESERVE_SHARE);
  }

  /**
   * The same with buffers that a file system of that size can take, and that the reserve can take
   * in when all of them must be written out on a full disk.
   */
  StoreSettings fitting(long totalBytes) {
    long most = totalBytes / BUFFER_SHARE;
    long reserve = reserveOn(totalBytes);
    if (reserve > 0) {
      most = Math.min(most, reserve / BUFFERS_IN_RESERVE);
    }
    most = Math.max(MIB, most);
    return writeBufferBytes <= most ? this : withMemory(most, blockCacheBytes);
  }
}
