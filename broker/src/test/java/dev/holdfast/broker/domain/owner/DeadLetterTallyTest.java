package dev.holdfast.broker.domain.owner;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.broker.domain.DeadLetterAdmin.Group;
import dev.holdfast.broker.domain.DeadLetterAdmin.Summary;
import dev.holdfast.broker.domain.DeadLetterFilter;
import dev.holdfast.broker.domain.Outcome;
import dev.holdfast.deadletter.DeadLetterReason;
import dev.holdfast.storage.StoreBatch;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** What is told of dead letters without looking at them. */
class DeadLetterTallyTest {
  private final Rig rig = new Rig();
  private final DeadLetterRig dead = new DeadLetterRig(rig);

  private static String counts(Summary summary) {
    TreeMap<String, Long> counts = new TreeMap<>();
    for (Group group : summary.groups()) {
      String reason = group.reason().map(DeadLetterReason::code).orElse("-");
      counts.put(reason + " " + group.source(), group.messages());
    }
    return counts.toString();
  }

  @Test
  void theyAreCountedByReasonAndSourceWithoutBeingRead() {
    rig.create("q", 1);
    dead.reject("q", "q", "a", "b");
    rig.send("q", "c");
    TestConsumer consumer = new TestConsumer(rig).open("q").flow(1);
    rig.settle();
    consumer.settle(0, new Outcome.Modified(true, false));
    rig.settle();
    rig.send(DeadLetterRig.DEAD, "by hand");
    String all = "{- =1, max-deliveries q=1, rejected q=2}";
    assertThat(counts(dead.summary("q"))).isEqualTo(all);
    dead.restart();
    assertThat(counts(dead.summary(DeadLetterRig.DEAD))).as("after a restart").isEqualTo(all);
    assertThat(rig.reads).isEmpty();
    assertThat(rig.store.view().definitions()).containsKey("tally/2");
  }

  @Test
  void whateverTakesThemAwayCountsThemOut() {
    rig.create("q");
    dead.reject("q", "q", "a", "b", "c", "d");
    TestConsumer consumer = new TestConsumer(rig).open(DeadLetterRig.DEAD).flow(1);
    rig.settle();
    consumer.settle(0, Outcome.ACCEPTED);
    rig.settle();
    assertThat(counts(dead.summary("q"))).isEqualTo("{rejected q=3}");
    consumer.close();
    dead.run(DeadLetterRig.redrive("q", DeadLetterRig.where("b"), ""));
    assertThat(counts(dead.summary("q"))).isEqualTo("{rejected q=2}");
    dead.run(DeadLetterRig.drop("q", DeadLetterRig.where("c")));
    Summary left = dead.summary("q");
    assertThat(counts(left)).isEqualTo("{rejected q=1}");
    assertThat(left.groups().get(0).bytes()).isEqualTo(left.bytes());
    assertThat(left.groups().get(0).ages().values()).containsExactly(1L);
    rig.get(rig.admin.purgeQueue(Rig.ADMIN, DeadLetterRig.DEAD));
    assertThat(counts(dead.summary("q"))).isEqualTo("{}");
    dead.rejectAll("q");
    assertThat(counts(dead.summary("q"))).isEqualTo("{rejected q=1}");
  }

  @Test
  void aPurgeAroundWhatIsOutIsCountedOnce() {
    rig.create("q");
    dead.reject("q", "q", "a", "b", "c");
    new TestConsumer(rig).open(DeadLetterRig.DEAD).flow(1);
    rig.settle();
    assertThat(rig.get(rig.admin.purgeQueue(Rig.ADMIN, DeadLetterRig.DEAD))).isEqualTo(2);
    assertThat(counts(dead.summary("q"))).isEqualTo("{rejected q=1}");
    dead.restart();
    assertThat(counts(dead.summary("q"))).isEqualTo("{rejected q=1}");
  }

  @Test
  void withoutACountTheyAreCountedWhenSomebodyAsks() throws Exception {
    rig.create("q");
    dead.reject("q", "q", "a", "b", "c");
    StoreBatch batch = rig.store.newBatch();
    batch.deleteDefinition("tally/2");
    rig.store.commit(batch, dev.holdfast.storage.MessageStore.Durability.SYNCED);
    dead.restart();
    var asked = dead.admin().summary(Rig.ADMIN, "q");
    var askedToo = dead.admin().summary(Rig.ADMIN, "q");
    assertThat(counts(rig.get(asked))).isEqualTo("{rejected q=3}");
    assertThat(counts(rig.get(askedToo))).isEqualTo("{rejected q=3}");
    assertThat(rig.store.view().definitions()).as("kept from now on").containsKey("tally/2");
  }

  @Test
  void agesArePutTogetherWhenThereAreMany() {
    rig.create("q");
    Random random = new Random(3);
    for (int i = 0; i < 300; i++) {
      dead.reject("q", "q", "m" + i);
      rig.clock.advance(random.nextInt(5 * 3_600_000));
    }
    Group group = dead.summary("q").groups().get(0);
    assertThat(group.ages().size()).isLessThanOrEqualTo(48);
    assertThat(group.ages().values().stream().mapToLong(n -> n).sum()).isEqualTo(300);
    dead.run(DeadLetterRig.redrive("q", DeadLetterRig.where("m1"), ""));
    long left = dead.summary("q").messages();
    group = dead.summary("q").groups().get(0);
    assertThat(group.ages().values().stream().mapToLong(n -> n).sum()).isEqualTo(left);
    dead.run(DeadLetterRig.drop("q", DeadLetterFilter.ALL));
    assertThat(dead.summary("q").groups()).isEmpty();
  }
}
