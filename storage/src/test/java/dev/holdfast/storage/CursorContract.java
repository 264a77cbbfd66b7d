package dev.holdfast.storage;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** What every {@link MessageStore} must do about cursors. An implementation's test extends it. */
public abstract class CursorContract extends StoreContractBase {
  @Test
  void acknowledgesInAnyOrderAndCountsExactly() throws Exception {
    queue(1);
    append(1, 1, 101, 10);
    commit();
    acknowledge(1, 1, 11, 21, 10);
    acknowledge(1, 1, 1, 3, 10);
    commit();
    for (int round = 0; round < 3; round++) {
      StoreView.CursorView c = cursor(1, 1);
      assertThat(c.messages()).isEqualTo(88);
      assertThat(c.acknowledged(2)).isTrue();
      assertThat(c.acknowledged(3)).isFalse();
      assertThat(c.nextUnacknowledged(1)).isEqualTo(3);
      assertThat(c.nextUnacknowledged(11)).isEqualTo(21);
      assertThat(c.nextUnacknowledged(101)).isEqualTo(101);
      long sum = 0;
      for (long s = 1; s < 101; s++) {
        sum += c.acknowledged(s) ? 0 : message(s, 10).bytes();
      }
      assertThat(c.bytes()).isEqualTo(sum);
      if (round == 0) {
        store.recover();
      } else {
        restart();
      }
    }
  }

  @Test
  void aMiddleChunkMayDieBeforeAnOlderOne() throws Exception {
    queue(1);
    for (int i = 0; i < 10; i++) {
      append(1, 1 + i * 5, 6 + i * 5, 10);
      commit();
    }
    for (int i : new int[] {3, 5, 4, 8}) {
      acknowledge(1, 1, 1 + i * 5, 6 + i * 5, 10);
      commit();
      restart();
    }
    assertThat(log(1).chunkCount()).isEqualTo(6);
    assertThat(log(1).firstSequence()).isEqualTo(1);
    assertThat(cursor(1, 1).nextUnacknowledged(16)).isEqualTo(31);
    assertThat(cursor(1, 1).messages()).isEqualTo(30);
    acknowledge(1, 1, 1, 16, 10);
    commit();
    assertThat(log(1).firstSequence()).isEqualTo(31);
    restart();
    assertThat(log(1).firstSequence()).isEqualTo(31);
    assertThat(cursor(1, 1).messages()).isEqualTo(15);
    acknowledge(1, 1, 46, 51, 10);
    commit();
    acknowledge(1, 1, 31, 41, 10);
    commit();
    restart();
    assertThat(log(1).firstSequence()).isEqualTo(51);
    assertThat(log(1).nextSequence()).isEqualTo(51);
  }

  @Test
  void appendsAndAcknowledgesInOneBatch() throws Exception {
    queue(1);
    append(1, 1, 11, 10);
    acknowledge(1, 1, 1, 6, 10);
    append(1, 11, 21, 10);
    acknowledge(1, 1, 11, 21, 10);
    commit();
    for (int round = 0; round < 2; round++) {
      assertThat(cursor(1, 1).messages()).isEqualTo(5);
      assertThat(cursor(1, 1).nextUnacknowledged(1)).isEqualTo(6);
      assertThat(log(1).nextSequence()).isEqualTo(21);
      restart();
    }
    acknowledge(1, 1, 6, 11, 10);
    append(1, 21, 22, 10);
    commit();
    restart();
    assertThat(log(1).firstSequence()).isEqualTo(21);
    assertThat(cursor(1, 1).messages()).isEqualTo(1);
  }

  @Test
  void aBatchThatLeavesNothingKeepsTheSequence() throws Exception {
    queue(1);
    append(1, 1, 6, 10);
    acknowledge(1, 1, 1, 6, 10);
    commit();
    restart();
    assertThat(log(1).nextSequence()).isEqualTo(6);
    assertThat(log(1).chunkCount()).isZero();
  }

