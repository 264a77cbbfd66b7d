package dev.holdfast.broker.amqp.filter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.broker.amqp.codec.ColdCodec;
import dev.holdfast.broker.domain.NodeKind;
import dev.holdfast.broker.domain.OpenedSource;
import dev.holdfast.broker.domain.StartFrom;
import dev.holdfast.storage.StoredMessage;
import java.util.Arrays;
import java.util.Date;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.qpid.proton.amqp.Binary;
import org.apache.qpid.proton.amqp.Decimal32;
import org.apache.qpid.proton.amqp.Symbol;
import org.apache.qpid.proton.amqp.UnknownDescribedType;
import org.apache.qpid.proton.amqp.UnsignedInteger;
import org.apache.qpid.proton.amqp.UnsignedLong;
import org.apache.qpid.proton.amqp.messaging.AmqpValue;
import org.apache.qpid.proton.amqp.messaging.ApplicationProperties;
import org.apache.qpid.proton.amqp.messaging.Properties;
import org.junit.jupiter.api.Test;

class WireFilterTest {

  private static final ColdCodec CODEC = new ColdCodec();
  private static final Object SELECTOR = UnsignedLong.valueOf(0x468C00000004L);
  private static final Object NO_LOCAL = UnsignedLong.valueOf(0x468C00000003L);

  private static Symbol symbol(String name) {
    return Symbol.getSymbol(name);
  }

  private static FilterSet read(Object... keysDescriptorsAndValues) {
    Map<Symbol, Object> set = new LinkedHashMap<>();
    for (int i = 0; i < keysDescriptorsAndValues.length; i += 3) {
      Object descriptor = keysDescriptorsAndValues[i + 1];
      set.put(
          symbol((String) keysDescriptorsAndValues[i]),
          new UnknownDescribedType(
              descriptor instanceof String name ? symbol(name) : descriptor,
              keysDescriptorsAndValues[i + 2]));
    }
    return FilterSet.read(set, CODEC);
  }

  private static FilterSet selector(String text) {
    return read("s", SELECTOR, text);
  }

  private static StoredMessage message(Map<String, Object> own) {
    Properties properties = new Properties();
    properties.setSubject("created");
    properties.setMessageId(new Binary(new byte[] {1, 2}));
    byte[] bytes = {};
    for (Object section :
        List.of(properties, new ApplicationProperties(own), new AmqpValue("body"))) {
      byte[] more = CODEC.encode(section);
      int length = bytes.length;
      bytes = Arrays.copyOf(bytes, length + more.length);
      System.arraycopy(more, 0, bytes, length, more.length);
    }
    return new StoredMessage(
        1, StoredMessage.DURABLE, (byte) 4, 0, 0, 0, 0, StoredMessage.NO_ATTRIBUTES, bytes);
  }

  // ---- meaning ----

  @Test
  void allFiltersOfASourceHaveToPass() {
    WireFilter filter =
        read(
                "a",
                "apache.org:selector-filter:string",
                "region = 'north'",
                "b",
                "amqp:properties-filter",
                Map.of(symbol("subject"), "&p:cre", symbol("message-id"), binary(1, 2)),
                "c",
                UnsignedLong.valueOf(0x174),
                Map.of("weight", UnsignedInteger.valueOf(5)))
            .filter();
    assertThat(filter.matches(message(Map.of("region", "north", "weight", 5L)), 0)).isTrue();
    assertThat(filter.matches(message(Map.of("region", "south", "weight", 5L)), 0)).isFalse();
    assertThat(filter.matches(message(Map.of("region", "north", "weight", 6L)), 0)).isFalse();
  }

  @Test
  void theSqlFilterHasItsOwnNamesAndKeepsThemWhenStored() {
    for (Object descriptor : List.of("amqp:sql-filter", UnsignedLong.valueOf(0x120))) {
      WireFilter filter =
          read("sql-filter", descriptor, "properties.subject = 'created' AND JMSType = 'own'")
              .filter();
      WireFilter stored = new WireFilterCodec().decode(filter.encoded());
      assertThat(stored).isEqualTo(filter).isNotEqualTo(selector("a = 1").filter());
      for (WireFilter each : List.of(filter, stored)) {
        assertThat(each.matches(message(Map.of("JMSType", "own")), 0)).isTrue();
        assertThat(each.matches(message(Map.of("JMSType", "other")), 0)).isFalse();
        assertThat(each.selectorText()).isNull();
      }
    }
    assertThatThrownBy(() -> read("s", "amqp:sql-filter", "a = 1 AND x.b = 2"))
        .isInstanceOf(FilterException.class)
        .hasMessageContaining("at character 11");
  }

