package dev.holdfast.broker.amqp.json;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import org.apache.qpid.proton.amqp.messaging.AmqpSequence;
import org.apache.qpid.proton.amqp.messaging.AmqpValue;
import org.apache.qpid.proton.amqp.messaging.ApplicationProperties;
import org.apache.qpid.proton.amqp.messaging.Data;
import org.apache.qpid.proton.amqp.messaging.Footer;
import org.apache.qpid.proton.amqp.messaging.MessageAnnotations;
import org.apache.qpid.proton.amqp.messaging.Properties;
import org.apache.qpid.proton.amqp.messaging.Section;
import org.jspecify.annotations.Nullable;

/** Changes parts of an encoded message and keeps the rest. Any thread; static. */
public final class MessageEdit {

  private MessageEdit() {}

  /**
   * The message with other parts.
   *
   * @param sections as stored
   * @param body as {@link NewMessageJson#encode} has it; null: as it is
   * @param properties those that change, by name; null: none does
   * @param applicationProperties all there are from now on; null: as they are
   * @throws IllegalArgumentException naming the field that is wrong
   */
  public static byte[] apply(
      byte[] sections,
      @Nullable JsonNode body,
      @Nullable JsonNode properties,
      @Nullable JsonNode applicationProperties) {
    AmqpCodec codec = new AmqpCodec();
    List<Section> old = codec.sections(sections);
    if (old == null) {
      throw new IllegalArgumentException("the stored bytes are no AMQP message: send sections");
    }
    List<Section> edited = new ArrayList<>(of(old, MessageAnnotations.class));
    edited.addAll(properties(of(old, Properties.class), properties));
    edited.addAll(
        applicationProperties == null
            ? of(old, ApplicationProperties.class)
            : List.of(NewMessageJson.applicationProperties(applicationProperties)));
    int size = sections.length;
    if (body == null) {
      edited.addAll(of(old, Data.class));
      edited.addAll(of(old, AmqpSequence.class));
      edited.addAll(of(old, AmqpValue.class));
      edited.addAll(of(old, Footer.class));
    } else {
      // A footer speaks of the body that it was made for.
      size += NewMessageJson.body(body, edited);
    }
    return codec.bytes(edited, size);
  }

  private static List<Section> properties(List<Section> old, @Nullable JsonNode changes) {
    if (changes == null) {
      return old;
    }
    Properties properties =
        !old.isEmpty() && old.get(0) instanceof Properties present ? present : new Properties();
    return List.of(NewMessageJson.properties(properties, changes));
  }

  private static List<Section> of(List<Section> sections, Class<? extends Section> type) {
    return sections.stream().filter(type::isInstance).toList();
  }
}
