package dev.holdfast.broker.amqp;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class UnsettledTest {

  @Test
  void agreesWithAMapWhateverIsSettledInWhateverOrder() {
    Random random = new Random(3);
    Unsettled<String> table = new Unsettled<>();
    TreeMap<Integer, String> model = new TreeMap<>();
    int start = Integer.MAX_VALUE - 20_000;
    int next = 0;
    for (int step = 0; step < 120_000; step++) {
      if (random.nextInt(100) < 52 || model.isEmpty()) {
        table.add(start + next, "v" + next);
        model.put(next, "v" + next);
        next++;
      } else if (random.nextInt(10) > 0) {
        int offset = random.nextBoolean() ? model.firstKey() : model.lastKey();
        offset =
            next > 50_000 && offset == 0
                ? model.higherKey(0) == null ? 0 : model.higherKey(0)
                : offset;
        assertThat(table.remove(start + offset)).isEqualTo(model.remove(offset));
      } else {
        int from = random.nextInt(next);
        int to = from + random.nextInt(200);
        List<Integer> seen = new ArrayList<>();
        table.forRange(start + from, start + to, id -> seen.add(id - start));
        assertThat(seen).containsExactlyInAnyOrderElementsOf(model.subMap(from, to + 1).keySet());
      }
      assertThat(table.size()).isEqualTo(model.size());
    }
    List<Integer> all = new ArrayList<>();
    table.forRange(0, -1, id -> all.add(id - start));
    assertThat(all).containsExactlyInAnyOrderElementsOf(model.keySet());
    table.removeIf(v -> true);
    assertThat(table.size()).isZero();
  }

  @Test
  void oneOldDeliveryDoesNotHoldUpTheRest() {
    Unsettled<String> table = new Unsettled<>();
    table.add(0, "slow");
    for (int id = 1; id < 100_000; id++) {
      table.add(id, "fast");
      table.remove(id);
    }
    assertThat(table.get(0)).isEqualTo("slow");
    assertThat(table.remove(0)).isEqualTo("slow");
    assertThat(table.size()).isZero();
  }
}
