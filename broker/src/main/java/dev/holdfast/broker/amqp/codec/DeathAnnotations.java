package dev.holdfast.broker.amqp.codec;

import dev.holdfast.broker.domain.MessageAttributes;
import dev.holdfast.deadletter.DeadLetterReason;
import dev.holdfast.deadletter.DeathRecord;
import dev.holdfast.storage.StoredMessage;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * The message annotations that tell why a message is (or was) a dead letter: ours, and those under
 * the names that other brokers made usual, with the values that they have there. The table is in
 * docs/dead-letters.md. Any thread.
 */
public final class DeathAnnotations {
  private static final byte[] NONE = {};
  private static final int SYMBOL8 = 0xA3;
  private static final int SYMBOL32 = 0xB3;
  private static final int STRING8 = 0xA1;
  private static final int STRING32 = 0xB1;
  private static final int INT = 0x71;
  private static final int LONG = 0x81;
  private static final int ULONG = 0x80;
  private static final int TIMESTAMP = 0x83;
  private static final int MAP32 = 0xD1;
  private static final int ARRAY32 = 0xF0;

  private final ByteArrayOutputStream out = new ByteArrayOutputStream(512);
  private int count;

  private DeathAnnotations() {}

  /** The annotations as an AMQP map; no bytes when the message was never a dead letter. */
  public static byte[] of(StoredMessage message) {
    return message.attributes().length == 0
        ? NONE
        : MessageAttributes.death(message.attributes()).map(DeathAnnotations::of).orElse(NONE);
  }

  static byte[] of(DeathRecord death) {
    DeathAnnotations map = new DeathAnnotations();
    map.ours(death);
    map.rabbit(death);
    map.artemis(death);
    map.string("x-opt-deadletter-source", death.origin().node());
    return map.map();
  }

  private void ours(DeathRecord death) {
    symbol("x-opt-hf-reason", death.reason().code());
    string("x-opt-hf-description", death.description());
    string("x-opt-hf-condition", death.condition());
    string("x-opt-hf-origin", death.origin().node());
    number("x-opt-hf-origin-sequence", LONG, death.origin().sequence());
    number("x-opt-hf-origin-time", TIMESTAMP, death.origin().enqueuedMs());
    key("x-opt-hf-failures");
    integer(death.failures().count());
    moment("x-opt-hf-first-failure", death.failures().firstMs());
    moment("x-opt-hf-last-failure", death.failures().lastMs());
    string("x-opt-hf-consumer", death.failures().consumer());
    moment("x-opt-hf-time", death.diedMs());
    key("x-opt-hf-hops");
    integer(death.hops());
  }

  private void rabbit(DeathRecord death) {
    string("x-first-death-queue", death.first().node());
    string("x-first-death-reason", rabbitReason(death.first().reason()));
    string("x-last-death-queue", death.origin().node());
    string("x-last-death-reason", rabbitReason(death.reason()));
    DeathAnnotations entry = new DeathAnnotations();
    entry.string("queue", death.origin().node());
    entry.symbol("reason", rabbitReason(death.reason()));
    entry.number("count", ULONG, death.hops());
    entry.moment("first-time", death.first().diedMs());
    entry.moment("last-time", death.diedMs());
    key("x-opt-deaths");
    arrayOf(entry);
  }

  private void artemis(DeathRecord death) {
    string("x-opt-ORIG-ADDRESS", death.origin().node());
    string("x-opt-ORIG-QUEUE", death.origin().node());
    number("x-opt-ORIG-MESSAGE-ID", LONG, death.origin().sequence());
    if (death.reason() == DeadLetterReason.EXPIRED) {
      number("x-opt-ACTUAL-EXPIRY", LONG, death.diedMs());
    }
  }

  private static String rabbitReason(DeadLetterReason reason) {
    return switch (reason) {
      case MAX_DELIVERIES -> "delivery_limit";
      case OVERFLOW -> "maxlen";
      case REJECTED, EXPIRED, NO_ROUTE, HOP_LIMIT, UNREADABLE -> reason.code();
    };
  }

  private void key(String name) {
    text(SYMBOL8, SYMBOL32, name);
    count += 2;
  }

  private void symbol(String name, String value) {
    key(name);
    text(SYMBOL8, SYMBOL32, value);
  }

  /** Left out when empty. */
  private void string(String name, String value) {
    if (!value.isEmpty()) {
      key(name);
      text(STRING8, STRING32, value);
    }
  }

  /** Left out when there was none. */
  private void moment(String name, long epochMs) {
    if (epochMs != 0) {
      number(name, TIMESTAMP, epochMs);
    }
  }

  private void number(String name, int constructor, long value) {
    key(name);
    out.write(constructor);
    out.writeBytes(ByteBuffer.allocate(8).putLong(value).array());
  }

  private void integer(int value) {
    out.write(INT);
    out.writeBytes(ByteBuffer.allocate(4).putInt(value).array());
  }

  private void text(int shortForm, int longForm, String value) {
    byte[] bytes = value.getBytes(StandardCharsets.UTF_8);
    if (bytes.length <= 0xFF) {
      out.write(shortForm);
      out.write(bytes.length);
    } else {
      out.write(longForm);
      out.writeBytes(ByteBuffer.allocate(4).putInt(bytes.length).array());
    }
    out.writeBytes(bytes);
  }

  /** An array of one map. */
  private void arrayOf(DeathAnnotations entry) {
    byte[] body = entry.mapBody();
    out.write(ARRAY32);
    out.writeBytes(
        ByteBuffer.allocate(9).putInt(5 + body.length).putInt(1).put((byte) MAP32).array());
    out.writeBytes(body);
  }

  private byte[] mapBody() {
    return ByteBuffer.allocate(8 + out.size())
        .putInt(4 + out.size())
        .putInt(count)
        .put(out.toByteArray())
        .array();
  }

  private byte[] map() {
    byte[] body = mapBody();
    return ByteBuffer.allocate(1 + body.length).put((byte) MAP32).put(body).array();
  }
}
