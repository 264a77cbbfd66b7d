package dev.holdfast.broker.selector;

import org.jspecify.annotations.Nullable;

/** The two languages that share one grammar: they differ in what names and literals mean. */
enum Dialect {
  /** JMS message selectors. */
  JMS {
    @Override
    @Nullable FieldSource source(String name) {
      return FieldNames.source(name);
    }

    @Override
    String unknownName() {
      return "no field has this name after 'amqp.'";
    }
  },
  /** The SQL filter of AMQP Filter Expressions 1.0, as far as the grammar agrees. */
  SECTIONS {
    @Override
    @Nullable FieldSource source(String name) {
      return SectionNames.source(name);
    }

    @Override
    String unknownName() {
      return "no field has this name: give header.FIELD, properties.FIELD,"
          + " message_annotations.KEY or application_properties.KEY";
    }
  };

  /** Where the value of a name comes from; null: the name cannot mean anything. */
  abstract @Nullable FieldSource source(String name);

  /** What is said of such a name. */
  abstract String unknownName();
}
