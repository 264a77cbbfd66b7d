package dev.holdfast.broker.domain.owner;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.storage.StoredMessage;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** The ring with holes against a plain list. */
class WindowTest {

  private static StoredMessage message(long sequence) {
    return new StoredMessage(
        sequence, (byte) 0, (byte) 4, 0, 0, 0, 0, StoredMessage.NO_ATTRIBUTES, new byte[0]);
  }

  @Test
  void behavesLikeAListWhateverIsTakenFromWhere() {
    Random random = new Random(7);
    for (int round = 0; round < 200; round++) {
      Window window = new Window();
      List<StoredMessage> list = new ArrayList<>();
      long sequence = 1;
      for (int step = 0; step < 500; step++) {
        int dice = random.nextInt(10);
        if (dice < 5) {
          sequence += 1 + random.nextInt(3);
          StoredMessage message = message(sequence);
          window.addLast(message);
          list.add(message);
        } else if (dice < 7) {
          assertThat(window.pollFirst()).isSameAs(list.isEmpty() ? null : list.remove(0));
        } else if (!list.isEmpty() && dice < 9) {
          StoredMessage chosen = list.remove(random.nextInt(list.size()));
          long slot = window.slotFrom(chosen.sequence());
          assertThat(window.holds(slot, chosen.sequence())).isTrue();
          assertThat(window.take(slot)).isSameAs(chosen);
          assertThat(window.holds(window.slotFrom(chosen.sequence()), chosen.sequence())).isFalse();
        } else if (random.nextInt(10) == 0) {
          int odd = random.nextInt(2);
          window.removeIf(m -> m.sequence() % 2 == odd);
          list.removeIf(m -> m.sequence() % 2 == odd);
        }
        assertThat(window.isEmpty()).isEqualTo(list.isEmpty());
        assertThat(window.peekFirst()).isSameAs(list.isEmpty() ? null : list.get(0));
      }
      List<StoredMessage> all = new ArrayList<>();
      for (long at = window.nextTaken(0); at < window.tail(); at = window.nextTaken(at + 1)) {
        all.add(window.get(at));
      }
      assertThat(all).isEqualTo(list);
    }
  }
}
