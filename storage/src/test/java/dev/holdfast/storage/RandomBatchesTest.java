package dev.holdfast.storage;

import static dev.holdfast.storage.MessageStore.Durability.SYNCED;
import static dev.holdfast.storage.MessageStore.Durability.WRITTEN;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.storage.FaultyMessageStore.Failure;
import dev.holdfast.storage.rocks.RocksMessageStore;
import dev.holdfast.storage.rocks.TestSettings;
import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Random batches against the naive model; a failure names the seed that repeats it. */
class RandomBatchesTest {
  private static final int SEEDS = 25;
  private static final int COMMITS = 60;

  @TempDir Path directory;

  @Test
  void inMemoryWithRestarts() {
    for (int seed = 0; seed < SEEDS; seed++) {
      try {
        inMemory(new Random(seed));
      } catch (Throwable e) {
        throw new AssertionError("seed " + seed, e);
      }
    }
  }

  private static void inMemory(Random random) throws StoreException {
    NaiveModel model = new NaiveModel();
    InMemoryMessageStore store = InMemoryMessageStore.create();
    for (int i = 0; i < COMMITS; i++) {
      StoreBatch batch = store.newBatch();
      model.randomBatch(random, batch);
      store.commit(batch, random.nextBoolean() ? SYNCED : WRITTEN);
      if (random.nextInt(5) == 0) {
        store.close();
        store = InMemoryMessageStore.open(store.disk());
      }
      model.check(store, i % 20 == 19);
    }
    store.close();
  }

  @Test
  void onRocksWithRestarts() throws Exception {
    Random random = new Random(4711);
    NaiveModel model = new NaiveModel();
    MessageStore store = RocksMessageStore.open(TestSettings.small(directory.resolve("d")));
    for (int i = 0; i < 60; i++) {
      StoreBatch batch = store.newBatch();
      model.randomBatch(random, batch);
      store.commit(batch, random.nextBoolean() ? SYNCED : WRITTEN);
      store.maintain();
      if (i % 30 == 29) {
        store.close();
        store = RocksMessageStore.open(TestSettings.small(directory.resolve("d")));
        model.check(store, true);
      } else if (i % 30 == 14) {
        store.recover();
      }
      model.check(store, false);
    }
    store.close();
  }

  @Test
  void failuresLeaveEitherAllOrNothing() throws Exception {
    for (int seed = 0; seed < SEEDS; seed++) {
      Random random = new Random(seed);
      FaultyMessageStore store = FaultyMessageStore.create();
      NaiveModel model = new NaiveModel();
      for (int i = 0; i < 20; i++) {
        commit(store, model, random);
      }
      boolean after = random.nextBoolean();
      store.failCommit(1, after ? Failure.AFTER_APPLYING : Failure.BEFORE_APPLYING);
      StoreBatch batch = store.newBatch();
      batch.putDefinition("last", new byte[0]);
      assertThatThrownBy(() -> store.commit(batch, SYNCED)).isInstanceOf(StoreException.class);
      assertThatThrownBy(() -> store.commit(batch, SYNCED)).hasMessageContaining("recover()");
      store.recover();
      assertThat(store.view().definitions().containsKey("last")).isEqualTo(after);
      if (!after) {
        model.check(store, true);
      }
      store.close();
    }
  }

  @Test
  void aCrashTakesBackExactlyWhatWasNotSynced() throws Exception {
    for (int seed = 0; seed < SEEDS; seed++) {
      Random random = new Random(seed);
      FaultyMessageStore store = FaultyMessageStore.create();
      NaiveModel model = new NaiveModel();
      for (int i = 0; i < 20; i++) {
        commit(store, model, random);
      }
      StoreBatch batch = store.newBatch();
      batch.putDefinition("lost", new byte[0]);
      store.commit(batch, WRITTEN);
      store.crashAndReopen();
      model.check(store, true);
      store.close();
    }
  }

  private static void commit(MessageStore store, NaiveModel model, Random random)
      throws StoreException {
    StoreBatch batch = store.newBatch();
    model.randomBatch(random, batch);
    store.commit(batch, SYNCED);
  }
}