  private static Binary binary(int... bytes) {
    byte[] b = new byte[bytes.length];
    for (int i = 0; i < b.length; i++) {
      b[i] = (byte) bytes[i];
    }
    return new Binary(b);
  }

  @Test
  void unknownFiltersAndThoseThatAreNotDescribedMeanNothing() {
    assertThat(FilterSet.read(null, CODEC).filter()).isNull();
    Map<Symbol, Object> set = new HashMap<>();
    set.put(symbol("selector"), "a = 1");
    set.put(symbol("other"), new UnknownDescribedType(symbol("some:other"), "a = 1"));
    set.put(symbol("zero"), new UnknownDescribedType(UnsignedLong.ZERO, "a = 1"));
    FilterSet read = FilterSet.read(set, CODEC);
    assertThat(read.filter()).isNull();
    assertThat((Object) read.applied(opened(null, false, NodeKind.QUEUE))).isNull();
  }

  @Test
  void noLocalIsNoMatterOfTheMessage() {
    FilterSet read = read("no-local", NO_LOCAL, List.of());
    assertThat(read.noLocal()).isTrue();
    assertThat(read.filter()).isNull();
    assertThat(read("x", "apache.org:no-local-filter:list", null).noLocal()).isTrue();
  }

  @Test
  void startPlacesHaveTheirNaturalTypes() {
    Map<Object, StartFrom> places = new HashMap<>();
    places.put("earliest", StartFrom.EARLIEST);
    places.put(symbol("latest"), StartFrom.LATEST);
    places.put(17L, new StartFrom.Sequence(17));
    places.put(UnsignedLong.valueOf(18), new StartFrom.Sequence(18));
    places.put(new Date(1_000), new StartFrom.Time(1_000));
    places.put("1970-01-01T00:00:02Z", new StartFrom.Time(2_000));
    places.forEach(
        (value, place) ->
            assertThat(read("s", "holdfast:start-from", value).start()).isEqualTo(place));
    for (Object wrong :
        new Object[] {"first", 1.5, -1L, null, true, "+999999999-01-01T00:00:00Z"}) {
      assertThatThrownBy(() -> read("s", "holdfast:start-from", wrong))
          .isInstanceOf(FilterException.class)
          .hasMessageStartingWith("invalid start-from");
    }
  }

  @Test
  void whatCannotBeUsedIsSaidWithItsPlace() {
    assertThatThrownBy(() -> selector("region = "))
        .isInstanceOf(FilterException.class)
        .hasMessageContaining("at character 9");
    Object[][] wrong = {
      {SELECTOR, 5},
      {SELECTOR, null},
      {"amqp:properties-filter", "subject"},
      {"amqp:properties-filter", Map.of()},
      {"amqp:properties-filter", Map.of(symbol("colour"), "red")},
      {"amqp:properties-filter", Map.of(5, "red")},
      {"amqp:application-properties-filter", Map.of("a", new Decimal32(1))},
      {"amqp:application-properties-filter", Map.of("a", List.of(1))},
      {"amqp:application-properties-filter", Map.of("a", "x".repeat(5_000))},
    };
    for (Object[] one : wrong) {
      assertThatThrownBy(() -> read("k", one[0], one[1]))
          .as(Arrays.toString(one))
          .isInstanceOf(FilterException.class);
    }
  }

  // ---- stored form ----

