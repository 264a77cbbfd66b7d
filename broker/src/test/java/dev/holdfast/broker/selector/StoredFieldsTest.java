package dev.holdfast.broker.selector;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.storage.StoredMessage;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import org.apache.qpid.proton.amqp.Binary;
import org.apache.qpid.proton.amqp.Decimal32;
import org.apache.qpid.proton.amqp.DescribedType;
import org.apache.qpid.proton.amqp.Symbol;
import org.apache.qpid.proton.amqp.UnsignedByte;
import org.apache.qpid.proton.amqp.UnsignedInteger;
import org.apache.qpid.proton.amqp.UnsignedLong;
import org.apache.qpid.proton.amqp.UnsignedShort;
import org.apache.qpid.proton.amqp.messaging.AmqpValue;
import org.apache.qpid.proton.amqp.messaging.ApplicationProperties;
import org.apache.qpid.proton.amqp.messaging.Data;
import org.apache.qpid.proton.amqp.messaging.Footer;
import org.apache.qpid.proton.amqp.messaging.Properties;
import org.junit.jupiter.api.Test;

class StoredFieldsTest {

  private static Object application(StoredFields fields, String name) {
    return fields.applicationProperty(Text.of(name));
  }

  private static Object decoded(Object value) {
    return application(Sections.fields(Sections.encode(Sections.application("k", value))), "k");
  }

  @Test
  void everyPrimitiveTypeIsRead() {
    assertThat(decoded(null)).isNull();
    assertThat(decoded(true)).isEqualTo(true);
    assertThat(decoded(false)).isEqualTo(false);
    for (long value : new long[] {0, 1, 127, 128, 255}) {
      assertThat(decoded(UnsignedByte.valueOf((byte) value))).isEqualTo(value);
      assertThat(decoded(UnsignedInteger.valueOf(value))).isEqualTo(value);
      assertThat(decoded(UnsignedLong.valueOf(value))).isEqualTo(value);
    }
    assertThat(decoded(UnsignedShort.valueOf((short) -1))).isEqualTo(65_535L);
    assertThat(decoded(UnsignedInteger.valueOf(-1))).isEqualTo(4_294_967_295L);
    assertThat(decoded(UnsignedLong.valueOf(Long.MAX_VALUE))).isEqualTo(Long.MAX_VALUE);
    assertThat(decoded(UnsignedLong.valueOf(-1))).isEqualTo(new BigInteger("18446744073709551615"));
    for (long value : new long[] {0, 1, -1, 127, -128}) {
      assertThat(decoded((byte) value)).isEqualTo(value);
      assertThat(decoded((short) value)).isEqualTo(value);
      assertThat(decoded((int) value)).isEqualTo(value);
      assertThat(decoded(value)).isEqualTo(value);
    }
    assertThat(decoded(Short.MIN_VALUE)).isEqualTo(-32_768L);
    assertThat(decoded((short) 0x1FE)).isEqualTo(0x1FEL);
    assertThat(decoded(Integer.MIN_VALUE)).isEqualTo((long) Integer.MIN_VALUE);
    assertThat(decoded(Long.MIN_VALUE)).isEqualTo(Long.MIN_VALUE);
    assertThat(decoded(1.5f)).isEqualTo(1.5);
    assertThat(decoded(-1e300)).isEqualTo(-1e300);
    assertThat(decoded(new Date(1_234_567_890_123L))).isEqualTo(1_234_567_890_123L);
    assertThat(decoded('é')).isEqualTo(Text.of("é"));
    assertThat(decoded("north")).isEqualTo(Text.of("north"));
    assertThat(decoded("")).isEqualTo(Text.of(""));
    assertThat(decoded("é".repeat(200))).isEqualTo(Text.of("é".repeat(200)));
    assertThat(decoded(Symbol.getSymbol("north"))).isEqualTo(Text.of("north"));
    assertThat(decoded(Symbol.getSymbol("n".repeat(300)))).isEqualTo(Text.of("n".repeat(300)));
    assertThat(decoded(new Binary(new byte[] {1, 2})))
        .isEqualTo(ByteBuffer.wrap(new byte[] {1, 2}));
    assertThat(decoded(new Binary(new byte[300]))).isEqualTo(ByteBuffer.allocate(300));
    UUID uuid = UUID.randomUUID();
    assertThat(decoded(uuid)).isEqualTo(uuid);
    assertThat(decoded(new Decimal32(1))).isEqualTo(Incomparable.VALUE);
    assertThat(decoded(List.of(1, "a"))).isEqualTo(Incomparable.VALUE);
    assertThat(decoded(Map.of("a", 1))).isEqualTo(Incomparable.VALUE);
    assertThat(decoded(new Integer[] {1, 2})).isEqualTo(Incomparable.VALUE);
  }

