package dev.holdfast.broker.audit;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/** Reads a log file line by line. One thread. */
final class LineInput implements AutoCloseable {
  private static final int MAX_LINE = 1 << 20;
  private static final int HEX = AuditLines.CHAIN_BYTES * 2;

  private final InputStream in;
  private final ByteArrayOutputStream buffer = new ByteArrayOutputStream(512);
  private long position;
  private boolean torn;

  /**
   * A line taken apart.
   *
   * @param json before the blank
   * @param chain after it
   */
  record Line(byte[] json, byte[] chain) {

    boolean isCheckpoint() {
      return AuditLines.begins(json, AuditLines.CHECKPOINT);
    }

    boolean isGenesis() {
      return AuditLines.begins(json, AuditLines.GENESIS);
    }
  }

  LineInput(Path file) throws IOException {
    this.in =
        new BufferedInputStream(Files.newInputStream(file, LinkOption.NOFOLLOW_LINKS), 1 << 16);
  }

  /** The next whole line without its line feed; null at the end, or where only a part is left. */
  byte @Nullable [] next() throws IOException {
    buffer.reset();
    for (int b = in.read(); b >= 0; b = in.read()) {
      if (b == '\n') {
        position += buffer.size() + 1;
        return buffer.toByteArray();
      }
      buffer.write(b);
      if (buffer.size() > MAX_LINE) {
        break;
      }
    }
    torn = buffer.size() > 0;
    return null;
  }

  /** Bytes of the whole lines so far. */
  long position() {
    return position;
  }

  /** Whether a part of a line was left at the end. */
  boolean torn() {
    return torn;
  }

  /** The parts of a line; null when it has not the form of one. */
  static @Nullable Line parse(byte[] line) {
    int blank = line.length - HEX - 1;
    if (blank < 2 || line[blank] != ' ') {
      return null;
    }
    try {
      String hex = new String(line, blank + 1, HEX, java.nio.charset.StandardCharsets.ISO_8859_1);
      return new Line(Arrays.copyOf(line, blank), HexFormat.of().parseHex(hex));
    } catch (IllegalArgumentException e) {
      return null;
    }
  }

  @Override
  public void close() throws IOException {
    in.close();
  }
}
