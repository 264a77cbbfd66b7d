package dev.holdfast.broker.amqp.codec;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The message annotations that mean something to the broker, read from a section that the guard has
 * passed. Reused, valid until the next {@link #clear}. Event-loop thread.
 */
final class HeededAnnotations {

  private static final byte[] COMMON = ascii("x-opt-");
  private static final byte[] DELIVERY_TIME = ascii("x-opt-delivery-time");
  private static final byte[] DELIVERY_DELAY = ascii("x-opt-delivery-delay");
  private static final byte[] IDEMPOTENCY_KEY = ascii("x-opt-idempotency-key");
  private static final int MAX_KEY_BYTES = 255;
  private static final int STRING = 1;
  private static final byte NULL = 0x40;

  private boolean present;
  private boolean reserved;
  private long deliverAtMs;
  private long delayMs;
  private byte[] b = new byte[0];
  private int keyFrom;
  private int keyTo;
  private @Nullable Fault fault;

  private static byte[] ascii(String name) {
    return name.getBytes(StandardCharsets.US_ASCII);
  }

  void clear() {
    if (present || reserved) {
      present = false;
      reserved = false;
      deliverAtMs = 0;
      delayMs = 0;
      keyFrom = 0;
      keyTo = 0;
      fault = null;
    }
  }

  /** Reads the map at {@code at}, which ends at {@code end}. */
  void read(byte[] bytes, int at, int end) {
    b = bytes;
    int p = EncodedMap.firstEntry(bytes, at);
    while (p < end) {
      int value = Types.end(bytes, p);
      int key = EncodedMap.textFrom(bytes, p);
      if (startsWith(key, value, COMMON)) {
        heed(key, value);
      }
      p = Types.end(bytes, value);
    }
  }

  private void heed(int key, int value) {
    if (startsWith(key, value, ReservedAnnotations.PREFIX)) {
      reserved = true;
    } else if (b[value] == NULL) {
      return;
    } else if (is(key, value, DELIVERY_TIME)) {
      deliverAtMs = millis(value);
    } else if (is(key, value, DELIVERY_DELAY)) {
      delayMs = millis(value);
    } else if (is(key, value, IDEMPOTENCY_KEY)) {
      present = true;
      idempotencyKey(value);
    }
  }

  private void idempotencyKey(int value) {
    int from = EncodedMap.textFrom(b, value);
    int to = Types.end(b, value);
    boolean isString = from >= 0 && (b[value] & 0xF) == STRING;
    if (isString && to > from && to - from <= MAX_KEY_BYTES) {
      keyFrom = from;
      keyTo = to;
    } else {
      fault = Fault.IDEMPOTENCY_KEY;
    }
  }

  private boolean startsWith(int from, int to, byte[] prefix) {
    return from >= 0
        && to - from >= prefix.length
        && Arrays.equals(b, from, from + prefix.length, prefix, 0, prefix.length);
  }

  private boolean is(int from, int to, byte[] name) {
    return to - from == name.length && startsWith(from, to, name);
  }

  /** A moment or a span; what is before the beginning is now. */
  private long millis(int value) {
    present = true;
    try {
      return Math.max(0, EncodedMap.integer(b, value));
    } catch (FaultException wrongType) {
      fault = Fault.DELIVERY_TIME;
      return 0;
    }
  }

  /** Whether any of those that {@link #fault()} and the getters speak of is there. */
  boolean present() {
    return present;
  }

  /** Whether there are some that only the broker may write. */
  boolean reserved() {
    return reserved;
  }

  long deliverAtMs() {
    return deliverAtMs;
  }

  long delayMs() {
    return delayMs;
  }

  @Nullable String idempotencyKey() {
    return keyTo == keyFrom
        ? null
        : new String(b, keyFrom, keyTo - keyFrom, StandardCharsets.UTF_8);
  }

  @Nullable Fault fault() {
    return fault;
  }
}
