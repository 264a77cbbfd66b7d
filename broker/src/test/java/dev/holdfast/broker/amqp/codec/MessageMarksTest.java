package dev.holdfast.broker.amqp.codec;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.Date;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import org.apache.qpid.proton.amqp.Binary;
import org.apache.qpid.proton.amqp.Symbol;
import org.apache.qpid.proton.amqp.UnsignedByte;
import org.apache.qpid.proton.amqp.UnsignedInteger;
import org.apache.qpid.proton.amqp.UnsignedLong;
import org.apache.qpid.proton.amqp.UnsignedShort;
import org.apache.qpid.proton.amqp.messaging.AmqpValue;
import org.apache.qpid.proton.amqp.messaging.MessageAnnotations;
import org.apache.qpid.proton.amqp.messaging.Properties;
import org.junit.jupiter.api.Test;

/** What the broker heeds of annotations and properties, and most messages do not have. */
class MessageMarksTest {

  private static final AmqpValue BODY = new AmqpValue("x");
  private final MessageView view = new MessageView();

  private void scan(Object... sections) {
    byte[] message = MessageViewTest.encode(sections);
    assertThat(view.scan(message, 0, message.length)).isTrue();
  }

  private static MessageAnnotations note(String key, Object value) {
    return new MessageAnnotations(Collections.singletonMap(Symbol.getSymbol(key), value));
  }

  @Test
  void anOrdinaryMessageHasNone() {
    scan(note("x-opt-jms-msg-type", (byte) 5), new Properties(), BODY);
    assertThat(view.isMarked()).isFalse();
    assertThat(view.annotationFault()).isNull();
    assertThat(view.groupId()).isNull();
    assertThat(view.messageId()).isNull();
    assertThat(view.idempotencyKey()).isNull();
    assertThat(view.hasReservedAnnotations()).isFalse();
  }

  @Test
  void timesComeInEveryIntegerType() {
    for (Object value :
        List.of(
            7L,
            7,
            (short) 7,
            (byte) 7,
            UnsignedByte.valueOf((byte) 7),
            UnsignedShort.valueOf((short) 7),
            UnsignedInteger.valueOf(7),
            UnsignedLong.valueOf(7),
            new Date(7))) {
      scan(note("x-opt-delivery-time", value), BODY);
      assertThat(view.deliverAtMs()).as("%s", value.getClass()).isEqualTo(7);
      scan(note("x-opt-delivery-delay", value), BODY);
      assertThat(view.delayMs()).as("%s", value.getClass()).isEqualTo(7);
      assertThat(view.deliverAtMs()).isZero();
    }
    for (long value : new long[] {1_700_000_000_000L, 300, 70_000, Long.MAX_VALUE}) {
      scan(note("x-opt-delivery-time", value), BODY);
      assertThat(view.deliverAtMs()).isEqualTo(value);
      scan(note("x-opt-delivery-time", UnsignedLong.valueOf(value)), BODY);
      assertThat(view.deliverAtMs()).isEqualTo(value);
    }
    scan(note("x-opt-delivery-delay", UnsignedInteger.MAX_VALUE), BODY);
    assertThat(view.delayMs()).isEqualTo(0xFFFF_FFFFL);
    scan(note("x-opt-delivery-delay", UnsignedShort.MAX_VALUE), BODY);
    assertThat(view.delayMs()).isEqualTo(0xFFFF);
    scan(note("x-opt-delivery-delay", (short) 300), BODY);
    assertThat(view.delayMs()).isEqualTo(300);
    scan(note("x-opt-delivery-time", -5L), BODY);
    assertThat(view.deliverAtMs()).isZero();
    scan(note("x-opt-delivery-time", null), BODY);
    assertThat(view.annotationFault()).isNull();
    assertThat(view.isMarked()).isFalse();
  }

  @Test
  void timesOfOtherTypesAreAFault() {
    for (Object value :
        List.of("soon", 1.5, true, UnsignedLong.valueOf(-1L), Map.of("a", 1), List.of(1))) {
      scan(note("x-opt-delivery-time", value), BODY);
      assertThat(view.annotationFault()).as("%s", value).isEqualTo(Fault.DELIVERY_TIME);
    }
    scan(BODY);
    assertThat(view.annotationFault()).isNull();
  }

  @Test
  void idempotencyKeysAreShortStrings() {
    for (String key : List.of("k", "ö", "x".repeat(255))) {
      scan(note("x-opt-idempotency-key", key), BODY);
      assertThat(view.idempotencyKey()).isEqualTo(key);
      assertThat(view.annotationFault()).isNull();
    }
    for (Object key : List.of("", "x".repeat(256), 5, Symbol.getSymbol("s"))) {
      scan(note("x-opt-idempotency-key", key), BODY);
      assertThat(view.annotationFault()).as("%s", key).isEqualTo(Fault.IDEMPOTENCY_KEY);
    }
  }

