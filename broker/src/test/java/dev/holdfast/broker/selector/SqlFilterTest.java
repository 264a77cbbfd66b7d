package dev.holdfast.broker.selector;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import java.util.UUID;
import org.apache.qpid.proton.amqp.Symbol;
import org.apache.qpid.proton.amqp.messaging.MessageAnnotations;
import org.apache.qpid.proton.amqp.messaging.Properties;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The SQL filter of AMQP Filter Expressions 1.0: names have sections. */
class SqlFilterTest {

  private static final StoredFields MESSAGE = message();

  private static StoredFields message() {
    Properties properties = new Properties();
    properties.setMessageId(UUID.fromString("00000000-0000-0001-0000-000000000002"));
    properties.setSubject("created");
    properties.setTo("orders");
    byte[] sections =
        Sections.encode(
            new MessageAnnotations(Map.of(Symbol.getSymbol("place"), "here")),
            properties,
            Sections.application("region", "north", "weight", 2500, "a.b", 1, "JMSType", "own"));
    return new StoredFields().of(true, (byte) 7, 60_000, 0, 2, sections);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "header.priority = 7 AND header.durable",
        "h.ttl = 60000 AND H.delivery_count = 2",
        "properties.subject = 'created'",
        "p.subject LIKE 'cr%' AND PROPERTIES.to = 'orders'",
        "p.message_id = '00000000-0000-0001-0000-000000000002'",
        "properties.reply_to IS NULL",
        "application_properties.region = 'north' AND a.weight > 2000",
        "region IN ('north', \"south\")",
        "p.subject = \"created\"",
        "region = 'north' AND weight = 02500",
        "application_properties.a.b = 1",
        "message_annotations.place = 'here' AND m.x IS NULL",
        // What JMS gives a meaning is an application property here.
        "JMSType = 'own'",
      })
  void sectionsAndFieldsHaveTheirNames(String filter) throws SelectorException {
    assertThat(Selector.parseSql(filter).matches(MESSAGE)).isTrue();
  }

  @Test
  void aTextInDoubleQuotesIsNoName() throws SelectorException {
    assertThat(Selector.parseSql("region = \"region\"").matches(MESSAGE)).isFalse();
    assertThat(Selector.parse("region = \"region\"").matches(MESSAGE)).isTrue();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "header.colour = 1|1",
        "h.first_acquirer|1",
        "weight = 1 AND p.message-id = 1|16",
        "p.message_idd = 'x'|1",
        "footer.sum = 1|1",
        "d.x = 1|1",
        "amqp.subject = 'created'|1",
        "weight = 0x10|10",
        "weight = 10L|10",
        "weight = 1.5f|10",
        "weight % 2 = 0|8",
        "EXISTS(region)|7",
        "weight != 5|8",
        "UTC() > 5|4",
        "[region] = 'north'|1",
        "weight IN (1, 2)|12",
        "region > 'a'|8",
        "region = NULL|10",
      })
  void whatIsNotOfferedIsRefusedWithItsPlace(String filter, int place) {
    assertThatThrownBy(() -> Selector.parseSql(filter))
        .isInstanceOfSatisfying(
            SelectorException.class, e -> assertThat(e.position()).isEqualTo(place));
  }

  @Test
  void theCanonicalFormIsAnEqualFilter() throws SelectorException {
    Selector filter = Selector.parseSql("p.subject  =  \"created\" and  weight>5");
    assertThat(filter.canonical()).isEqualTo("p.subject = \"created\" AND weight > 5");
    assertThat(Selector.parseSql(filter.canonical())).isEqualTo(filter);
  }
}