  @Test
  void whatFollowsAValueOfAnyTypeIsFound() {
    Object[] values = {
      null,
      true,
      (byte) 1,
      (short) 1,
      1,
      1L,
      1_000,
      1f,
      1d,
      'a',
      "a",
      "a".repeat(300),
      new Binary(new byte[300]),
      Symbol.getSymbol("a"),
      new Date(1),
      UUID.randomUUID(),
      List.of(List.of(1), 2),
      Map.of("k", "inner"),
      new Integer[] {1, 2},
      new Decimal32(1),
      UnsignedByte.valueOf((byte) 1),
      UnsignedShort.valueOf((short) 1),
      UnsignedLong.valueOf(1)
    };
    for (Object value : values) {
      StoredFields fields =
          Sections.fields(Sections.encode(Sections.application("v", value, "last", "found")));

      assertThat(application(fields, "last")).as("after %s", value).isEqualTo(Text.of("found"));
      assertThat(application(fields, "k")).isNull();
    }
  }

  @Test
  void everyPropertyIsInItsPlace() {
    Properties properties = new Properties();
    properties.setMessageId(UnsignedLong.valueOf(7));
    properties.setUserId(new Binary(new byte[] {9}));
    properties.setTo("to");
    properties.setSubject("subject");
    properties.setReplyTo("reply");
    properties.setCorrelationId("correlation");
    properties.setContentType(Symbol.getSymbol("type"));
    properties.setContentEncoding(Symbol.getSymbol("encoding"));
    properties.setAbsoluteExpiryTime(new Date(10));
    properties.setCreationTime(new Date(11));
    properties.setGroupId("group");
    properties.setGroupSequence(UnsignedInteger.valueOf(12));
    properties.setReplyToGroupId("replies");
    StoredFields fields = Sections.fields(Sections.encode(properties));

    Object[] expected = {
      7L,
      ByteBuffer.wrap(new byte[] {9}),
      Text.of("to"),
      Text.of("subject"),
      Text.of("reply"),
      Text.of("correlation"),
      Text.of("type"),
      Text.of("encoding"),
      10L,
      11L,
      Text.of("group"),
      12L,
      Text.of("replies")
    };
    assertThat(Arrays.stream(PropertyField.values()).map(fields::property).toArray())
        .isEqualTo(expected);

    Properties few = new Properties();
    few.setSubject("subject");
    StoredFields fewer = Sections.fields(Sections.encode(few));
    assertThat(fewer.property(PropertyField.SUBJECT)).isEqualTo(Text.of("subject"));
    assertThat(fewer.property(PropertyField.TO)).isNull();
    assertThat(fewer.property(PropertyField.GROUP_ID)).isNull();
    assertThat(Sections.fields(new byte[] {0, 0x53, 0x73, 0x45}).property(PropertyField.TO))
        .isNull();
  }

  @Test
  void sectionsAreFoundWhateverIsMissing() {
    Object notes = Sections.annotations("x-opt-a", 1, "n", "note");
    Properties properties = new Properties();
    properties.setSubject("s");
    Object application = Sections.application("n", "application");
    Object body = new AmqpValue(Map.of("n", "body"));
    Object footer = new Footer(Map.of(Symbol.getSymbol("n"), "footer"));

    for (int present = 0; present < 8; present++) {
      List<Object> sections = new java.util.ArrayList<>();
      if ((present & 1) != 0) {
        sections.add(notes);
      }
      if ((present & 2) != 0) {
        sections.add(properties);
      }
      if ((present & 4) != 0) {
        sections.add(application);
      }
      sections.add(body);
      sections.add(footer);
      StoredFields fields = Sections.fields(Sections.encode(sections.toArray()));

      assertThat(fields.annotation(Text.of("n")))
          .isEqualTo((present & 1) != 0 ? Text.of("note") : null);
      assertThat(fields.property(PropertyField.SUBJECT))
          .isEqualTo((present & 2) != 0 ? Text.of("s") : null);
      assertThat(application(fields, "n"))
          .isEqualTo((present & 4) != 0 ? Text.of("application") : null);
    }
  }

  @Test
  void keysAreComparedWhole() {
    StoredFields fields =
        Sections.fields(Sections.encode(Sections.application("region", 1, "regio", 2, "é", 3)));

    assertThat(application(fields, "region")).isEqualTo(1L);
    assertThat(application(fields, "regio")).isEqualTo(2L);
    assertThat(application(fields, "é")).isEqualTo(3L);
    assertThat(application(fields, "regions")).isNull();
    assertThat(application(fields, "")).isNull();
    String longName = "n".repeat(300);
    assertThat(
            application(
                Sections.fields(Sections.encode(Sections.application(longName, 1))), longName))
        .isEqualTo(1L);
  }

