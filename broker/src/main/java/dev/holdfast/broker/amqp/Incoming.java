package dev.holdfast.broker.amqp;

import dev.holdfast.broker.amqp.codec.Transfer;
import dev.holdfast.broker.domain.OwnerCommand;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

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
  private long transaction;

  /** Of a delivery that has more than one transfer. */
  private byte[] tag = {};

  private long bytes;

  /** What is not kept here any more: it goes to the domain as it comes. */
  private long streamed;

  private @Nullable Streaming streaming;
  private boolean whole;

  /** All that has come of it. */
  long total() {
    return bytes + streamed;
  }

  @Nullable Streaming streaming() {
    return streaming;
  }

  /** Whether it has to be here whole before anything can be done with it. */
  boolean isWhole() {
    return whole;
  }

  void keepWhole() {
    whole = true;
  }

  /** From now on it goes to the domain as it comes. */
  void stream(Streaming way) {
    streaming = way;
    streamed = bytes;
    parts.clear();
    bytes = 0;
  }

  /** More of it has gone to the domain. */
  void streamed(int more) {
    streamed += more;
  }

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

  void begin(Transfer t) {
    active = true;
    deliveryId = (int) t.deliveryId;
    messageFormat = (int) Math.max(0, t.messageFormat);
    settled = false;
    transaction = OwnerCommand.NO_TRANSACTION;
  }

  /**
   * Whether a transfer can be the next one of this delivery: what it repeats has to be the same.
   */
  boolean continuesWith(Transfer t, byte[] b) {
    boolean sameFormat = t.messageFormat < 0 || (int) t.messageFormat == messageFormat;
    return sameFormat
        && (t.tagBytes < 0
            || Arrays.equals(b, t.tagFrom, t.tagFrom + t.tagBytes, tag, 0, tag.length));
  }

  /** The transaction that the message is posted in, {@code NO_TRANSACTION} for none. */
  long transaction() {
    return transaction;
  }

  void within(long id) {
    transaction = id;
  }

  /** Settled once said so in any of its transfers (part 2 §2.7.5). */
  void settle(int flag) {
    settled |= flag == 1;
  }

  /** A transfer that is not the last one; the payload ends at {@code to}. */
  void append(Transfer t, byte[] b, int to) {
    if (parts.isEmpty()) {
      tag = Arrays.copyOfRange(b, t.tagFrom, t.tagFrom + t.tagBytes);
    }
    parts.add(Arrays.copyOfRange(b, t.payloadFrom, to));
    bytes += to - t.payloadFrom;
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
    streamed = 0;
    streaming = null;
    whole = false;
    active = false;
  }
}
