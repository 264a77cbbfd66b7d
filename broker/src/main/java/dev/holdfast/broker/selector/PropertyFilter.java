package dev.holdfast.broker.selector;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The property filters of AMQP Filter Expressions 1.0 (CSD 01): {@code amqp:properties-filter}
 * (0x173, §4.2.4) and {@code amqp:application-properties-filter} (0x174, §4.2.5). A message is
 * wanted when every field has its expected value (§4.1.1):
 *
 * <ul>
 *   <li>{@code null} fits every value, also none;
 *   <li>a number fits an equal number of any numeric type;
 *   <li>{@code &p:abc} fits strings and symbols that start with {@code abc}, {@code &s:abc} those
 *       that end with it; {@code &&abc} is {@code &abc} itself; any other {@code &} at the start is
 *       refused;
 *   <li>everything else fits what is equal to it.
 * </ul>
 *
 * <p>Expected values are {@link Boolean}, {@link Number}, {@link Character}, {@link CharSequence}
 * (string, symbol), {@link java.util.UUID}, {@link java.util.Date} (timestamp) and {@link
 * java.nio.ByteBuffer} (binary). Numbers of other classes than the JDK's are read by their {@code
 * toString}.
 */
public final class PropertyFilter implements MessageFilter {

  /** Fields in one filter. */
  public static final int MAX_FIELDS = 16;

  private final List<Field> fields;

  private PropertyFilter(List<Field> fields) {
    this.fields = fields;
  }

  /**
   * A filter on fields of the properties section, which have the names of the standard, such as
   * {@code message-id}.
   *
   * @throws SelectorException an unknown field, a value that the field cannot have, no or too many
   *     fields
   */
  public static PropertyFilter onProperties(Map<String, ? extends @Nullable Object> expected)
      throws SelectorException {
    checkSize(expected.size());
    List<Field> fields = new ArrayList<>();
    for (Map.Entry<String, ? extends @Nullable Object> entry : expected.entrySet()) {
      PropertyField field = PropertyField.named(entry.getKey());
      if (field == null) {
        throw SelectorException.filter("a field is not one of the properties section");
      }
      fields.add(new Field(message -> message.property(field), ExpectedValue.of(entry.getValue())));
    }
    return new PropertyFilter(List.copyOf(fields));
  }

  /**
   * A filter on application properties.
   *
   * @throws SelectorException a value that no application property can have, no or too many fields
   */
  public static PropertyFilter onApplicationProperties(
      Map<String, ? extends @Nullable Object> expected) throws SelectorException {
    checkSize(expected.size());
    List<Field> fields = new ArrayList<>();
    for (Map.Entry<String, ? extends @Nullable Object> entry : expected.entrySet()) {
      Text name = Text.of(entry.getKey());
      fields.add(
          new Field(
              message -> message.applicationProperty(name), ExpectedValue.of(entry.getValue())));
    }
    return new PropertyFilter(List.copyOf(fields));
  }

  private static void checkSize(int size) throws SelectorException {
    if (size == 0 || size > MAX_FIELDS) {
      throw SelectorException.filter("it has no fields or more than " + MAX_FIELDS);
    }
  }

  @Override
  public boolean matches(MessageFields message) {
    for (int i = 0; i < fields.size(); i++) {
      Field field = fields.get(i);
      if (!field.expected.fits(field.source.read(message))) {
        return false;
      }
    }
    return true;
  }

  private record Field(FieldSource source, ExpectedValue expected) {}
}
