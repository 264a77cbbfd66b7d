package dev.holdfast.storage.rocks;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.zip.CRC32C;

/**
 * Reads one write-ahead log of RocksDB without RocksDB: 32 KiB blocks of records, each {@code
 * crc32c u32 | length u16 | type u8 [| log number u32] | payload}, little-endian; a batch is one
 * FULL record or FIRST, MIDDLE…, LAST. Every batch of ours begins with the commit row.
 */
final class WalFile {
  private static final int BLOCK = 32 * 1024;
  private static final int WINDOW = 32 * BLOCK;
  private static final int HEADER = 7;
  private static final int RECYCLABLE_HEADER = 11;
  private static final int HEAD_BYTES = 96;

  private static final int BAD = -1;
  private static final int OTHER_LOG = -2;

  private final FileChannel channel;
  private final int logNumber;
  private final long limit;

  // Not a mapping: that would keep a deleted log's room on the disk until it is collected.
  private final ByteBuffer window =
      ByteBuffer.allocateDirect(WINDOW).order(ByteOrder.LITTLE_ENDIAN);
  private long windowAt = -1;
  private final CRC32C crc = new CRC32C();
  private final byte[] head = new byte[HEAD_BYTES];
  private int headLength;
  private boolean inBatch;

  /** Takes what is found, in file order. */
  interface Visitor {
    /** A whole batch. */
    void batch(long commit, long durable);

    /** From here on something cannot be read, although there is more after it. */
    void gap(long offset);
  }

  private WalFile(FileChannel channel, int logNumber) throws IOException {
    this.channel = channel;
    this.logNumber = logNumber;
    this.limit = channel.size();
  }

  static long number(Path file) {
    String name = String.valueOf(file.getFileName());
    return Long.parseLong(name.substring(0, name.length() - ".log".length()));
  }

  /** Visits every batch that verifies, also those after bytes that do not. */
  static void read(Path file, Visitor visitor) throws IOException {
    try (FileChannel channel = FileChannel.open(file)) {
      new WalFile(channel, (int) number(file)).visit(visitor);
    }
  }

  private void visit(Visitor visitor) throws IOException {
    long at = readRun(0, visitor);
    while (at < limit) {
      long next = nextValid(at + 1);
      if (next < 0) {
        return;
      }
      visitor.gap(at);
      inBatch = false;
      at = readRun(next, visitor);
    }
  }

  /** Reads records as long as they verify; returns where they stop. */
  private long readRun(long from, Visitor visitor) throws IOException {
    long at = from;
    while (at < limit) {
      int left = leftInBlock(at);
      if (left < HEADER) {
        at += left;
        continue;
      }
      int length = recordLength(at);
      if (length <= 0) {
        return at;
      }
      take(inWindow(at), length, visitor);
      at += length;
    }
    return limit;
  }

  private static int leftInBlock(long at) {
    return BLOCK - (int) (at % BLOCK);
  }

  /** Index in the window of this place; the rest of its block is there, too. */
  private int inWindow(long at) throws IOException {
    if (windowAt < 0 || at < windowAt || at >= windowAt + WINDOW) {
      windowAt = at - at % BLOCK;
      window.clear();
      while (window.hasRemaining() && channel.read(window, windowAt + window.position()) >= 0) {
        // Until it is full or the file ends.
      }
      // A file that became shorter meanwhile ends in zeros, which verify as nothing.
      while (window.hasRemaining()) {
        window.put((byte) 0);
      }
    }
    return (int) (at - windowAt);
  }

  private void take(int index, int length, Visitor visitor) {
    int type = window.get(index + 6) & 0xff;
    int header = recyclable(type) ? RECYCLABLE_HEADER : HEADER;
    switch (type) {
      case 1, 5 -> {
        headLength = 0;
        collect(index + header, length - header);
        report(visitor);
        inBatch = false;
      }
      case 2, 6 -> {
        headLength = 0;
        inBatch = true;
        collect(index + header, length - header);
      }
      case 3, 7 -> collect(index + header, length - header);
      case 4, 8 -> {
        collect(index + header, length - header);
        if (inBatch) {
          report(visitor);
        }
        inBatch = false;
      }
      default -> {
        // A record about the log itself (compression, timestamps, predecessor): no batch.
      }
    }
  }

  private void collect(int index, int length) {
    int more = Math.min(length, HEAD_BYTES - headLength);
    window.get(index, head, headLength, more);
    headLength += more;
  }

  /**
   * The commit row at the start of a batch: {@code sequence u64, count u32, tag 5, family varint,
   * key length 1, 'c', value length 24, commit u64 BE, durable u64 BE, …}.
   */
  private void report(Visitor visitor) {
    ByteBuffer in = ByteBuffer.wrap(head, 0, headLength);
    if (headLength < 12 + 5 + 24 || head[12] != 5) {
      return;
    }
    int at = 13;
    while (head[at] < 0 && at < 17) {
      at++;
    }
    at++;
    if (head[at] == 1 && head[at + 1] == 'c' && head[at + 2] == 24) {
      visitor.batch(in.getLong(at + 3), in.getLong(at + 11));
    }
  }

  /** Length of the record at {@code at} when it verifies and is of this log; else ≤ 0. */
  private int recordLength(long at) throws IOException {
    int left = (int) Math.min(leftInBlock(at), limit - at);
    if (left < HEADER) {
      return BAD;
    }
    int index = inWindow(at);
    int length = window.getShort(index + 4) & 0xffff;
    int type = window.get(index + 6) & 0xff;
    boolean known = (type >= 1 && type <= 11) || type == 130 || type == 131;
    int header = recyclable(type) ? RECYCLABLE_HEADER : HEADER;
    if (!known || header + length > left) {
      return BAD;
    }
    if (recyclable(type) && window.getInt(index + 7) != logNumber) {
      return OTHER_LOG;
    }
    crc.reset();
    window.limit(index + header + length).position(index + 6);
    crc.update(window);
    window.clear();
    return mask((int) crc.getValue()) == window.getInt(index) ? header + length : BAD;
  }

  /** The next place at which a record of this log verifies, or -1. */
  private long nextValid(long from) throws IOException {
    for (long at = from; at + RECYCLABLE_HEADER <= limit; at++) {
      if (leftInBlock(at) < RECYCLABLE_HEADER) {
        continue;
      }
      // Only records that carry the log number: the test on it is cheap, a checksum is not.
      int index = inWindow(at);
      if (window.getInt(index + 7) == logNumber
          && recyclable(window.get(index + 6) & 0xff)
          && recordLength(at) > 0) {
        return at;
      }
    }
    return -1;
  }

  private static boolean recyclable(int type) {
    return (type >= 5 && type <= 8) || type == 11 || type == 131;
  }

  private static int mask(int crc) {
    return ((crc >>> 15) | (crc << 17)) + 0xa282ead8;
  }
}