  @Test
  void reservedKeysAreSeenAmongOthers() {
    Map<Symbol, Object> notes = new HashMap<>();
    for (int i = 0; i < 20; i++) {
      notes.put(Symbol.getSymbol("x-opt-other-" + i), Map.of("k", List.of(1, 2)));
    }
    scan(new MessageAnnotations(notes), BODY);
    assertThat(view.hasReservedAnnotations()).isFalse();
    notes.put(Symbol.getSymbol("x-opt-hf-sender"), "user:root");
    notes.put(Symbol.getSymbol("x-opt-delivery-time"), 5L);
    scan(new MessageAnnotations(notes), BODY);
    assertThat(view.hasReservedAnnotations()).isTrue();
    assertThat(view.deliverAtMs()).isEqualTo(5);
  }

  @Test
  void messageIdsOfAllTypesAreText() {
    UUID uuid = UUID.randomUUID();
    Map<Object, String> texts =
        Map.of(
            "ID:1",
            "ID:1",
            "x".repeat(300),
            "x".repeat(300),
            UnsignedLong.ZERO,
            "ulong:0",
            UnsignedLong.valueOf(7),
            "ulong:7",
            UnsignedLong.valueOf(-1L),
            "ulong:18446744073709551615",
            uuid,
            "uuid:" + uuid,
            new Binary(new byte[] {1, (byte) 0xFF}),
            "hex:a00201ff");
    texts.forEach(
        (id, text) -> {
          Properties properties = new Properties();
          properties.setMessageId(id);
          scan(properties, BODY);
          assertThat(view.messageId()).isEqualTo(text);
        });
  }

  @Test
  void aUserIdIsThePrincipalOrAUsersBareName() {
    PrincipalName alice = new PrincipalName("user:alice");
    PrincipalName uid = new PrincipalName("uid:1001");
    assertClaim("alice", alice, false);
    assertClaim("user:alice", alice, false);
    assertClaim("bob", alice, true);
    assertClaim("alic", alice, true);
    assertClaim("uid:1001", uid, false);
    assertClaim("1001", uid, true);
    assertClaim("", alice, false);
    scan(new Properties(), BODY);
    assertThat(view.claimsOtherThan(alice)).isFalse();
    scan(BODY);
    assertThat(view.claimsOtherThan(alice)).isFalse();
  }

  private void assertClaim(String id, PrincipalName principal, boolean other) {
    Properties properties = new Properties();
    properties.setUserId(new Binary(id.getBytes(StandardCharsets.UTF_8)));
    scan(properties, BODY);
    assertThat(view.claimsOtherThan(principal)).as(id).isEqualTo(other);
  }

  @Test
  void groupsAreRead() {
    Properties properties = new Properties();
    properties.setCreationTime(new Date(1));
    properties.setGroupId("g-1");
    properties.setGroupSequence(UnsignedInteger.ONE);
    scan(properties, BODY);
    assertThat(view.groupId()).isEqualTo("g-1");
    assertThat(view.isMarked()).isTrue();
  }

  @Test
  void everyGetterSurvivesMutation() {
    Properties properties = new Properties();
    properties.setMessageId("id");
    properties.setUserId(new Binary(new byte[] {1}));
    properties.setGroupId("g");
    Map<Symbol, Object> notes = new HashMap<>();
    notes.put(Symbol.getSymbol("x-opt-delivery-time"), 5L);
    notes.put(Symbol.getSymbol("x-opt-idempotency-key"), "key");
    notes.put(Symbol.getSymbol("x-opt-hf-sender"), List.of("a", Map.of("b", 1)));
    byte[] message = MessageViewTest.encode(new MessageAnnotations(notes), properties, BODY);
    PrincipalName alice = new PrincipalName("user:alice");
    Random random = new Random(11);
    for (int round = 0; round < 300_000; round++) {
      byte[] mutant = message.clone();
      for (int i = 0; i <= random.nextInt(5); i++) {
        mutant[random.nextInt(mutant.length)] = (byte) random.nextInt(256);
      }
      if (view.scan(mutant, 0, mutant.length)) {
        view.groupId();
        view.messageId();
        view.idempotencyKey();
        view.claimsOtherThan(alice);
        if (view.hasReservedAnnotations()) {
          byte[] stripped = ReservedAnnotations.takenOff(mutant);
          assertThat(new MessageView().scan(stripped, 0, stripped.length)).isTrue();
        }
      }
    }
  }
}
