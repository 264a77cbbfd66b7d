package dev.holdfast.broker.domain.owner;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.holdfast.broker.domain.NodeError;
import dev.holdfast.broker.domain.Outcome;
import dev.holdfast.broker.domain.QueueInfo;
import dev.holdfast.storage.ChunkInfo;
import dev.holdfast.storage.FaultyMessageStore;
import dev.holdfast.storage.MessageStore;
import dev.holdfast.storage.StoreException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/** A chunk whose bytes do not verify, or do not come, and what the queue makes of it. */
class UnreadableTest {
  private final Rig rig = new Rig(FaultyMessageStore.create(), Rig.tiny());
  private final Logger log = (Logger) LoggerFactory.getLogger(BacklogReader.class);
  private final ListAppender<ILoggingEvent> logged = new ListAppender<>();
  private long badSequence;
  private StoreException.Reason reason = StoreException.Reason.CORRUPT;

  @BeforeEach
  void listen() {
    logged.start();
    log.setLevel(Level.ERROR);
    log.addAppender(logged);
  }

  @AfterEach
  void stopListening() {
    log.detachAppender(logged);
    log.setLevel(null);
  }

  /** Thirty messages in thirty chunks, on a store that cannot read the one with badSequence. */
  private void thirtyMessages() {
    MessageStore store =
        (MessageStore)
            Proxy.newProxyInstance(
                getClass().getClassLoader(),
                new Class<?>[] {MessageStore.class},
                (proxy, method, arguments) -> {
                  if (method.getName().equals("read")
                      && ((ChunkInfo) arguments[1]).firstSequence() == badSequence) {
                    throw new StoreException(reason, "log 1, sequences " + badSequence);
                  }
                  try {
                    return method.invoke(rig.store, arguments);
                  } catch (InvocationTargetException e) {
                    throw e.getCause();
                  }
                });
    rig.boot(store);
    rig.create("q");
    for (int i = 1; i <= 30; i++) {
      rig.send("q", "m" + i + "-".repeat(200));
    }
  }

  private List<Long> sequences(TestConsumer consumer) {
    List<Long> sequences = new ArrayList<>();
    consumer.deliveries.forEach(d -> sequences.add(d.message().sequence()));
    return sequences;
  }

  @Test
  void isNeitherServedNorForgottenAndTheOthersGoOn() {
    thirtyMessages();
    badSequence = 20;
    TestConsumer consumer = new TestConsumer(rig).open("q").flow(100, Long.MAX_VALUE, true);
    rig.settle();
    assertThat(sequences(consumer)).hasSize(29).doesNotContain(20L).isSorted();
    assertThat(consumer.drained).containsExactly(0L);
    for (int i = 0; i < 29; i++) {
      consumer.settle(i, Outcome.ACCEPTED);
    }
    rig.settle();
    QueueInfo info = rig.info("q");
    assertThat(info.unreadable()).isEqualTo(1);
    assertThat(info.messages()).as("kept").isEqualTo(1);
    assertThat(rig.get(rig.admin.peek(Rig.ADMIN, "q", 0, 100))).isEmpty();
    assertThat(logged.list).as("told once").hasSize(1);
    assertThat(logged.list.get(0).getFormattedMessage()).contains("queue q").contains("20 to 20");
    assertThat(rig.get(rig.admin.purgeQueue(Rig.ADMIN, "q"))).isEqualTo(1);
    assertThat(rig.info("q").unreadable()).isZero();
  }

  @Test
  void aReturnedMessageMayTurnOutUnreadable() {
    thirtyMessages();
    TestConsumer consumer = new TestConsumer(rig);
    consumer.callsSent = true;
    consumer.open("q").flow(10);
    rig.settle();
    badSequence = 6;
    consumer.close();
    rig.settle();
    TestConsumer next = new TestConsumer(rig).open("q").flow(100);
    rig.settle();
    assertThat(sequences(next)).hasSize(29).doesNotContain(6L).isSorted();
    assertThat(rig.info("q").unreadable()).isEqualTo(1);
  }

  @Test
  void anOutcomeThatNeedsAnUnreadableBodyLeavesTheMessageInPlace() {
    thirtyMessages();
    TestConsumer consumer = new TestConsumer(rig);
    consumer.callsSent = true;
    consumer.open("q").flow(10);
    rig.settle();
    badSequence = 9;
    consumer.settle(8, new Outcome.Rejected("", ""));
    rig.settle();
    assertThat(consumer.stored).hasSize(1);
    assertThat(rig.messages("q")).isEqualTo(30);
    assertThat(rig.messages("q/$dead-letter")).isZero();
    assertThat(rig.info("q").unreadable()).isEqualTo(1);
  }

  @Test
  void aReadThatFailsForAMomentIsTriedAgain() {
    thirtyMessages();
    badSequence = 20;
    reason = StoreException.Reason.IO;
    TestConsumer consumer = new TestConsumer(rig).open("q").flow(100, Long.MAX_VALUE, true);
    rig.settle();
    assertThat(sequences(consumer)).hasSize(19);
    assertThat(consumer.drained).isEmpty();
    badSequence = 0;
    rig.clock.advance(600);
    rig.settle();
    assertThat(sequences(consumer)).hasSize(30).isSorted();
    assertThat(consumer.drained).hasSize(1);
    assertThat(rig.info("q").unreadable()).isZero();
  }

  @Test
  void aQueueThatCannotBeReadTellsSoWhenPurged() {
    thirtyMessages();
    TestConsumer consumer = new TestConsumer(rig).open("q").flow(1);
    rig.settle();
    badSequence = 1;
    assertThat(
            org.assertj.core.api.Assertions.catchThrowable(
                () -> rig.get(rig.admin.purgeQueue(Rig.ADMIN, "q"))))
        .hasMessageContaining(NodeError.Code.INTERNAL.name());
    assertThat(consumer.closed).isNull();
  }
}
