package dev.holdfast.broker.selector;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Date;
import java.util.UUID;
import org.apache.qpid.proton.amqp.Binary;
import org.apache.qpid.proton.amqp.Symbol;
import org.apache.qpid.proton.amqp.UnsignedInteger;
import org.apache.qpid.proton.amqp.UnsignedLong;
import org.apache.qpid.proton.amqp.messaging.Properties;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What names mean, on messages as they are stored. */
class FieldNamesTest {

  private static Properties full() {
    Properties properties = new Properties();
    properties.setMessageId("ID:order-1");
    properties.setUserId(new Binary("alice".getBytes(StandardCharsets.UTF_8)));
    properties.setTo("orders");
    properties.setSubject("created");
    properties.setReplyTo("answers");
    properties.setCorrelationId("basket");
    properties.setContentType(Symbol.getSymbol("text/plain"));
    properties.setContentEncoding(Symbol.getSymbol("gzip"));
    properties.setAbsoluteExpiryTime(new Date(2_000));
    properties.setCreationTime(new Date(1_000));
    properties.setGroupId("g");
    properties.setGroupSequence(UnsignedInteger.valueOf(3));
    properties.setReplyToGroupId("rg");
    return properties;
  }

  private static StoredFields message() {
    byte[] sections =
        Sections.encode(
            Sections.annotations("x-opt-delivery-time", 5_000L, "x-opt-shard", (byte) 2),
            full(),
            Sections.application(
                "JMSXAppID", "app", "JMS_vendor", 1, "m", 1, "subject", "mine", "JMSPriority", 9));
    return new StoredFields().of(false, (byte) 6, 30_000, 2_000, 1, sections);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "JMSMessageID = 'ID:order-1'",
        "JMSCorrelationID = 'basket'",
        "JMSTimestamp = 1000",
        "JMSType = 'created'",
        "JMSPriority = 6",
        "JMSDeliveryMode = 'NON_PERSISTENT'",
        "JMSDestination = 'orders'",
        "JMSReplyTo = 'answers'",
        "JMSExpiration = 2000",
        "JMSRedelivered",
        "JMSDeliveryTime = 5000",
        "JMSXDeliveryCount = 2",
        "JMSXGroupID = 'g'",
        "JMSXGroupSeq = 3",
        "JMSXUserID = 'alice'",
        "JMS_AMQP_TTL = 30000",
        "JMS_AMQP_REPLY_TO_GROUP_ID = 'rg'",
        // What is no header of these is an application property, whatever it is called.
        "JMSXAppID = 'app'",
        "JMS_vendor = 1",
        "JMSXProducerTXID IS NULL",
        "subject = 'mine'",
        "m = 1",
        "\"JMSType\" = 'created'",
        "amqp.message_id = 'ID:order-1'",
        "amqp.user_id = 'alice'",
        "amqp.to = 'orders'",
        "amqp.subject = 'created'",
        "amqp.reply_to = 'answers'",
        "amqp.correlation_id = 'basket'",
        "amqp.content_type = 'text/plain'",
        "amqp.content_encoding = 'gzip'",
        "amqp.absolute_expiry_time = 2000",
        "amqp.creation_time = 1000",
        "amqp.group_id = 'g'",
        "amqp.group_sequence = 3",
        "amqp.reply_to_group_id = 'rg'",
        "amqp.priority = 6",
        "amqp.durable = FALSE",
        "NOT amqp.durable",
        "amqp.delivery_mode = 'NON_PERSISTENT'",
        "amqp.ttl = 30000",
        "amqp.delivery_count = 1",
        "amqp.redelivered",
        "\"amqp.subject\" = 'created'",
        "\"m.x-opt-shard\" = 2",
        "m.unknown IS NULL",
      })
  void namesMeanWhatTheyAreKnownFor(String selector) {
    assertThat(Outcome.of(selector, message())).isEqualTo(Outcome.TRUE);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "JMSMessageID",
        "JMSCorrelationID",
        "JMSTimestamp",
        "JMSType",
        "JMSDestination",
        "JMSReplyTo",
        "JMSDeliveryTime",
        "JMSXGroupID",
        "JMSXGroupSeq",
        "JMSXUserID",
        "JMS_AMQP_TTL",
        "amqp.message_id",
        "amqp.user_id",
        "amqp.absolute_expiry_time",
        "amqp.ttl",
        "anything",
      })
  void whatIsNotThereIsNull(String name) {
    assertThat(Outcome.of(name + " IS NULL", Sections.fields(new byte[0]))).isEqualTo(Outcome.TRUE);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "JMSPriority = 4",
        "JMSDeliveryMode = 'PERSISTENT'",
        "JMSExpiration = 0",
        "JMSRedelivered = FALSE",
        "JMSXDeliveryCount = 1",
        "amqp.durable",
      })
  void theRestHasItsDefault(String selector) {
    assertThat(Outcome.of(selector, Sections.fields(new byte[0]))).isEqualTo(Outcome.TRUE);
  }

  private static void identified(Object id, String jmsMessageId, String jmsCorrelationId) {
    Properties properties = new Properties();
    properties.setMessageId(id);
    properties.setCorrelationId(id);
    StoredFields fields = Sections.fields(Sections.encode(properties));

    assertThat(Outcome.of("JMSMessageID = '" + jmsMessageId + "'", fields)).isEqualTo(Outcome.TRUE);
    assertThat(Outcome.of("JMSCorrelationID = '" + jmsCorrelationId + "'", fields))
        .isEqualTo(Outcome.TRUE);
  }

  @Test
  void idsLookAsQpidJmsShowsThem() {
    identified("ID:a", "ID:a", "ID:a");
    identified("a", "ID:AMQP_NO_PREFIX:a", "a");
    identified("", "ID:AMQP_NO_PREFIX:", "");
    identified("ID:AMQP_UUID:a", "ID:AMQP_STRING:ID:AMQP_UUID:a", "ID:AMQP_STRING:ID:AMQP_UUID:a");
    identified(
        "ID:AMQP_STRING:a", "ID:AMQP_STRING:ID:AMQP_STRING:a", "ID:AMQP_STRING:ID:AMQP_STRING:a");
    identified("ID:AMQP_a", "ID:AMQP_a", "ID:AMQP_a");
    UUID uuid = UUID.fromString("00000000-0000-0001-0000-00000000000a");
    identified(uuid, "ID:AMQP_UUID:" + uuid, "ID:AMQP_UUID:" + uuid);
    identified(UnsignedLong.valueOf(7), "ID:AMQP_ULONG:7", "ID:AMQP_ULONG:7");
    identified(
        UnsignedLong.valueOf(-1),
        "ID:AMQP_ULONG:18446744073709551615",
        "ID:AMQP_ULONG:18446744073709551615");
    identified(
        new Binary(new byte[] {0, (byte) 0xAB}), "ID:AMQP_BINARY:00AB", "ID:AMQP_BINARY:00AB");
  }

  @Test
  void idsOfOtherTypesAreUnderTheirOwnName() {
    Properties properties = new Properties();
    properties.setMessageId(UnsignedLong.valueOf(7));
    properties.setCorrelationId(UUID.fromString("00000000-0000-0001-0000-00000000000a"));
    StoredFields fields = Sections.fields(Sections.encode(properties));

    assertThat(Outcome.of("amqp.message_id = 7", fields)).isEqualTo(Outcome.TRUE);
    assertThat(Outcome.of("amqp.correlation_id = '00000000-0000-0001-0000-00000000000a'", fields))
        .isEqualTo(Outcome.TRUE);
  }
}
