package dev.holdfast.broker.domain.owner;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.broker.domain.NodeError;
import dev.holdfast.broker.domain.Outcome;
import dev.holdfast.broker.domain.Peer;
import dev.holdfast.storage.FaultyMessageStore;
import org.junit.jupiter.api.Test;

/** Looking at queues without taking. */
class BrowserTest {
  private final Rig rig = new Rig();
  private final Peer one = new Peer(Rig.ADMIN, "one");

  private TestConsumer browse(TextFilter filter) {
    return new TestConsumer(rig).open(one, Sources.browse("q", filter));
  }

  @Test
  void seesEverythingInOrderTakesNothingAndEndsByDrain() {
    rig.create("q");
    rig.send("q", "1", "2", "3");
    TestConsumer taker = new TestConsumer(rig).open("q").flow(2);
    rig.settle();
    taker.settle(0, Outcome.ACCEPTED);
    rig.settle();

    TestConsumer browser = browse(null).flow(10, Long.MAX_VALUE, true);
    rig.settle();

    assertThat(browser.take()).containsExactly("2", "3");
    assertThat(browser.drained).containsExactly(0L);
    assertThat(rig.info("q").messages()).isEqualTo(2);
    assertThat(rig.info("q").unsettled()).isEqualTo(1);
    assertThat(rig.info("q").consumers()).isEqualTo(1);
    taker.settle(1, new Outcome.Modified(true, false));
    rig.settle();
    TestConsumer later = browse(null).flow(10, Long.MAX_VALUE, true);
    rig.settle();
    assertThat(later.deliveries.get(0).deliveryCount()).isEqualTo(1);
  }

  @Test
  void anEmptyQueueIsDrainedAtOnce() {
    rig.create("q");
    TestConsumer browser = browse(null).flow(10, Long.MAX_VALUE, true);
    rig.settle();
    assertThat(browser.drained).containsExactly(0L);
  }

  @Test
  void followsWhatComesWhileItsCreditLasts() {
    rig.create("q");
    rig.send("q", "1");
    TestConsumer browser = browse(new TextFilter("1")).flow(3);
    rig.settle();
    rig.send("q", "21", "22", "31");
    rig.send("q", "41");
    assertThat(browser.take()).containsExactly("1", "21", "31");
    browser.flow(9);
    rig.settle();
    assertThat(browser.take()).containsExactly("41");
  }

  @Test
  void outcomesOfCopiesAreAnsweredAndChangeNothing() {
    rig.create("q");
    rig.send("q", "1", "2");
    TestConsumer browser = browse(null).flow(10);
    rig.settle();
    browser.settle(0, Outcome.ACCEPTED);
    browser.settle(1, new Outcome.Rejected("", ""));
    rig.settle();
    assertThat(browser.stored).hasSize(2);
    assertThat(rig.info("q").messages()).isEqualTo(2);
    assertThat(rig.info("q").deadLetters()).isZero();
  }

  @Test
  void needsLittleMemoryWhateverThereIs() {
    Rig small = new Rig(FaultyMessageStore.create(), Rig.tiny());
    small.create("q");
    for (int i = 0; i < 50; i++) {
      small.send("q", i + "-" + "x".repeat(1_000));
    }
    TestConsumer browser =
        new TestConsumer(small).open(one, Sources.browse("q", null)).flow(50, 5_000, false);
    small.settle();
    assertThat(browser.take()).hasSize(5);
    browser.flow(50, Long.MAX_VALUE, true);
    small.settle();
    assertThat(browser.take()).hasSize(45);
    assertThat(browser.drained).containsExactly(0L);
  }

  @Test
  void endsWithTheQueueAndNeedsItsOwnGrant() {
    rig.create("q");
    TestConsumer browser = browse(null).flow(10);
    TestConsumer stranger =
        new TestConsumer(rig).open(new Peer(Rig.STRANGER, "x"), Sources.browse("q", null));
    rig.settle();
    assertThat(stranger.closed.code()).isEqualTo(NodeError.Code.UNAUTHORIZED);
    rig.get(rig.admin.deleteQueue(Rig.ADMIN, "q"));
    rig.settle();
    assertThat(browser.closed.code()).isEqualTo(NodeError.Code.DELETED);
    browser.close();
    rig.settle();
  }
}