  @Test
  void theStoredFormMakesAnEqualFilter() {
    WireFilter filter =
        read(
                "a",
                SELECTOR,
                "region = 'north' AND \"odd name\" IS NULL",
                "b",
                "amqp:properties-filter",
                Map.of(symbol("message-id"), binary(1, 2), symbol("subject"), "created"),
                "c",
                "amqp:application-properties-filter",
                Map.of("weight", UnsignedInteger.valueOf(5)))
            .filter();
    WireFilter again = new WireFilterCodec().decode(filter.encoded());
    assertThat(again).isEqualTo(filter).hasSameHashCodeAs(filter);
    assertThat(again.matches(message(Map.of("region", "north", "weight", 5)), 0)).isTrue();
    assertThat(again.matches(message(Map.of("region", "north", "weight", 4)), 0)).isFalse();
  }

  @Test
  void spellingAndOrderDoNotMatter() {
    WireFilter a =
        read("x", SELECTOR, "a=1 and b=2", "y", "amqp:properties-filter", Map.of("subject", "s"))
            .filter();
    WireFilter b =
        read(
                "1",
                UnsignedLong.valueOf(0x173),
                Map.of(symbol("subject"), "s"),
                "2",
                SELECTOR,
                " a = 1  AND b = 2 ")
            .filter();
    assertThat(a).isEqualTo(b);
    assertThat(a).isNotEqualTo(selector("a = 1").filter());
  }

  /** Filters of subscriptions that were stored by the first version have to stay readable. */
  @Test
  void theFormOfTheFirstVersionIsRead() {
    String first =
        "01d00000002f0000000100a32161706163686"
            + "52e6f72673a73656c6563746f722d66696c7465723a737472"
            + "696e67a10561203d2031";
    assertThat(HexFormat.of().formatHex(selector("a = 1").filter().encoded())).isEqualTo(first);
    assertThat(new WireFilterCodec().decode(HexFormat.of().parseHex(first)))
        .isEqualTo(selector("a=1").filter());
  }

  @Test
  void damagedFormsAreRefused() {
    byte[] good = selector("a = 1").filter().encoded();
    byte[] otherVersion = good.clone();
    otherVersion[0] = 2;
    byte[] cut = Arrays.copyOf(good, good.length - 3);
    byte[] nonsense = {1, 0x45 - 0x02, 0};
    for (byte[] bad : new byte[][] {{}, {1}, otherVersion, cut, nonsense}) {
      assertThatThrownBy(() -> new WireFilterCodec().decode(bad))
          .isInstanceOf(IllegalArgumentException.class);
    }
  }

  // ---- the reply ----

  private static OpenedSource opened(WireFilter filter, boolean noLocal, NodeKind kind) {
    return new OpenedSource("n", kind, null, filter, noLocal);
  }

  @Test
  void theReplyHasWhatIsAppliedUnderThePeersKeys() {
    FilterSet asked =
        read(
            "mine",
            SELECTOR,
            "a=1",
            "nl",
            NO_LOCAL,
            List.of(),
            "st",
            "holdfast:start-from",
            "earliest",
            "un",
            "some:other",
            1);
    WireFilter filter = asked.filter();
    assertThat(asked.applied(opened(filter, true, NodeKind.TOPIC)))
        .containsOnlyKeys(symbol("mine"), symbol("nl"), symbol("st"));
    assertThat(asked.applied(opened(filter, false, NodeKind.QUEUE)))
        .containsOnlyKeys(symbol("mine"));
    assertThat((Object) asked.applied(opened(null, false, NodeKind.QUEUE))).isNull();
  }

  @Test
  void theReplyHasTheStoredFiltersWhereTheyAreOthers() {
    WireFilter stored = selector("b = 2").filter();
    Map<Symbol, Object> applied = selector("a = 1").applied(opened(stored, true, NodeKind.TOPIC));
    assertThat(applied).containsOnlyKeys(symbol("jms-selector"), symbol("no-local"));
    assertThat(((Described) applied.get(symbol("jms-selector"))).described()).isEqualTo("b = 2");
    assertThat(FilterSet.NONE.applied(opened(stored, false, NodeKind.TOPIC)))
        .containsOnlyKeys(symbol("jms-selector"));
  }

  @Test
  void aBlankSelectorIsAppliedByDoingNothing() {
    FilterSet asked = selector("  ");
    assertThat(asked.filter()).isNull();
    assertThat(asked.applied(opened(null, false, NodeKind.QUEUE))).containsOnlyKeys(symbol("s"));
  }
}
