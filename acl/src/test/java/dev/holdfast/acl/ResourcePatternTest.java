package dev.holdfast.acl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ResourcePatternTest {
  private static final Principal ALICE = new Principal("user:alice", Set.of());

  @ParameterizedTest
  @CsvSource({
    "queue:orders, orders, true",
    "queue:orders, orders.eu, false",
    "queue:orders, order, false",
    "queue:orders, ordersx, false",
    "queue:orders.*, orders.eu, true",
    "queue:orders.*, orders, false",
    "queue:orders.*, orders.eu.new, false",
    "queue:*.eu, orders.eu, true",
    "queue:orders.#, orders, true",
    "queue:orders.#, orders.eu.new, true",
    "queue:orders.#, ordersx, false",
    "queue:#, anything.at.all, true",
    "queue:a..b, a..b, true",
    "queue:a.*.b, a..b, true",
    "queue:inbox.${principal}, inbox.user:alice, true",
    "queue:inbox.${principal}, inbox.user:bob, false",
    "queue:inbox.${principal}, inbox.user:alice2, false",
    "queue:inbox.${uid}, inbox.1001, false",
  })
  void wordsMatch(String pattern, String name, boolean matches) {
    assertThat(ResourcePattern.parse(pattern).matches(Resource.queue(name), ALICE))
        .isEqualTo(matches);
  }

  @Test
  void theUidIsThatOfUids() {
    ResourcePattern pattern = ResourcePattern.parse("queue:inbox.${uid}");
    Principal user = new Principal("uid:1001", Set.of());
    assertThat(pattern.matches(Resource.queue("inbox.1001"), user)).isTrue();
    assertThat(pattern.matches(Resource.queue("inbox.1002"), user)).isFalse();
    assertThat(pattern.matches(Resource.queue("inbox."), user)).isFalse();
  }

  @ParameterizedTest
  @CsvSource({
    "sub:prices, prices, billing, true",
    "sub:prices, prices.eu, billing, false",
    "sub:prices/billing, prices, billing, true",
    "sub:prices/billing, prices, billing2, false",
    "sub:prices.#/billing, prices.eu, billing, true",
    "sub:#/*, prices.eu, billing, true",
    "sub:#/*, prices.eu, bill.ing, false",
    "sub:a, a/b, c, false",
    "sub:#, a/b, c, true",
  })
  void subscriptionsMatch(String pattern, String topic, String name, boolean matches) {
    assertThat(ResourcePattern.parse(pattern).matches(Resource.subscription(topic, name), ALICE))
        .isEqualTo(matches);
  }

  @Test
  void kindsAreApart() {
    ResourcePattern all = ResourcePattern.parse("queue:#");
    assertThat(all.matches(Resource.topic("orders"), ALICE)).isFalse();
    assertThat(all.matches(Resource.deadLetters("orders"), ALICE)).isFalse();
    assertThat(all.matches(Resource.subscription("orders", "x"), ALICE)).isFalse();
    assertThat(all.matches(Resource.THE_BROKER, ALICE)).isFalse();
    assertThat(ResourcePattern.parse("broker").matches(Resource.THE_BROKER, ALICE)).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "orders",
        "queue:",
        "queues:orders",
        "queue:or*",
        "queue:#.orders",
        "queue:a.##",
        "queue:in${uid}",
        "queue:${role}",
        "queue:a b",
        "",
        ":",
      })
  void otherTextsAreNone(String text) {
    assertThatIllegalArgumentException().isThrownBy(() -> ResourcePattern.parse(text));
  }

  @ParameterizedTest
  @CsvSource({
    "queue:#, queue:orders.#, true",
    "queue:orders.#, queue:#, false",
    "queue:orders.*, queue:orders.eu, true",
    "queue:orders.*, queue:orders.#, false",
    "queue:orders, queue:orders, true",
    "queue:orders, topic:orders, false",
    "sub:prices, sub:prices/billing, true",
    "sub:prices/billing, sub:prices, false",
  })
  void onePatternCoversAnother(String wide, String narrow, boolean covers) {
    assertThat(ResourcePattern.parse(wide).covers(ResourcePattern.parse(narrow))).isEqualTo(covers);
  }

  @Test
  void itIsWrittenAsItIsRead() {
    for (String text : Set.of("queue:a.*.#", "sub:t.x/n", "dlq:t::n", "broker", "topic:${uid}")) {
      assertThat(ResourcePattern.parse(text)).hasToString(text);
    }
  }
}
