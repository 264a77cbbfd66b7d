package dev.holdfast.broker.selector;

import dev.holdfast.broker.domain.Durability;
import dev.holdfast.storage.StoredMessage;
import org.jspecify.annotations.Nullable;

/**
 * The fields of a message in the form the broker keeps it: header fields apart, all sections from
 * the message annotations on as one run of bytes (part 3 §3.2). Sections are found when first asked
 * for, and one value is decoded at a time; the body is never looked into.
 *
 * <p>One instance serves one thread and any number of messages, one after the other.
 */
public final class StoredFields implements MessageFields {

  private static final int ANNOTATIONS = 0x72;
  private static final int PROPERTIES = 0x73;
  private static final int APPLICATION_PROPERTIES = 0x74;
  private static final Text[] SYMBOLS = {
    Text.of("amqp:message-annotations:map"),
    Text.of("amqp:properties:list"),
    Text.of("amqp:application-properties:map")
  };
  private static final int NO_SECTION = 0x100;
  private static final int ABSENT = -1;

  private boolean durable;
  private int priority;
  private long ttlMs;
  private long expiryMs;
  private int deliveryCount;
  private byte[] bytes = new byte[0];
  private boolean located;
  private int annotations;
  private int properties;
  private int applicationProperties;

  /** Turns to a message in the store. */
  public StoredFields of(StoredMessage message, int failedDeliveries) {
    boolean hasTtl = (message.flags() & StoredMessage.HAS_TTL) != 0;
    return of(
        Durability.told(message),
        message.priority(),
        hasTtl ? Integer.toUnsignedLong(message.ttlMs()) : -1,
        message.expiryMs(),
        failedDeliveries,
        message.body());
  }

  /**
   * Turns to a message.
   *
   * @param ttl header ttl in milliseconds, {@code -1} absent
   * @param expiry epoch milliseconds, {@code 0} never
   * @param failedDeliveries so far
   * @param sections from the message annotations on; must not change
   */
  public StoredFields of(
      boolean isDurable,
      byte headerPriority,
      long ttl,
      long expiry,
      int failedDeliveries,
      byte[] sections) {
    durable = isDurable;
    priority = headerPriority;
    ttlMs = ttl;
    expiryMs = expiry;
    deliveryCount = failedDeliveries;
    bytes = sections;
    located = false;
    return this;
  }

  /** Lets go of the message's bytes. */
  public void clear() {
    bytes = new byte[0];
    located = false;
  }

  @Override
  public boolean durable() {
    return durable;
  }

  @Override
  public int priority() {
    return priority;
  }

  @Override
  public long ttlMs() {
    return ttlMs;
  }

  @Override
  public long expiryMs() {
    return expiryMs;
  }

  @Override
  public int deliveryCount() {
    return deliveryCount;
  }

  @Override
  public @Nullable Object property(PropertyField field) {
    locate();
    int at = properties;
    if (at == ABSENT) {
      return null;
    }
    int code = bytes[at] & 0xFF;
    if (code != 0xC0 && code != 0xD0) {
      return null;
    }
    int limit = WireValue.end(bytes, at, bytes.length);
    boolean small = code == 0xC0;
    int p = at + (small ? 3 : 9);
    if (p > limit) {
      return null;
    }
    int count = small ? bytes[at + 2] & 0xFF : WireValue.int32(bytes, at + 5);
    if (field.index >= count) {
      return null;
    }
    for (int i = 0; i < field.index; i++) {
      p = WireValue.end(bytes, p, limit);
      if (p == WireValue.MALFORMED) {
        return null;
      }
    }
    int end = WireValue.end(bytes, p, limit);
    return end == WireValue.MALFORMED ? null : WireValue.read(bytes, p, end);
  }

  @Override
  public @Nullable Object applicationProperty(Text name) {
    locate();
    return entry(applicationProperties, name);
  }

  @Override
  public @Nullable Object annotation(Text key) {
    locate();
    return entry(annotations, key);
  }

  private void locate() {
    if (located) {
      return;
    }
    located = true;
    annotations = ABSENT;
    properties = ABSENT;
    applicationProperties = ABSENT;
    int p = 0;
    while (p < bytes.length && bytes[p] == 0) {
      int value = WireValue.end(bytes, p + 1, bytes.length);
      int end = value == WireValue.MALFORMED ? value : WireValue.end(bytes, value, bytes.length);
      if (end == WireValue.MALFORMED) {
        return;
      }
      int section = section(p, value);
      if (section > APPLICATION_PROPERTIES) {
        return;
      }
      switch (section) {
        case ANNOTATIONS -> annotations = value;
        case PROPERTIES -> properties = value;
        case APPLICATION_PROPERTIES -> applicationProperties = value;
        default -> {
          // The header sections, should somebody have left them on.
        }
      }
      p = end;
    }
  }

  /**
   * The code of the section at {@code p}, whose descriptor, number or symbol, ends at {@code to}.
   */
  private int section(int p, int to) {
    int code = bytes[p + 1] & 0xFF;
    if (code == 0x53) {
      return bytes[p + 2] & 0xFF;
    }
    if (code == 0x80) {
      long wide = WireValue.int64(bytes, p + 2);
      return wide >= 0 && wide <= 0xFF ? (int) wide : NO_SECTION;
    }
    for (int i = 0; i < SYMBOLS.length; i++) {
      if (WireValue.isText(bytes, p + 1, to, SYMBOLS[i])) {
        return ANNOTATIONS + i;
      }
    }
    return NO_SECTION;
  }

  private @Nullable Object entry(int at, Text key) {
    if (at == ABSENT) {
      return null;
    }
    int code = bytes[at] & 0xFF;
    if (code != 0xC1 && code != 0xD1) {
      return null;
    }
    int limit = WireValue.end(bytes, at, bytes.length);
    int p = at + (code == 0xC1 ? 3 : 9);
    while (p < limit) {
      int value = WireValue.end(bytes, p, limit);
      int end = value == WireValue.MALFORMED ? value : WireValue.end(bytes, value, limit);
      if (end == WireValue.MALFORMED) {
        return null;
      }
      if (WireValue.isText(bytes, p, value, key)) {
        return WireValue.read(bytes, value, end);
      }
      p = end;
    }
    return null;
  }
}
