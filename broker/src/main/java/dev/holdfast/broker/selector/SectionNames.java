package dev.holdfast.broker.selector;

import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What names in an SQL filter of AMQP Filter Expressions 1.0 mean: a section, in full or as its
 * first letter, and a field or key of it. A name without a section is an application property. The
 * sections that do not outlive a hop or lie behind the body, and fields that the broker does not
 * keep, have no names.
 */
final class SectionNames {

  private static final Set<String> HEADER = Set.of("durable", "priority", "ttl", "delivery_count");

  private SectionNames() {}

  /** Where the name's value comes from; null: there is no such section or field. */
  static @Nullable FieldSource source(String name) {
    int dot = name.indexOf('.');
    if (dot < 0) {
      return FieldNames.applicationProperty(name);
    }
    String field = name.substring(dot + 1);
    return switch (name.substring(0, dot).toLowerCase(Locale.ROOT)) {
      case "header", "h" -> HEADER.contains(field) ? FieldNames.field(field) : null;
      case "properties", "p" -> property(field);
      case "message_annotations", "m" -> FieldNames.annotation(field);
      case "application_properties", "a" -> FieldNames.applicationProperty(field);
      default -> null;
    };
  }

  private static @Nullable FieldSource property(String field) {
    boolean known = PropertyField.named(field.replace('_', '-')) != null;
    return known && field.indexOf('-') < 0 ? FieldNames.field(field) : null;
  }
}
