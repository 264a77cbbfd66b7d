package dev.holdfast.broker.selector;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Collections;
import java.util.Date;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;
import org.apache.qpid.proton.amqp.Binary;
import org.apache.qpid.proton.amqp.Decimal64;
import org.apache.qpid.proton.amqp.Symbol;
import org.apache.qpid.proton.amqp.UnsignedInteger;
import org.apache.qpid.proton.amqp.UnsignedLong;
import org.apache.qpid.proton.amqp.messaging.Properties;
import org.junit.jupiter.api.Test;

class PropertyFilterTest {

  private static boolean application(Object actual, Object expected) throws SelectorException {
    return PropertyFilter.onApplicationProperties(Collections.singletonMap("k", expected))
        .matches(Sections.fields(Sections.encode(Sections.application("j", 0, "k", actual))));
  }

  @Test
  void textsFitWholeOrByTheirStartOrEnd() throws SelectorException {
    assertThat(application("order", "order")).isTrue();
    assertThat(application("order", "Order")).isFalse();
    assertThat(application("order", "orders")).isFalse();
    assertThat(application("order", "&p:ord")).isTrue();
    assertThat(application("order", "&p:order")).isTrue();
    assertThat(application("order", "&p:")).isTrue();
    assertThat(application("order", "&p:rd")).isFalse();
    assertThat(application("order", "&p:order1")).isFalse();
    assertThat(application("order", "&s:der")).isTrue();
    assertThat(application("order", "&s:")).isTrue();
    assertThat(application("order", "&s:rde")).isFalse();
    assertThat(application("order", "&s:reorder")).isFalse();
    assertThat(application("&p:x", "&&p:x")).isTrue();
    assertThat(application("&", "&&")).isTrue();
    assertThat(application("&&", "&&&")).isTrue();
    assertThat(application("a&b", "a&b")).isTrue();
    assertThat(application("", "")).isTrue();
    assertThat(application("été", "&s:té")).isTrue();
    assertThat(application(Symbol.getSymbol("order"), "order")).isTrue();
    assertThat(application("order", Symbol.getSymbol("&p:o"))).isTrue();
    assertThat(application('x', "x")).isTrue();
    assertThat(application("x", 'x')).isTrue();
    assertThat(application(5, "&p:5")).isFalse();
    assertThat(application(5, "5")).isFalse();
    assertThat(application(new Binary(new byte[] {'a'}), "&p:a")).isFalse();
  }

  @Test
  void numbersFitEqualNumbersOfAnyType() throws SelectorException {
    assertThat(application(10, 10)).isTrue();
    assertThat(application(10, 10L)).isTrue();
    assertThat(application((byte) 10, UnsignedInteger.valueOf(10))).isTrue();
    assertThat(application(UnsignedLong.valueOf(10), (short) 10)).isTrue();
    assertThat(application(10, 10.0)).isTrue();
    assertThat(application(10.0f, 10)).isTrue();
    assertThat(application(10.5, 10.5f)).isTrue();
    assertThat(application(0.0, -0.0)).isTrue();
    assertThat(application(10, 10.5)).isFalse();
    assertThat(application(10, 11)).isFalse();
    assertThat(application(Double.NaN, Double.NaN)).isFalse();
    // As doubles these are equal.
    assertThat(application(Long.MAX_VALUE, Long.MAX_VALUE - 1)).isFalse();
    assertThat(application(UnsignedLong.valueOf(-1), UnsignedLong.valueOf(-1))).isTrue();
    assertThat(application(UnsignedLong.valueOf(-1), new BigInteger("18446744073709551615")))
        .isTrue();
    assertThat(application(UnsignedLong.valueOf(-1), UnsignedLong.valueOf(-2))).isFalse();
    assertThat(application(-1L, UnsignedLong.valueOf(-1))).isFalse();
    assertThat(application("10", 10)).isFalse();
    assertThat(application(true, 1)).isFalse();
  }