  @Test
  void twoCursorsConsumeOneLog() throws Exception {
    queue(1);
    batch.createCursor(1, 2, 1);
    for (int i = 0; i < 4; i++) {
      append(1, 1 + i * 5, 6 + i * 5, 10);
      commit();
    }
    acknowledge(1, 1, 6, 11, 10);
    commit();
    acknowledge(1, 1, 1, 6, 10);
    acknowledge(1, 1, 11, 13, 10);
    commit();
    restart();
    assertThat(log(1).chunkCount()).isEqualTo(4);
    assertThat(cursor(1, 1).messages()).isEqualTo(8);
    assertThat(cursor(1, 1).nextUnacknowledged(1)).isEqualTo(13);
    assertThat(cursor(1, 2).messages()).isEqualTo(20);
    acknowledge(1, 2, 1, 6, 10);
    commit();
    restart();
    assertThat(log(1).firstSequence()).isEqualTo(6);
    batch.dropCursor(1, 2);
    commit();
    assertThat(log(1).firstSequence()).isEqualTo(11);
    assertThat(log(1).chunkCount()).isEqualTo(2);
    restart();
    assertThat(log(1).cursorIds()).containsExactly(1);
    assertThat(log(1).chunkCount()).isEqualTo(2);
    assertThat(store.view().freeCursorId(1)).hasValue(2);
  }

  @Test
  void aCursorMayStartInTheMiddleOfAChunk() throws Exception {
    queue(1);
    append(1, 1, 11, 10);
    commit();
    batch.createCursor(1, 2, 4);
    batch.createCursor(1, 3, 11);
    commit();
    for (int round = 0; round < 2; round++) {
      assertThat(cursor(1, 2).messages()).isEqualTo(7);
      assertThat(cursor(1, 2).bytes()).isEqualTo(7 * 10 + 2 * 3);
      assertThat(cursor(1, 2).nextUnacknowledged(1)).isEqualTo(4);
      assertThat(cursor(1, 3).messages()).isZero();
      restart();
    }
    acknowledge(1, 2, 4, 11, 10);
    acknowledge(1, 1, 1, 11, 10);
    commit();
    assertThat(log(1).chunkCount()).isZero();
  }

  @Test
  void purgesWhatACursorStillHas() throws Exception {
    queue(1);
    append(1, 1, 3000, 100);
    commit();
    acknowledge(1, 1, 100, 120, 100);
    commit();
    append(1, 3000, 3010, 100);
    batch.purge(1, 1, 0, Long.MAX_VALUE);
    append(1, 3010, 3020, 100);
    commit();
    for (int round = 0; round < 2; round++) {
      assertThat(cursor(1, 1).messages()).isEqualTo(10);
      assertThat(log(1).firstSequence()).isEqualTo(3010);
      assertThat(log(1).nextSequence()).isEqualTo(3020);
      restart();
    }
  }

  @Test
  void purgesOnlyTheChunksThatBeginInTheRange() throws Exception {
    queue(1);
    append(1, 1, 11, 100);
    commit();
    append(1, 11, 21, 100);
    commit();
    append(1, 21, 31, 100);
    commit();
    batch.purge(1, 1, 2, 21);
    commit();
    for (int round = 0; round < 2; round++) {
      assertThat(cursor(1, 1).messages()).isEqualTo(20);
      assertThat(cursor(1, 1).nextUnacknowledged(11)).isEqualTo(21);
      assertThat(cursor(1, 1).acknowledged(10)).isFalse();
      restart();
    }
  }

  @Test
  void keepsHistoriesUntilTheMessageIsAcknowledged() throws Exception {
    queue(1);
    append(1, 1, 11, 10);
    commit();
    batch.recordHistory(1, 1, 5, new DeliveryHistory(1, 0, 11, 11));
    commit();
    DeliveryHistory history = new DeliveryHistory(2, 77_000, 11, 12);
    DeliveryHistory waiting = new DeliveryHistory(0, 88_000, 0, 0);
    batch.recordHistory(1, 1, 5, history);
    batch.recordHistory(1, 1, 9, waiting);
    batch.recordHistory(1, 1, 6, new DeliveryHistory(65_535, 0, 13, 14));
    commit();
    for (int round = 0; round < 2; round++) {
      assertThat(cursor(1, 1).history(5)).isEqualTo(history);
      assertThat(cursor(1, 1).history(6).failures()).isEqualTo(65_535);
      assertThat(cursor(1, 1).history(7)).isSameAs(DeliveryHistory.NONE);
      assertThat(cursor(1, 1).history(9)).isEqualTo(waiting);
      assertThat(cursor(1, 1).messages()).isEqualTo(10);
      restart();
    }
    acknowledge(1, 1, 5, 6, 10);
    commit();
    restart();
    assertThat(cursor(1, 1).history(5)).isEqualTo(DeliveryHistory.NONE);
    assertThat(cursor(1, 1).history(6).failures()).isEqualTo(65_535);
  }
}