  @Test
  void largeMapsAndWideDescriptorsAreRead() {
    Object[] entries = new Object[600];
    for (int i = 0; i < entries.length; i += 2) {
      entries[i] = "name" + i;
      entries[i + 1] = i;
    }
    byte[] narrow =
        Sections.encode(Sections.application(entries), new Data(new Binary(new byte[9])));
    byte[] wide = new byte[narrow.length + 7];
    System.arraycopy(narrow, 3, wide, 10, narrow.length - 3);
    wide[1] = (byte) 0x80;
    wide[9] = 0x74;

    assertThat(application(Sections.fields(narrow), "name598")).isEqualTo(598L);
    assertThat(application(Sections.fields(wide), "name598")).isEqualTo(598L);
    wide[8] = 1;
    assertThat(application(Sections.fields(wide), "name598")).isNull();
  }

  @Test
  void sectionsAreKnownByTheirSymbolsToo() {
    byte[] sections =
        Sections.encode(
            new Described("amqp:message-annotations:map", Map.of("k", 1)),
            new Described("amqp:properties:list", List.of("id")),
            new Described("amqp:application-properties:map", Map.of("k", 2)),
            new Described("amqp:amqp-value:*", Map.of("k", 3)));
    StoredFields fields = Sections.fields(sections);

    assertThat(fields.annotation(Text.of("k"))).isEqualTo(1L);
    assertThat(fields.property(PropertyField.MESSAGE_ID)).isEqualTo(Text.of("id"));
    assertThat(application(fields, "k")).isEqualTo(2L);
    byte[] other =
        Sections.encode(new Described("amqp:application-properties:mop", Map.of("k", 2)));
    assertThat(application(Sections.fields(other), "k")).isNull();
  }

  /** A described value whose descriptor is a symbol. */
  private record Described(String symbol, Object value) implements DescribedType {
    @Override
    public Object getDescriptor() {
      return Symbol.getSymbol(symbol);
    }

    @Override
    public Object getDescribed() {
      return value;
    }
  }

  @Test
  void storedMessagesAreReadOneAfterTheOther() {
    byte[] first = Sections.encode(Sections.application("n", 1));
    byte[] second = Sections.encode(Sections.application("m", 2));
    StoredFields fields = new StoredFields();

    fields.of(stored((byte) 0, 0, first), 3);
    assertThat(fields.durable()).isFalse();
    assertThat(fields.priority()).isEqualTo(7);
    assertThat(fields.ttlMs()).isEqualTo(-1);
    assertThat(fields.expiryMs()).isEqualTo(99);
    assertThat(fields.deliveryCount()).isEqualTo(3);
    assertThat(application(fields, "n")).isEqualTo(1L);

    fields.of(stored((byte) (StoredMessage.DURABLE | StoredMessage.HAS_TTL), -1, second), 0);
    assertThat(fields.durable()).isTrue();
    assertThat(fields.ttlMs()).isEqualTo(4_294_967_295L);
    assertThat(application(fields, "n")).isNull();
    assertThat(application(fields, "m")).isEqualTo(2L);

    fields.clear();
    assertThat(application(fields, "m")).isNull();
  }

  private static StoredMessage stored(byte flags, int ttl, byte[] body) {
    return new StoredMessage(1, flags, (byte) 7, 0, 99, ttl, 0, StoredMessage.NO_ATTRIBUTES, body);
  }

  @Test
  void malformedSectionsAreAbsentAndHarmless() {
    Properties properties = new Properties();
    properties.setMessageId("id");
    properties.setGroupId("group");
    byte[] whole =
        Sections.encode(
            Sections.annotations("a", 1, "b", List.of(1, 2)),
            properties,
            new ApplicationProperties(Map.of("name", "north", "n", 1, "m", Map.of("x", 1))),
            new Data(new Binary(new byte[20])));
    for (int code : new int[] {0xC0, 0xC1, 0xD0, 0xD1}) {
      for (int section = 0x72; section <= 0x74; section++) {
        // Too small for its own count, and the last thing there is.
        byte[] empty = {0, 0x53, (byte) section, (byte) code, 0, 0, 0, 0};
        readAll(Arrays.copyOf(empty, code < 0xD0 ? 5 : 8));
      }
    }
    Random random = new Random(7);
    for (int cut = 0; cut <= whole.length; cut++) {
      readAll(Arrays.copyOf(whole, cut));
    }
    for (int i = 0; i < 200_000; i++) {
      byte[] bytes = Arrays.copyOf(whole, whole.length - (i % 3 == 0 ? random.nextInt(20) : 0));
      for (int k = 0; k <= random.nextInt(4); k++) {
        bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
      }
      readAll(bytes);
    }
    for (int i = 0; i < 50_000; i++) {
      byte[] noise = new byte[random.nextInt(40)];
      random.nextBytes(noise);
      if (noise.length > 4) {
        noise[0] = 0;
        noise[1] = 0x53;
        noise[2] = (byte) (0x72 + random.nextInt(3));
      }
      readAll(noise);
    }
  }

  private static void readAll(byte[] bytes) {
    StoredFields fields = Sections.fields(bytes);
    for (PropertyField field : PropertyField.values()) {
      fields.property(field);
    }
    for (String name : new String[] {"name", "n", "m", "x", ""}) {
      application(fields, name);
    }
    fields.annotation(Text.of("b"));
  }
}
