package dev.holdfast.broker.domain.owner;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.holdfast.acl.AccessPolicy;
import dev.holdfast.broker.domain.ConsumerPort;
import dev.holdfast.broker.domain.Delivery;
import dev.holdfast.broker.domain.EdgeEvent;
import dev.holdfast.broker.domain.EdgeLoop;
import dev.holdfast.broker.domain.FilterCodec;
import dev.holdfast.broker.domain.NodeError;
import dev.holdfast.broker.domain.NodeInfo;
import dev.holdfast.broker.domain.OpenedSource;
import dev.holdfast.broker.domain.Outcome;
import dev.holdfast.broker.domain.OwnerCommand;
import dev.holdfast.broker.domain.PublishAnswer;
import dev.holdfast.broker.domain.PublisherPort;
import dev.holdfast.broker.domain.QueueDefinition;
import dev.holdfast.broker.domain.SourceRequest;
import dev.holdfast.broker.domain.TargetRequest;
import dev.holdfast.deadletter.RetryPolicy;
import dev.holdfast.storage.FaultyMessageStore;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The loop with its real threads. */
class OwnerLoopTest {
  private static final int MESSAGES = 20_000;

  private final FaultyMessageStore store = FaultyMessageStore.create();
  private final AtomicBoolean broken = new AtomicBoolean();
  private final AtomicReference<Throwable> fatal = new AtomicReference<>();
  private final OwnerLoop loop =
      new OwnerLoop(
          BrokenStore.over(store, broken),
          DomainSettings.defaults(),
          AccessPolicy.adminOnly(),
          FilterCodec.NONE,
          InstantSource.system(),
          fatal::set);
  private final ExecutorService edgeThread = Executors.newSingleThreadExecutor();
  private final EdgeLoop edge =
      events -> edgeThread.execute(() -> events.forEach(EdgeEvent::apply));

  @AfterEach
  void end() {
    edgeThread.shutdownNow();
  }

  private final class Sender implements PublisherPort {
    private final AtomicInteger accepted = new AtomicInteger();
    private volatile NodeError closed;

    @Override
    public EdgeLoop loop() {
      return edge;
    }

    @Override
    public void opened(NodeInfo node) {}

    @Override
    public void answered(List<PublishAnswer> answers) {
      answers.forEach(a -> accepted.addAndGet(a.error() == null ? 1 : 0));
    }

    @Override
    public void closed(NodeError error) {
      closed = error;
    }
  }

  private final class Receiver implements ConsumerPort {
    private final AtomicInteger received = new AtomicInteger();
    private volatile NodeError closed;

    @Override
    public EdgeLoop loop() {
      return edge;
    }

    @Override
    public void opened(OpenedSource source) {
      loop.submit(List.of(new OwnerCommand.Flow(this, 500, Long.MAX_VALUE, false)));
    }

    @Override
    public void deliver(List<Delivery> deliveries) {
      List<OwnerCommand> answer = new ArrayList<>();
      for (Delivery delivery : deliveries) {
        answer.add(new OwnerCommand.Settle(this, delivery, Outcome.ACCEPTED, false));
      }
      int total = received.addAndGet(deliveries.size());
      answer.add(new OwnerCommand.Flow(this, total + 500, Long.MAX_VALUE, false));
      loop.submit(answer);
    }

    @Override
    public void outcomesStored(List<Delivery> deliveries) {}

    @Override
    public void drained(long available) {}

    @Override
    public void closed(NodeError error) {
      closed = error;
    }
  }

  private void create(String name) throws Exception {
    loop.admin()
        .createQueue(Rig.ADMIN, new QueueDefinition(name, 1 << 20, RetryPolicy.DEFAULT))
        .toCompletableFuture()
        .get(30, TimeUnit.SECONDS);
  }

  @Test
  void carriesMessagesThroughAndStopsClean() throws Exception {
    loop.start();
    create("q");
    Sender sender = new Sender();
    Receiver receiver = new Receiver();
    loop.submit(
        List.of(
            new OwnerCommand.OpenPublisher(sender, Rig.peer(), TargetRequest.of("q")),
            new OwnerCommand.OpenConsumer(
                receiver,
                Rig.peer(),
                SourceRequest.of("q"),
                false,
                new Outcome.Modified(true, false))));
    List<OwnerCommand> batch = new ArrayList<>();
    for (int i = 0; i < MESSAGES; i++) {
      batch.add(new OwnerCommand.Publish(sender, "", Rig.message("m" + i), i, true));
      if (batch.size() == 100) {
        loop.submit(List.copyOf(batch));
        batch.clear();
      }
    }
    await().atMost(60, TimeUnit.SECONDS).until(() -> receiver.received.get() == MESSAGES);
    await().atMost(60, TimeUnit.SECONDS).until(() -> sender.accepted.get() == MESSAGES);
    await()
        .atMost(60, TimeUnit.SECONDS)
        .until(
            () ->
                loop.admin()
                        .queue(Rig.ADMIN, "q")
                        .toCompletableFuture()
                        .get(30, TimeUnit.SECONDS)
                        .messages()
                    == 0);
    loop.stop().toCompletableFuture().get(30, TimeUnit.SECONDS);
    await().atMost(30, TimeUnit.SECONDS).until(() -> receiver.closed != null);
    assertThat(receiver.closed.code()).isEqualTo(NodeError.Code.FORCED);
    assertThat(sender.closed.code()).isEqualTo(NodeError.Code.FORCED);
    assertThat(fatal.get()).isNull();
    store.crashAndReopen();
    assertThat(store.view().log(1).cursor(0).messages()).isZero();
  }

  @Test
  void anIdleLoopWakesForOneCommand() throws Exception {
    loop.start();
    for (int i = 0; i < 50; i++) {
      create("q" + i);
    }
    loop.stop().toCompletableFuture().get(30, TimeUnit.SECONDS);
    assertThat(fatal.get()).isNull();
  }

  @Test
  void aStoreThatStaysBrokenIsReportedAndEndsIt() throws Exception {
    loop.start();
    create("q");
    broken.set(true);
    loop.admin().deleteQueue(Rig.ADMIN, "q");
    await().atMost(60, TimeUnit.SECONDS).until(() -> fatal.get() != null);
    assertThat(fatal.get()).isInstanceOf(CommitFailedException.class);
    assertThat(loop.stop().toCompletableFuture()).isCompletedExceptionally();
  }
}
