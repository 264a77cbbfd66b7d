package dev.holdfast.broker.selector;

import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * What names in selectors mean: JMS headers and JMSX properties as Qpid JMS writes them, {@code
 * amqp.FIELD} as Qpid's C++ and Python clients do (the field's name with underscores), {@code
 * m.KEY} for message annotations as in Artemis; everything else is an application property.
 */
final class FieldNames {

  private static final String AMQP = "amqp.";
  private static final String ANNOTATION = "m.";
  private static final Text PERSISTENT = Text.of("PERSISTENT");
  private static final Text NON_PERSISTENT = Text.of("NON_PERSISTENT");
  private static final Map<String, FieldSource> JMS = jms();
  private static final Map<String, FieldSource> FIELDS = fields();

  private FieldNames() {}

  /** Where the name's value comes from; null for a name under {@code amqp.} that is no field. */
  static @Nullable FieldSource source(String name) {
    if (name.startsWith(AMQP)) {
      return field(name.substring(AMQP.length()));
    }
    FieldSource header = JMS.get(name);
    if (header != null) {
      return header;
    }
    if (name.startsWith(ANNOTATION)) {
      return annotation(name.substring(ANNOTATION.length()));
    }
    return applicationProperty(name);
  }

  /** The application property with this name. */
  static FieldSource applicationProperty(String name) {
    Text key = Text.of(name);
    return message -> comparable(message.applicationProperty(key));
  }

  /** A field of header or properties, with underscores; null when there is none. */
  static @Nullable FieldSource field(String name) {
    return FIELDS.get(name);
  }

  private static Map<String, FieldSource> jms() {
    Map<String, FieldSource> names = new HashMap<>();
    names.put("JMSMessageID", JmsId::messageId);
    names.put("JMSCorrelationID", JmsId::correlationId);
    names.put("JMSTimestamp", property(PropertyField.CREATION_TIME));
    names.put("JMSType", property(PropertyField.SUBJECT));
    names.put("JMSPriority", message -> (long) message.priority());
    names.put("JMSDeliveryMode", FieldNames::deliveryMode);
    names.put("JMSDestination", property(PropertyField.TO));
    names.put("JMSReplyTo", property(PropertyField.REPLY_TO));
    names.put("JMSExpiration", MessageFields::expiryMs);
    names.put("JMSRedelivered", message -> message.deliveryCount() > 0);
    names.put("JMSDeliveryTime", annotation("x-opt-delivery-time"));
    names.put("JMSXDeliveryCount", message -> message.deliveryCount() + 1L);
    names.put("JMSXGroupID", property(PropertyField.GROUP_ID));
    names.put("JMSXGroupSeq", property(PropertyField.GROUP_SEQUENCE));
    names.put("JMSXUserID", FieldNames::userId);
    names.put("JMS_AMQP_TTL", FieldNames::ttl);
    names.put("JMS_AMQP_REPLY_TO_GROUP_ID", property(PropertyField.REPLY_TO_GROUP_ID));
    return Map.copyOf(names);
  }

  private static Map<String, FieldSource> fields() {
    Map<String, FieldSource> names = new HashMap<>();
    for (PropertyField field : PropertyField.values()) {
      names.put(field.amqpName().replace('-', '_'), property(field));
    }
    names.put("user_id", FieldNames::userId);
    names.put("durable", MessageFields::durable);
    names.put("priority", message -> (long) message.priority());
    names.put("ttl", FieldNames::ttl);
    names.put("delivery_count", message -> (long) message.deliveryCount());
    names.put("delivery_mode", FieldNames::deliveryMode);
    names.put("redelivered", message -> message.deliveryCount() > 0);
    return Map.copyOf(names);
  }

  private static FieldSource property(PropertyField field) {
    return message -> comparable(message.property(field));
  }

  /** The message annotation with this key. */
  static FieldSource annotation(String name) {
    Text key = Text.of(name);
    return message -> comparable(message.annotation(key));
  }

  private static Text deliveryMode(MessageFields message) {
    return message.durable() ? PERSISTENT : NON_PERSISTENT;
  }

  private static @Nullable Object ttl(MessageFields message) {
    return message.ttlMs() < 0 ? null : (Object) message.ttlMs();
  }

  private static @Nullable Object userId(MessageFields message) {
    Object id = message.property(PropertyField.USER_ID);
    if (id instanceof ByteBuffer name && name.hasArray()) {
      int from = name.arrayOffset() + name.position();
      return new Text(name.array(), from, from + name.remaining());
    }
    return id;
  }

  /** Selectors have no literals of type uuid: it is compared by its usual text. */
  private static @Nullable Object comparable(@Nullable Object value) {
    return value instanceof UUID ? Text.of(value.toString()) : value;
  }
}