  @Test
  void otherTypesFitWhatIsEqual() throws SelectorException {
    UUID uuid = UUID.randomUUID();
    assertThat(application(true, true)).isTrue();
    assertThat(application(false, true)).isFalse();
    assertThat(application(uuid, uuid)).isTrue();
    assertThat(application(uuid, UUID.randomUUID())).isFalse();
    assertThat(application(uuid.toString(), uuid)).isFalse();
    assertThat(application(new Date(5), new Date(5))).isTrue();
    assertThat(application(new Date(5), new Date(6))).isFalse();
    assertThat(application(new Binary(new byte[] {1, 2}), ByteBuffer.wrap(new byte[] {1, 2})))
        .isTrue();
    assertThat(application(new Binary(new byte[] {1, 2}), ByteBuffer.wrap(new byte[] {1})))
        .isFalse();
    assertThat(application("a", ByteBuffer.wrap(new byte[] {'a'}))).isFalse();
  }

  @Test
  void nullFitsEverything() throws SelectorException {
    assertThat(application("x", null)).isTrue();
    assertThat(application(null, null)).isTrue();
    Map<String, Object> elsewhere = Collections.singletonMap("missing", null);
    assertThat(PropertyFilter.onApplicationProperties(elsewhere).matches(new Message())).isTrue();
    assertThat(application(null, "x")).isFalse();
    assertThat(PropertyFilter.onApplicationProperties(Map.of("missing", 1)).matches(new Message()))
        .isFalse();
  }

  @Test
  void aBufferThatChangesLaterChangesNothing() throws SelectorException {
    byte[] bytes = {1, 2};
    PropertyFilter filter =
        PropertyFilter.onApplicationProperties(Map.of("k", ByteBuffer.wrap(bytes)));
    bytes[0] = 9;
    assertThat(filter.matches(new Message().with("k", ByteBuffer.wrap(new byte[] {1, 2}))))
        .isTrue();
  }

  @Test
  void everyFieldOfThePropertiesCanBeAskedFor() throws SelectorException {
    Properties properties = new Properties();
    properties.setMessageId(UnsignedLong.valueOf(7));
    properties.setUserId(new Binary(new byte[] {9}));
    properties.setTo("to");
    properties.setSubject("Order 1");
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
    Map<String, Object> expected = new HashMap<>();
    expected.put("message-id", UnsignedLong.valueOf(7));
    expected.put("user-id", ByteBuffer.wrap(new byte[] {9}));
    expected.put("to", "to");
    expected.put("subject", "&p:Order");
    expected.put("reply-to", "reply");
    expected.put("correlation-id", "correlation");
    expected.put("content-type", Symbol.getSymbol("type"));
    expected.put("content-encoding", Symbol.getSymbol("encoding"));
    expected.put("absolute-expiry-time", new Date(10));
    expected.put("creation-time", new Date(11));
    expected.put("group-id", "group");
    expected.put("group-sequence", UnsignedInteger.valueOf(12));
    expected.put("reply-to-group-id", "replies");
    assertThat(expected).hasSize(PropertyField.values().length);

    assertThat(PropertyFilter.onProperties(expected).matches(fields)).isTrue();
    for (String name : expected.keySet()) {
      Map<String, Object> other = new HashMap<>(expected);
      other.put(name, "something else");
      assertThat(PropertyFilter.onProperties(other).matches(fields)).as(name).isFalse();
    }
  }

  @Test
  void whatCannotFitIsRefused() {
    assertThatThrownBy(() -> PropertyFilter.onProperties(Map.of("subjects", "x")))
        .isInstanceOf(SelectorException.class)
        .hasMessage("invalid property filter: a field is not one of the properties section");
    assertThatThrownBy(() -> PropertyFilter.onProperties(Map.of()))
        .hasMessage("invalid property filter: it has no fields or more than 16");
    Map<String, Object> many = new HashMap<>();
    for (int i = 0; i <= PropertyFilter.MAX_FIELDS; i++) {
      many.put("k" + i, i);
    }
    assertThatThrownBy(() -> PropertyFilter.onApplicationProperties(many))
        .hasMessage("invalid property filter: it has no fields or more than 16");
    for (String text : new String[] {"&", "&x", "&P:x", "&s", "& p:x"}) {
      assertThatThrownBy(() -> PropertyFilter.onApplicationProperties(Map.of("k", text)))
          .hasMessage(
              "invalid property filter: a text starts with '&' but not with '&&', '&p:' or '&s:'");
    }
    for (Object value : Arrays.asList(new int[] {1}, Map.of(), new Decimal64(1))) {
      assertThatThrownBy(() -> PropertyFilter.onApplicationProperties(Map.of("k", value)))
          .hasMessage("invalid property filter: a value is of a type that cannot be compared");
    }
  }
}
