package dev.holdfast.storage;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** What every {@link MessageStore} must know of when messages expire. */
public abstract class ExpiryContract extends StoreContractBase {

  private void append(long sequence, long expiryMs) {
    StoredMessage plain = message(sequence, 10);
    batch.append(
        1,
        new StoredMessage(
            sequence,
            plain.flags(),
            plain.priority(),
            plain.enqueuedMs(),
            expiryMs,
            0,
            0,
            plain.attributes(),
            plain.body()));
  }

  private void chunk(long firstSequence, long... expiries) throws StoreException {
    for (int i = 0; i < expiries.length; i++) {
      append(firstSequence + i, expiries[i]);
    }
    commit();
  }

  @Test
  void theEarliestOfEachChunkCounts() throws Exception {
    queue(1);
    chunk(1, 500, 300, 0);
    chunk(4, 0, 0);
    chunk(6, 400);
    for (int round = 0; round < 2; round++) {
      assertThat(log(1).nextExpiryMs()).isEqualTo(300);
      assertThat(log(1).chunksExpiring(299, 10)).isEmpty();
      assertThat(log(1).chunksExpiring(300, 10))
          .extracting(ChunkInfo::firstSequence)
          .containsExactly(1L);
      assertThat(log(1).chunksExpiring(1_000, 10))
          .extracting(ChunkInfo::firstSequence)
          .containsExactly(1L, 6L);
      assertThat(log(1).chunksExpiring(1_000, 1)).hasSize(1);
      restart();
    }
  }

  @Test
  void deadChunksDoNotCount() throws Exception {
    queue(1);
    for (int i = 0; i < 500; i++) {
      chunk(1 + i, 1_000 + i);
    }
    acknowledge(1, 1, 1, 500, 10);
    commit();
    assertThat(log(1).nextExpiryMs()).isEqualTo(1_499);
    assertThat(log(1).chunksExpiring(Long.MAX_VALUE, 1_000)).hasSize(1);
    acknowledge(1, 1, 500, 501, 10);
    commit();
    assertThat(log(1).nextExpiryMs()).isEqualTo(Long.MAX_VALUE);
    assertThat(log(1).chunksExpiring(Long.MAX_VALUE, 1_000)).isEmpty();
  }

  @Test
  void whatHasBeenExaminedIsKnownUntilTheNextRecovery() throws Exception {
    queue(1);
    chunk(1, 300, 700);
    chunk(3, 400);
    log(1).expiryExamined(1, 700);
    assertThat(log(1).nextExpiryMs()).isEqualTo(400);
    log(1).expiryExamined(3, 0);
    assertThat(log(1).nextExpiryMs()).isEqualTo(700);
    log(1).expiryExamined(1, 600);
    assertThat(log(1).nextExpiryMs()).as("never earlier again").isEqualTo(700);
    log(1).expiryExamined(2, 0);
    log(1).expiryExamined(99, 0);
    assertThat(log(1).chunksExpiring(Long.MAX_VALUE, 9))
        .extracting(ChunkInfo::firstSequence)
        .containsExactly(1L);
    store.recover();
    assertThat(log(1).nextExpiryMs()).isEqualTo(300);
    assertThat(log(1).chunksExpiring(Long.MAX_VALUE, 9)).hasSize(2);
  }
}
