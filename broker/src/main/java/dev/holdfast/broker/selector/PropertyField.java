package dev.holdfast.broker.selector;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** The fields of the properties section (part 3 §3.2.4), in the order of its list. */
public enum PropertyField {
  /** message-id: string, ulong, uuid or binary. */
  MESSAGE_ID(0),
  /** user-id: binary. */
  USER_ID(1),
  /** to: string. */
  TO(2),
  /** subject: string. */
  SUBJECT(3),
  /** reply-to: string. */
  REPLY_TO(4),
  /** correlation-id: string, ulong, uuid or binary. */
  CORRELATION_ID(5),
  /** content-type: symbol. */
  CONTENT_TYPE(6),
  /** content-encoding: symbol. */
  CONTENT_ENCODING(7),
  /** absolute-expiry-time: timestamp. */
  ABSOLUTE_EXPIRY_TIME(8),
  /** creation-time: timestamp. */
  CREATION_TIME(9),
  /** group-id: string. */
  GROUP_ID(10),
  /** group-sequence: uint. */
  GROUP_SEQUENCE(11),
  /** reply-to-group-id: string. */
  REPLY_TO_GROUP_ID(12);

  /** Its place in the list, from 0. */
  final int index;

  PropertyField(int index) {
    this.index = index;
  }

  /** The name in the standard, such as {@code message-id}. */
  public String amqpName() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /** The field with this name in the standard, null when there is none. */
  static @Nullable PropertyField named(String amqpName) {
    for (PropertyField field : values()) {
      if (field.amqpName().equals(amqpName)) {
        return field;
      }
    }
    return null;
  }
}
