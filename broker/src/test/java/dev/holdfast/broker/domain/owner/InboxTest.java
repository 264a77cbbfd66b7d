package dev.holdfast.broker.domain.owner;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.broker.domain.LinkEnding;
import dev.holdfast.broker.domain.OwnerCommand;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Who comes when. */
class InboxTest {
  private final Inbox inbox = new Inbox();
  private final TestConsumer port = new TestConsumer(null);

  /** Told from others by its first number. */
  private OwnerCommand data(long number) {
    return new OwnerCommand.Flow(port, number, 0, false);
  }

  private List<OwnerCommand> many(long from, int count) {
    List<OwnerCommand> batch = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      batch.add(data(from + i));
    }
    return batch;
  }

  private OwnerCommand detach() {
    return new OwnerCommand.CloseConsumer(port, LinkEnding.DETACHED);
  }

  private OwnerCommand take() {
    OwnerCommand next = inbox.peek();
    assertThat(next).isNotNull();
    assertThat(inbox.isEmpty()).isFalse();
    inbox.take();
    return next;
  }

  private static long number(OwnerCommand command) {
    return command instanceof OwnerCommand.Flow flow ? flow.deliveryLimit() : -1;
  }

  private List<Long> takeAll() {
    List<Long> numbers = new ArrayList<>();
    while (inbox.peek() != null) {
      numbers.add(number(take()));
    }
    assertThat(inbox.isEmpty()).isTrue();
    return numbers;
  }

  @Test
  void aQuietOneWaitsForATurnAndNotForEverything() {
    for (int i = 0; i < 100; i++) {
      inbox.put("user:loud", many(1_000 + i * 60L, 60));
    }
    assertThat(number(take())).isEqualTo(1_000);
    inbox.put("user:quiet", List.of(data(1), data(2)));
    List<Long> order = takeAll();
    assertThat(order.indexOf(1L)).isLessThan(Inbox.TURN);
    assertThat(order.indexOf(2L)).isEqualTo(order.indexOf(1L) + 1);
    assertThat(order).hasSize(6_001);
    order.removeAll(List.of(1L, 2L));
    assertThat(order).isSorted();
  }

  @Test
  void aBatchIsSmallerWhenOthersWaitForIt() {
    inbox.put("user:loud", many(0, 1_000));
    inbox.beginBatch();
    take();
    assertThat(inbox.batchLimit(4_096)).isEqualTo(4_096);
    inbox.put("user:quiet", many(5_000, 1));
    takeAll();
    assertThat(inbox.batchLimit(4_096)).isEqualTo(Inbox.SHARED_BATCH);
    assertThat(inbox.batchLimit(100)).isEqualTo(100);
    inbox.beginBatch();
    inbox.put("user:loud", many(0, 200));
    inbox.put("user:loud", List.of(detach()));
    inbox.put(List.of(data(7)));
    takeAll();
    assertThat(inbox.batchLimit(4_096)).isEqualTo(4_096);
  }

  @Test
  void linksComeAndGoInTheOrderInWhichThatWasSaid() {
    inbox.put("user:a", many(0, 300));
    inbox.put("user:a", List.of(data(300), detach(), data(301)));
    inbox.put("user:b", List.of(data(400)));
    inbox.put(List.of(data(500)));
    inbox.put("user:a", List.of(data(600)));
    List<Long> order = takeAll();
    assertThat(order.indexOf(-1L)).isEqualTo(301);
    assertThat(order.subList(300, order.size())).containsExactly(300L, -1L, 301L, 400L, 500L, 600L);
  }

  @Test
  void whatIsPutBackIsNext() {
    inbox.put("user:a", List.of(data(1), data(2)));
    OwnerCommand first = take();
    inbox.putBack(first);
    assertThat(takeAll()).containsExactly(1L, 2L);
  }

  @Test
  void nothingIsLostOrDoubledAndEachKeepsItsOrder() {
    Random random = new Random(11);
    List<List<Long>> put = List.of(new ArrayList<>(), new ArrayList<>(), new ArrayList<>());
    List<Long> taken = new ArrayList<>();
    long number = 0;
    for (int i = 0; i < 20_000; i++) {
      if (random.nextInt(3) > 0) {
        int who = random.nextInt(3);
        List<OwnerCommand> batch = many(number, 1 + random.nextInt(5));
        for (OwnerCommand each : batch) {
          put.get(who).add(number(each));
        }
        number += batch.size();
        if (random.nextInt(20) == 0) {
          batch.add(detach());
        }
        inbox.put(who == 0 ? "" : "user:" + who, batch);
      } else {
        for (int n = random.nextInt(20); n > 0 && inbox.peek() != null; n--) {
          taken.add(number(take()));
        }
      }
    }
    taken.addAll(takeAll());
    taken.removeAll(Collections.singleton(-1L));
    assertThat(taken).hasSize((int) number).doesNotHaveDuplicates();
    for (List<Long> each : put) {
      List<Long> mine = new ArrayList<>(taken);
      mine.retainAll(new java.util.HashSet<>(each));
      assertThat(mine).isEqualTo(each);
    }
  }
}
