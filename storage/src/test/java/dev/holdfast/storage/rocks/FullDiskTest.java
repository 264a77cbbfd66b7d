package dev.holdfast.storage.rocks;

import static dev.holdfast.storage.MessageStore.Durability.SYNCED;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.holdfast.storage.ChunkInfo;
import dev.holdfast.storage.MessageStore;
import dev.holdfast.storage.StoreBatch;
import dev.holdfast.storage.StoreException;
import dev.holdfast.storage.StoreException.Reason;
import dev.holdfast.storage.StoreView;
import dev.holdfast.storage.StoredMessage;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A disk of 64 MiB runs full, in every way it can. Write buffers are as large beside the reserve as
 * {@link StoreSettings#fitting} lets them be at most.
 */
@Timeout(120)
class FullDiskTest {
  private static final int QUEUE = 1;
  private static final int MESSAGE_BYTES = 20_000;
  private static final long RESERVE = 14L << 20;

  @TempDir Path mountPoint;
  private SmallDisk disk;
  private MessageStore store;
  private long writeBuffer;
  private final TickingClock clock = new TickingClock();

  /** Goes on a second at each look at the store. */
  private static final class TickingClock extends Clock {
    private long seconds = 1_000_000;

    @Override
    public ZoneId getZone() {
      return ZoneOffset.UTC;
    }

    @Override
    public Clock withZone(ZoneId zone) {
      return this;
    }

    @Override
    public Instant instant() {
      return Instant.ofEpochSecond(seconds);
    }
  }

  @BeforeEach
  void mount() throws Exception {
    disk = SmallDisk.mount(mountPoint, 64);
    writeBuffer = RESERVE / 6;
    open();
    StoreFiles.createQueue(store, QUEUE);
  }

  @AfterEach
  void unmount() {
    store.close();
    disk.close();
  }

  private void open() throws StoreException {
    StoreSettings settings = settings(disk.root().resolve("data"));
    store = RocksMessageStore.open(settings, DataDirectory.open(settings.dataDirectory()), disk);
  }

  private StoreSettings settings(Path data) {
    return StoreSettings.defaults(data)
        .withMemory(writeBuffer, 4 << 20)
        .withReserveBytes(RESERVE)
        .withClock(clock);
  }

  private void lookAgain() {
    clock.seconds++;
    store.maintain();
  }

  private boolean publish() throws StoreException {
    if (!store.health().publishable()) {
      return false;
    }
    StoreBatch batch = store.newBatch();
    batch.append(QUEUE, StoreFiles.message(store.view().log(QUEUE).nextSequence(), MESSAGE_BYTES));
    return commit(batch);
  }

  /** As a broker does it: after a failure the store is built again until that works. */
  private boolean commit(StoreBatch batch) throws StoreException {
    try {
      store.commit(batch, SYNCED);
      return true;
    } catch (StoreException e) {
      assertThat(e.reason()).as("%s", e).isEqualTo(Reason.DISK_FULL);
      store.recover();
      return false;
    }
  }

  private void publishUntilRefused(int commitsPerLook) throws StoreException {
    for (int i = 1; publish(); i++) {
      if (i % commitsPerLook == 0) {
        lookAgain();
      }
    }
  }

  private void consume(double share) throws StoreException {
    StoreView.LogView log = store.view().log(QUEUE);
    long wanted = (long) (log.cursor(1).messages() * share);
    while (wanted > 0) {
      StoreBatch batch = store.newBatch();
      ChunkInfo chunk = log.chunkAtOrAfter(log.firstSequence());
      for (StoredMessage message : store.read(QUEUE, chunk)) {
        batch.acknowledge(QUEUE, 1, message.sequence(), message.bytes());
      }
      if (commit(batch)) {
        wanted -= chunk.count();
      }
      log = store.view().log(QUEUE);
    }
  }

  private void awaitPublishing() {
    await()
        .pollInSameThread()
        .pollInterval(Duration.ofMillis(10))
        .atMost(Duration.ofSeconds(60))
        .untilAsserted(
            () -> {
              lookAgain();
              assertThat(publish()).as("%s", store.health()).isTrue();
            });
  }

  private void assertNothingIsLost(long consumed) throws StoreException {
    StoreView.LogView log = store.view().log(QUEUE);
    assertThat(log.cursor(1).messages()).isEqualTo(log.nextSequence() - 1 - consumed);
    for (long at = log.firstSequence(); log.chunkAtOrAfter(at) != null; ) {
      ChunkInfo chunk = log.chunkAtOrAfter(at);
      for (StoredMessage message : store.read(QUEUE, chunk)) {
        assertThat(message.body())
            .isEqualTo(StoreFiles.message(message.sequence(), MESSAGE_BYTES).body());
      }
      at = chunk.endSequence();
    }
  }

  @ParameterizedTest(name = "looking after every {0} commits")
  @ValueSource(ints = {1, 40, 150, 400, 700, 1_000_000})
  void messagesFillItAndConsumingThemMakesRoom(int commitsPerLook) throws Exception {
    publishUntilRefused(commitsPerLook);
    long stored = store.view().log(QUEUE).cursor(1).messages();
    consume(0.75);
    awaitPublishing();
    long consumed = (long) (stored * 0.75);
    assertNothingIsLost(consumed);
    store.close();
    open();
    assertNothingIsLost(consumed);
  }

  @Test
  void itFillsAndEmptiesTimeAndAgain() throws Exception {
    for (int i = 1; i <= 6; i++) {
      publishUntilRefused(i * 150);
      consume(1 - 0.04 * i);
      awaitPublishing();
    }
  }

  @Test
  void somebodyElseFillsItAndGivesTheRoomBack() throws Exception {
    publishUntilRefused(40);
    consume(0.5);
    awaitPublishing();
    for (int i = 0; i < 3; i++) {
      disk.fillBut(0);
      lookAgain();
      assertThat(store.health().publishable()).isFalse();
      assertThat(store.health().reason()).contains("publishing resumes by itself");
      consume(0.1);
      disk.free();
      awaitPublishing();
    }
  }

  @Test
  void itOpensOnAFullDisk() throws Exception {
    publishUntilRefused(100);
    consume(0.5);
    awaitPublishing();
    long before = store.view().log(QUEUE).cursor(1).messages();
    disk.fillBut(0);
    store.close();
    open();
    // What opening gave back is taken, too.
    disk.fillBut(0);
    lookAgain();
    assertThat(store.health().publishable()).isFalse();
    consume(0.5);
    assertThat(store.view().log(QUEUE).cursor(1).messages()).isEqualTo(before - before / 2);
    disk.free();
    awaitPublishing();
  }

  @Test
  void itResumesAfterReopeningWhileFullOfItsOwn() throws Exception {
    publishUntilRefused(1_000_000);
    store.close();
    open();
    consume(0.75);
    awaitPublishing();
  }

  @Test
  void aFlushThatFindsNoRoomHealsWhenRoomReturns() throws Exception {
    disk.fillBut(RESERVE / 2);
    // Without a look in between the store learns of it by the failing flush and write only.
    publishUntilRefused(1_000_000);
    disk.free();
    awaitPublishing();
    assertNothingIsLost(0);
  }

  @Test
  void logsThatWaitToBeRecycledAreGivenBack() throws Exception {
    store.close();
    writeBuffer = 8 << 20;
    open();
    for (int i = 0; i < 4_000; i++) {
      assertThat(publish()).isTrue();
      consume(1);
    }
    disk.fillBut(RESERVE - (4L << 20));
    assertThat(disk.freeBytes()).isLessThan(RESERVE);
    awaitPublishing();
    assertThat(disk.freeBytes()).isGreaterThan(RESERVE);
  }

  @Test
  void aDiskTooFullToOpenIsNamed() throws Exception {
    publishUntilRefused(40);
    store.close();
    Files.deleteIfExists(disk.root().resolve("data").resolve("reserve"));
    disk.fillBut(0);
    assertThatThrownBy(this::open)
        .isInstanceOfSatisfying(
            StoreException.class, e -> assertThat(e.reason()).isEqualTo(Reason.DISK_FULL))
        .hasMessageContaining("then try again");
    disk.free();
    open();
    consume(1);
    awaitPublishing();
  }
}
