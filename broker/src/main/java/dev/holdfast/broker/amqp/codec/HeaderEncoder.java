package dev.holdfast.broker.amqp.codec;

import dev.holdfast.broker.domain.Delivery;
import dev.holdfast.broker.domain.Durability;
import dev.holdfast.storage.StoredMessage;
import java.time.Clock;

/**
 * Encodes the header section of an outgoing message (part 3 §3.2.1); the stored bytes follow as
 * they came. The usual headers are encoded once for all. Any thread.
 */
public final class HeaderEncoder {

  private static final int PRIORITIES = 10;
  private static final byte[][] USUAL = new byte[4 * PRIORITIES][];

  static {
    for (int i = 0; i < USUAL.length; i++) {
      USUAL[i] = encode((i & 1) != 0, (i & 2) != 0, i >> 2, -1, 0);
    }
  }

  private HeaderEncoder() {}

  /**
   * The header of this delivery; the array is shared. A ttl is what is left of it, and as it was
   * given where the message does not expire (any more).
   *
   * @param clock asked only when the message has a ttl
   */
  public static byte[] encode(Delivery delivery, Clock clock) {
    StoredMessage message = delivery.message();
    boolean hasTtl = (message.flags() & StoredMessage.HAS_TTL) != 0;
    boolean first = delivery.firstAcquirer();
    boolean durable = Durability.told(message);
    if (!hasTtl && delivery.deliveryCount() == 0) {
      int index = (durable ? 1 : 0) | (first ? 2 : 0) | (Math.min(9, message.priority()) << 2);
      return USUAL[index];
    }
    return encode(
        durable,
        first,
        message.priority(),
        hasTtl ? remainingTtlMs(message, clock) : -1,
        delivery.deliveryCount());
  }

  private static long remainingTtlMs(StoredMessage message, Clock clock) {
    long given = message.ttlMs() & 0xFFFF_FFFFL;
    long left = message.expiryMs() == 0 ? given : message.expiryMs() - clock.millis();
    return Math.min(given, Math.max(0, left));
  }

  private static byte[] encode(
      boolean durable, boolean first, int priority, long ttlMs, int deliveryCount) {
    byte[] a = new byte[32];
    int n = 6;
    a[n++] = durable ? (byte) 0x41 : (byte) 0x42;
    a[n++] = 0x50;
    a[n++] = (byte) priority;
    if (ttlMs < 0) {
      a[n++] = 0x40;
    } else {
      n = uint(a, n, (int) ttlMs);
    }
    a[n++] = first ? (byte) 0x41 : (byte) 0x42;
    n = uint(a, n, deliveryCount);
    a[1] = 0x53;
    a[2] = 0x70;
    a[3] = (byte) 0xC0;
    a[4] = (byte) (n - 5);
    a[5] = 5;
    return java.util.Arrays.copyOf(a, n);
  }

  private static int uint(byte[] a, int at, int value) {
    a[at] = 0x70;
    a[at + 1] = (byte) (value >>> 24);
    a[at + 2] = (byte) (value >>> 16);
    a[at + 3] = (byte) (value >>> 8);
    a[at + 4] = (byte) value;
    return at + 5;
  }
}
