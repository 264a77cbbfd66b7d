package dev.holdfast.broker.amqp;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The delivery that is arriving on one link: its first transfer's fields and the payloads of the
 * transfers so far, joined once at the end. Event-loop thread.
 */
final class Incoming {

  private final List<byte[]> parts = new ArrayList<>();
  private boolean active;
  private int deliveryId;
  private int messageFormat;
  private boolean settled;
  private long bytes;

  boolean isActive() {
    return active;
  }

  int deliveryId() {
    return deliveryId;
  }

  int messageFormat() {
    return messageFormat;
  }

  boolean isSettled() {
    return settled;
  }

  long bytes() {
    return bytes;
  }

  void begin(int id, int format) {
    active = true;
    deliveryId = id;
    messageFormat = format;
    settled = false;
  }

  /** Settled once said so in any of its transfers (part 2 §2.7.5). */
  void settle(int flag) {
    settled |= flag == 1;
  }

  void append(byte[] b, int from, int to) {
    parts.add(Arrays.copyOfRange(b, from, to));
    bytes += to - from;
  }

  /** All parts and the last one, in one array. */
  byte[] join(byte[] b, int from, int to) {
    byte[] whole = new byte[Math.toIntExact(bytes + (to - from))];
    int at = 0;
    for (byte[] part : parts) {
      System.arraycopy(part, 0, whole, at, part.length);
      at += part.length;
    }
    System.arraycopy(b, from, whole, at, to - from);
    return whole;
  }

  void reset() {
    parts.clear();
    bytes = 0;
    active = false;
  }
}
