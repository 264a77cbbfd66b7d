package dev.holdfast.benchmarks.load;

import java.nio.ByteBuffer;
import org.apache.qpid.proton.codec.ReadableBuffer;

/**
 * The bytes of a message: header section, one data section, and in its first bytes who sent it,
 * which number it has and when it was meant to be sent.
 *
 * <p>Written and read by hand: the point of the tool is to cost the broker's machine next to
 * nothing.
 */
final class Payload {
  /** Room for the marks below. */
  static final int MIN_BYTES = 32;

  private static final int MAGIC = 0x48464c44;
  private static final int RUN = 4;
  private static final int PRODUCER = 8;
  private static final int SEQUENCE = 16;
  private static final int INTENDED = 24;
  private static final int DATA_SECTION = 0x75;

  private final ByteBuffer encoded;
  private final int body;

  /** A template for one producer; {@link #stamp} fills in what differs per message. */
  Payload(int bodyBytes, boolean durable, int run, int producer) {
    byte[] prefix = {
      0, 0x53, 0x70, (byte) 0xc0, 2, 1, (byte) (durable ? 0x41 : 0x42), 0, 0x53, 0x75, (byte) 0xb0
    };
    body = prefix.length + Integer.BYTES;
    encoded = ByteBuffer.allocate(body + bodyBytes);
    encoded.put(prefix).putInt(bodyBytes);
    for (int i = 0; i < bodyBytes; i++) {
      // Not compressible to nothing, and the same each time.
      encoded.put((byte) (i * 31 + (i >>> 3)));
    }
    encoded.putInt(body, MAGIC).putInt(body + RUN, run).putInt(body + PRODUCER, producer);
  }

  byte[] stamp(long sequence, long intendedNanos) {
    encoded.putLong(body + SEQUENCE, sequence).putLong(body + INTENDED, intendedNanos);
    return encoded.array();
  }

  /**
   * What a received message carries; reused for every message of one consumer.
   *
   * <p>Consumer thread only.
   */
  static final class Marks {
    int run;
    int producer;
    long sequence;
    long intendedNanos;
    int bodyBytes;

    /** Reads the marks; false when the message is not one of this tool's. */
    boolean read(ReadableBuffer message) {
      if (message.hasArray()) {
        int start = message.arrayOffset() + message.position();
        return read(ByteBuffer.wrap(message.array()), start, start + message.remaining());
      }
      byte[] copy = new byte[message.remaining()];
      message.get(copy, 0, copy.length);
      return read(ByteBuffer.wrap(copy), 0, copy.length);
    }

    private boolean read(ByteBuffer bytes, int start, int end) {
      int at = start;
      while (at + 3 < end) {
        boolean small = bytes.get(at + 1) == 0x53;
        int section = bytes.get(small ? at + 2 : at + 9) & 0xff;
        at += small ? 3 : 10;
        if (section == DATA_SECTION) {
          return readBody(bytes, at, end);
        }
        at += valueBytes(bytes, at);
      }
      return false;
    }

    private boolean readBody(ByteBuffer bytes, int at, int end) {
      boolean small = (bytes.get(at) & 0xff) == 0xa0;
      bodyBytes = small ? bytes.get(at + 1) & 0xff : bytes.getInt(at + 1);
      int start = at + (small ? 2 : 5);
      if (bodyBytes < MIN_BYTES || start + bodyBytes > end || bytes.getInt(start) != MAGIC) {
        return false;
      }
      run = bytes.getInt(start + RUN);
      producer = bytes.getInt(start + PRODUCER);
      sequence = bytes.getLong(start + SEQUENCE);
      intendedNanos = bytes.getLong(start + INTENDED);
      return true;
    }

    /** Constructor and value of a section other than data: a list or a map. */
    private static int valueBytes(ByteBuffer bytes, int at) {
      return switch (bytes.get(at) & 0xff) {
        case 0x45 -> 1;
        case 0xc0, 0xc1, 0xa0 -> 2 + (bytes.get(at + 1) & 0xff);
        default -> 5 + bytes.getInt(at + 1);
      };
    }
  }
}
