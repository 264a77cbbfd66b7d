package dev.holdfast.benchmarks.load;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
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

  private static final int KEY_DIGITS = 16;

  private final ByteBuffer encoded;
  private final int body;

  /** Where the digits of the idempotency key are; 0: it has none. */
  private final int key;

  /**
   * What every message says beside its body.
   *
   * @param durable the header's durable
   * @param delayMs not delivered before so many milliseconds; 0: at once
   * @param keyed each has an idempotency key of its own
   */
  record Says(boolean durable, long delayMs, boolean keyed) {}

  /** A template for one producer; {@link #stamp} fills in what differs per message. */
  Payload(int bodyBytes, Says says, int run, int producer) {
    encoded = ByteBuffer.allocate(256 + bodyBytes);
    encoded.put(new byte[] {0, 0x53, 0x70, (byte) 0xc0, 2, 1, (byte) (says.durable ? 0x41 : 0x42)});
    key = annotations(says, run, producer);
    encoded.put(new byte[] {0, 0x53, 0x75, (byte) 0xb0}).putInt(bodyBytes);
    body = encoded.position();
    for (int i = 0; i < bodyBytes; i++) {
      // Not compressible to nothing, and the same each time.
      encoded.put((byte) (i * 31 + (i >>> 3)));
    }
    encoded.limit(body + bodyBytes);
    encoded.putInt(body, MAGIC).putInt(body + RUN, run).putInt(body + PRODUCER, producer);
  }

  private int annotations(Says says, int run, int producer) {
    if (says.delayMs == 0 && !says.keyed) {
      return 0;
    }
    encoded.put(new byte[] {0, 0x53, 0x72, (byte) 0xc1, 0, 0});
    int map = encoded.position();
    int entries = 0;
    int digits = 0;
    if (says.delayMs > 0) {
      symbol("x-opt-delivery-delay");
      encoded.put((byte) 0x81).putLong(says.delayMs);
      entries += 2;
    }
    if (says.keyed) {
      symbol("x-opt-idempotency-key");
      byte[] prefix = "%08x-%d-".formatted(run, producer).getBytes(StandardCharsets.US_ASCII);
      encoded.put((byte) 0xa1).put((byte) (prefix.length + KEY_DIGITS)).put(prefix);
      digits = encoded.position();
      encoded.position(digits + KEY_DIGITS);
      entries += 2;
    }
    encoded.put(map - 2, (byte) (encoded.position() - map + 1)).put(map - 1, (byte) entries);
    return digits;
  }

  private void symbol(String text) {
    encoded.put((byte) 0xa3).put((byte) text.length());
    encoded.put(text.getBytes(StandardCharsets.US_ASCII));
  }

  /** The message with this number: valid until the next call, its length is {@link #bytes()}. */
  byte[] stamp(long sequence, long intendedNanos) {
    encoded.putLong(body + SEQUENCE, sequence).putLong(body + INTENDED, intendedNanos);
    if (key > 0) {
      for (int i = 0; i < KEY_DIGITS; i++) {
        int digit = (int) (sequence >>> (4 * (KEY_DIGITS - 1 - i))) & 0xf;
        encoded.put(key + i, (byte) "0123456789abcdef".charAt(digit));
      }
    }
    return encoded.array();
  }

  /** Bytes of the whole message. */
  int bytes() {
    return encoded.limit();
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
