package dev.holdfast.broker.domain.owner;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.holdfast.storage.StoredMessage;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

class SlowCommitsTest {
  private static final long FAST = TimeUnit.MILLISECONDS.toNanos(100);
  private static final long SLOW = TimeUnit.MILLISECONDS.toNanos(101);
  private final Logger logger = (Logger) LoggerFactory.getLogger(SlowCommits.class);
  private final ListAppender<ILoggingEvent> logged = new ListAppender<>();
  private final Rig rig = new Rig();
  private final StagedBatch batch = new StagedBatch(rig.store, new Traffic());
  private final SlowCommits slow = new SlowCommits(new CommitTimes(), 100);

  @BeforeEach
  void listen() {
    logged.start();
    logger.setLevel(Level.WARN);
    logger.addAppender(logged);
  }

  @AfterEach
  void stop() {
    logger.detachAppender(logged);
    logger.setLevel(null);
  }

  private void commit(long atMs, long nanos) {
    batch.begin(atMs);
    slow.committed(batch, true, nanos);
  }

  private List<String> warnings() {
    return logged.list.stream().map(ILoggingEvent::getFormattedMessage).toList();
  }

  @Test
  void oneThatTakesNoLongerThanAllowedIsNoNews() {
    commit(1_000, FAST);
    assertThat(warnings()).isEmpty();
  }

  @Test
  void oneThatTakesLongerIsToldWithTheNodesThatWaited() {
    rig.create("orders");
    NodeLog log = rig.body.nodes().find("orders").logs().iterator().next();
    byte[] body = {'a'};
    batch.append(
        log,
        new StoredMessage(
            log.nextSequence,
            StoredMessage.DURABLE,
            (byte) 4,
            1_000,
            0,
            0,
            0,
            StoredMessage.NO_ATTRIBUTES,
            body));
    commit(1_000, SLOW);
    assertThat(warnings())
        .singleElement()
        .asString()
        .startsWith("HF-SLOW-COMMIT: a commit took 101 ms, with messages for orders; 0 more");
  }

  @Test
  void moreOfThemAreCountedAndToldOnlyEveryHalfMinute() {
    commit(1_000, SLOW);
    commit(2_000, SLOW);
    commit(30_999, SLOW);
    assertThat(warnings()).hasSize(1);
    commit(31_000, SLOW);
    assertThat(warnings()).hasSize(2);
    assertThat(warnings().get(1)).contains("2 more were slow since");
  }

  @Test
  void aClockThatIsSetBackDoesNotSilenceIt() {
    commit(1_000_000, SLOW);
    commit(1_000, SLOW);
    assertThat(warnings()).hasSize(2);
  }
}
