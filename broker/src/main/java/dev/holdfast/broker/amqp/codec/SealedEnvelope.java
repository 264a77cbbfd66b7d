package dev.holdfast.broker.amqp.codec;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.util.Arrays;

/**
 * The outer form of a body that is encrypted end to end, format SEAL1: magic, version, suite, and
 * lengths that agree. Whether anybody can open it is for its receivers to find out: the broker has
 * no keys. Stateless; any thread.
 */
public final class SealedEnvelope {
  private static final byte[] CONTENT_TYPE = "application/vnd.hf.seal1".getBytes(US_ASCII);
  private static final byte[] MAGIC = "SEAL".getBytes(US_ASCII);
  private static final int DATA = 0x75;
  private static final int SIGNED = 1;
  private static final int TAG = 16;
  private static final int SIGNATURE = 64;
  private static final int MAX_RECIPIENTS = 64;

  /** What stands before the key block. */
  private static final int PREFIX = 28;

  /** Of the key block: what stands before the sender's name. */
  private static final int BLOCK_PREFIX = 46;

  /** Of the key block: the sender's key id and the commitment. */
  private static final int BLOCK_MIDDLE = 8 + 32;

  /** Of the key block, for each recipient: what stands before the wrapped key. */
  private static final int RECIPIENT = 10;

  private SealedEnvelope() {}

  /** Whether a property content-type is that of sealed messages. */
  static boolean isContentType(byte[] b, int from, int to) {
    return Arrays.equals(b, from, to, CONTENT_TYPE, 0, CONTENT_TYPE.length);
  }

  /** Whether the sections between are one data section, and that an envelope. */
  static boolean isOnlySection(byte[] b, int from, int to) {
    Content content = Content.at(b, from, to);
    return content.to() == to && isEnvelope(b, content, to);
  }

  /**
   * Whether a body begins with a data section that is an envelope.
   *
   * @param to where ends what has come; the key block has to be in it, the rest may follow
   */
  public static boolean beginsSection(byte[] b, int from, int to) {
    return isEnvelope(b, Content.at(b, from, to), to);
  }

  /** What a data section holds: {@code from} is in the array, {@code to} may be beyond it. */
  private record Content(int from, long to) {

    /** Of the section at {@code from}; nothing when it is another one. */
    static Content at(byte[] b, int from, int to) {
      try {
        if (FieldReader.descriptor(b, from, to) == DATA) {
          int at = FieldReader.described(b, from, to);
          boolean small = (b[at] & 0xFF) == 0xA0;
          int content = Types.advance(at, small ? 2 : 5, to);
          long length = small ? b[at + 1] & 0xFF : Types.int32(b, at + 1) & 0xFFFF_FFFFL;
          return new Content(content, content + length);
        }
      } catch (FaultException cut) {
        // Nothing that could be one.
      }
      return new Content(from, from);
    }
  }

  private static boolean isEnvelope(byte[] b, Content in, int here) {
    int p = in.from();
    if (Math.min(in.to(), here) - p < PREFIX + BLOCK_PREFIX) {
      return false;
    }
    int suite = b[p + 5];
    int flags = b[p + 6];
    boolean known =
        Arrays.equals(b, p, p + MAGIC.length, MAGIC, 0, MAGIC.length)
            && b[p + 4] == 1
            && (suite == 1 || suite == 2)
            && (flags & ~SIGNED) == 0
            && b[p + 7] == 0;
    long block = Types.int32(b, p + 24) & 0xFFFF_FFFFL;
    long name = p + PREFIX + block;
    if (!known || name + 2 > Math.min(in.to(), here) || !isBlock(b, p + PREFIX, block, suite)) {
      return false;
    }
    long body = name + 2 + int16(b, (int) name);
    return body + TAG + (flags == SIGNED ? SIGNATURE : 0) <= in.to();
  }

  private static boolean isBlock(byte[] b, int p, long length, int suite) {
    int recipients = int16(b, p + 2);
    long wrapped = suite == 1 ? 80 : 1168;
    long sender = int16(b, p + 44);
    long expected =
        BLOCK_PREFIX + sender + BLOCK_MIDDLE + recipients * (RECIPIENT + wrapped) + SIGNATURE;
    if (b[p] != 1 || b[p + 1] != suite || recipients < 1 || recipients > MAX_RECIPIENTS) {
      return false;
    }
    if (length != expected) {
      return false;
    }
    int at = p + BLOCK_PREFIX + (int) sender + BLOCK_MIDDLE;
    for (int i = 0; i < recipients; i++) {
      if (int16(b, at + 8) != wrapped) {
        return false;
      }
      at += RECIPIENT + (int) wrapped;
    }
    return true;
  }

  private static int int16(byte[] b, int p) {
    return ((b[p] & 0xFF) << 8) | (b[p + 1] & 0xFF);
  }
}
