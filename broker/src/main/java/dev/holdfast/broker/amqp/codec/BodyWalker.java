package dev.holdfast.broker.amqp.codec;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Checks the sections of a message from its body on, as {@link MessageView} does, while they
 * arrive: their order, their structure down to the size of each, the footer whole. What is inside
 * the body is passed by. Event-loop thread.
 */
public final class BodyWalker {
  private static final int DATA = 0x75;
  private static final int SEQUENCE = 0x76;
  private static final int FOOTER = 0x78;

  /** What stands before the content of a section is shorter. */
  private static final int MAX_PREFIX = 1024;

  /** A longer footer of a message that is not in memory is refused. */
  private static final int MAX_FOOTER = 64 * 1024;

  private final BodyDigest.@Nullable Running digest;
  private final FrameGuard guard = new FrameGuard();

  /** What has come of a section's prefix, or of the footer, when it has not all come. */
  private byte[] carried = {};

  /** What is still to come of the content of a section. */
  private long content;

  private int last;
  private int bodySections;

  /**
   * Makes one.
   *
   * @param digest is given the body sections; null: nobody asks for it
   */
  public BodyWalker(BodyDigest.@Nullable Running digest) {
    this.digest = digest;
  }

  /** The next bytes; false when they cannot be those of a message. */
  public boolean walk(byte[] b, int from, int to) {
    int at = from;
    while (at < to) {
      if (content > 0) {
        int taken = (int) Math.min(content, to - at);
        digest(b, at, at + taken);
        content -= taken;
        at += taken;
        continue;
      }
      byte[] section = b;
      int start = at;
      int end = to;
      int before = carried.length;
      if (before > 0) {
        // At most what a prefix or a footer may have: the rest stays where it is.
        end = Math.min(before + (to - at), MAX_FOOTER + MAX_PREFIX);
        section = Arrays.copyOf(carried, end);
        System.arraycopy(b, at, section, before, end - before);
        start = 0;
      }
      int next = prefix(section, start, end);
      if (next < 0) {
        carried = Arrays.copyOfRange(section, start, end);
        return next == MORE && carried.length < MAX_FOOTER + MAX_PREFIX;
      }
      if (last != FOOTER) {
        digest(section, start, next);
      }
      at += next - start - before;
      carried = new byte[0];
    }
    return true;
  }

  /** Whether the message may end here. */
  public boolean mayEnd() {
    return content == 0 && carried.length == 0 && last != 0;
  }

  /** Sections of the body so far. */
  public int bodySections() {
    return bodySections;
  }

  private void digest(byte[] b, int from, int to) {
    if (digest != null) {
      digest.update(b, from, to);
    }
  }

  private static final int MORE = -1;
  private static final int BAD = -2;

  /** Where the content of the section starts that starts here; of a footer, where it ends. */
  private int prefix(byte[] b, int from, int to) {
    try {
      int section = FieldReader.descriptor(b, from, to);
      if (section < DATA || !MessageView.follows(last, section)) {
        return BAD;
      }
      int at = FieldReader.described(b, from, to);
      for (int depth = 0; b[at] == 0 && section > DATA && section < FOOTER; depth++) {
        Types.check(depth < FrameGuard.MAX_DEPTH);
        at = FieldReader.described(b, at, to);
      }
      int next = section == FOOTER ? footer(b, at, to) : content(section, b, at, to);
      last = section;
      bodySections += section == FOOTER ? 0 : 1;
      return next;
    } catch (FaultException cut) {
      // Nothing tells what is cut off from what is wrong, until enough of it is here.
      boolean footer = from + 3 <= to && isFooter(b, from, to);
      return to - from < (footer ? MAX_FOOTER : MAX_PREFIX) ? MORE : BAD;
    }
  }

  private static boolean isFooter(byte[] b, int from, int to) {
    try {
      return FieldReader.descriptor(b, from, to) == FOOTER;
    } catch (FaultException cut) {
      return false;
    }
  }

  private int footer(byte[] b, int at, int to) {
    int code = b[at] & 0xFF;
    Types.check(code == 0xC1 || code == 0xD1);
    return guard.skip(b, at, to);
  }

  private int content(int section, byte[] b, int at, int to) {
    int code = b[at] & 0xFF;
    switch (section) {
      case DATA -> Types.check(code == 0xA0 || code == 0xB0);
      case SEQUENCE -> Types.check(code == 0xC0 || code == 0xD0 || code == 0x45);
      default -> {}
    }
    return switch (code >> 4) {
      case 0xA, 0xC, 0xE -> {
        int start = Types.advance(at, 2, to);
        content = b[at + 1] & 0xFF;
        yield start;
      }
      case 0xB, 0xD, 0xF -> {
        int start = Types.advance(at, 5, to);
        int size = Types.int32(b, at + 1);
        Types.check(size >= 0);
        content = size;
        yield start;
      }
      default -> Types.skipScalar(b, at, to);
    };
  }
}
