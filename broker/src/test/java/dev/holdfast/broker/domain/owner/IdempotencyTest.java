package dev.holdfast.broker.domain.owner;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.broker.domain.IdempotencyAdmin;
import dev.holdfast.broker.domain.IdempotencyPolicy;
import dev.holdfast.broker.domain.IncomingMessage;
import dev.holdfast.broker.domain.IncomingMessage.Marks;
import dev.holdfast.broker.domain.LinkEnding;
import dev.holdfast.broker.domain.NodeError;
import dev.holdfast.broker.domain.Outcome;
import dev.holdfast.broker.domain.OwnerCommand;
import dev.holdfast.broker.domain.PublishAnswer;
import dev.holdfast.broker.domain.QueueDefinition;
import dev.holdfast.broker.domain.TargetRequest;
import dev.holdfast.deadletter.RetryPolicy;
import dev.holdfast.storage.FaultyMessageStore;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Test;

/** A message that is sent again is stored once. */
class IdempotencyTest {
  private static final long WINDOW_MS = 60_000;
  private final Rig rig = new Rig();

  private static IncomingMessage message(String key, String body, boolean durable) {
    return new IncomingMessage(
        durable,
        (byte) 4,
        -1,
        0,
        0,
        body.getBytes(StandardCharsets.UTF_8),
        new Marks(null, 0, 0, key, null, body.hashCode()));
  }

  private void queue(String name) {
    IdempotencyPolicy policy = new IdempotencyPolicy(WINDOW_MS, false);
    rig.get(
        rig.admin.createQueue(
            Rig.ADMIN, new QueueDefinition(name, 1 << 20, RetryPolicy.DEFAULT, policy)));
  }

  private PublishAnswer send(TestPublisher publisher, String key, String body) {
    publisher.send("", message(key, body, true), key);
    rig.settle();
    return last(publisher);
  }

  private static TestPublisher open(Rig rig, TargetRequest target) {
    TestPublisher publisher = new TestPublisher(rig);
    rig.submit(new OwnerCommand.OpenPublisher(publisher, Rig.peer(), target));
    rig.settle();
    return publisher;
  }

  private static PublishAnswer last(TestPublisher publisher) {
    return publisher.answers.get(publisher.answers.size() - 1);
  }

  @Test
  void theSecondCopyIsAcceptedAndNotStored() {
    queue("q");
    TestPublisher publisher = open(rig, TargetRequest.of("q"));
    assertThat(send(publisher, "k", "one").sequence()).isEqualTo(1);
    PublishAnswer again = send(publisher, "k", "one");
    assertThat(again.error()).isNull();
    assertThat(again.sequence()).isEqualTo(1);
    assertThat(send(publisher, "other", "one").sequence()).isEqualTo(2);
    assertThat(rig.info("q").messages()).isEqualTo(2);
  }

  @Test
  void aLinkThatAsksIsToldOfTheFirstCopy() {
    queue("q");
    send(open(rig, TargetRequest.of("q")), "k", "one");
    TestPublisher asking = open(rig, new TargetRequest("q", null, null, true));
    PublishAnswer again = send(asking, "k", "one");
    assertThat(again.error().code()).isEqualTo(NodeError.Code.DUPLICATE);
    assertThat(again.sequence()).isEqualTo(1);
    assertThat(rig.info("q").messages()).isEqualTo(1);
  }

  @Test
  void copiesInOneBatchCountToo() {
    queue("q");
    TestPublisher publisher = open(rig, TargetRequest.of("q"));
    for (int i = 0; i < 3; i++) {
      publisher.send("", message("k", "one", true), i);
    }
    rig.settle();
    assertThat(publisher.answers).hasSize(3).allMatch(a -> a.error() == null && a.sequence() == 1);
    assertThat(rig.info("q").messages()).isEqualTo(1);
  }

  @Test
  void theSameKeyForAnotherBodyIsRefused() {
    queue("q");
    TestPublisher publisher = open(rig, TargetRequest.of("q"));
    send(publisher, "k", "one");
    assertThat(send(publisher, "k", "two").error().code())
        .isEqualTo(NodeError.Code.PRECONDITION_FAILED);
    assertThat(rig.info("q").messages()).isEqualTo(1);
  }

  @Test
  void theWindowIsExactAndOutlivesConsumptionAndARestart() {
    queue("q");
    send(open(rig, TargetRequest.of("q")), "k", "one");
    rig.get(rig.admin.receive(Rig.ADMIN, "q", 1, Outcome.ACCEPTED));
    rig.store.killAndReopen();
    rig.boot(rig.store);
    rig.clock.advance(WINDOW_MS - 1);
    TestPublisher publisher = open(rig, TargetRequest.of("q"));
    assertThat(send(publisher, "k", "one").sequence()).isEqualTo(1);
    assertThat(rig.info("q").messages()).isZero();
    rig.clock.advance(1);
    assertThat(send(publisher, "k", "one").sequence()).isEqualTo(2);
    assertThat(rig.info("q").messages()).isEqualTo(1);
  }

  @Test
  void nodesDoNotShareKeys() {
    queue("a");
    queue("b");
    send(open(rig, TargetRequest.of("a")), "k", "one");
    send(open(rig, TargetRequest.of("b")), "k", "one");
    assertThat(rig.info("a").messages()).isEqualTo(1);
    assertThat(rig.info("b").messages()).isEqualTo(1);
  }

  /** Refused means not stored, so the retry must be. */
  @Test
  void aRefusedMessagesKeyIsForgottenAlsoWhenItsBatchReachedTheDisk() {
    for (FaultyMessageStore.Failure fault : FaultyMessageStore.Failure.values()) {
      Rig faulty = new Rig();
      faulty.get(
          faulty.admin.createQueue(
              Rig.ADMIN, new QueueDefinition("q", 1 << 20, RetryPolicy.DEFAULT)));
      TestPublisher publisher = open(faulty, TargetRequest.of("q"));
      faulty.store.failCommit(1, fault);
      publisher.send("", message("k", "one", true), 1);
      faulty.settle();
      assertThat(last(publisher).error()).as("%s", fault).isNotNull();
      faulty.clock.advance(1_000);
      publisher.send("", message("k", "one", true), 2);
      faulty.settle();
      assertThat(last(publisher).error()).as("%s", fault).isNull();
      assertThat(faulty.info("q").messages()).as("%s", fault).isEqualTo(1);
    }
  }

  @Test
  void aDuplicateOfWhatIsNotSyncedWaitsForTheSync() {
    queue("q");
    TestPublisher publisher = open(rig, TargetRequest.of("q"));
    publisher.send("", message("k", "one", false), 1);
    rig.settle();
    assertThat(send(publisher, "k", "one").error()).isNull();
    rig.store.crashAndReopen();
    rig.boot(rig.store);
    assertThat(rig.info("q").messages()).isEqualTo(1);
  }

  @Test
  void aFullIndexRefusesNewKeysAndForgetsNone() {
    Rig small =
        new Rig(FaultyMessageStore.create(), DomainSettings.defaults().withMaxKeyBytes(64 * 3));
    small.get(
        small.admin.createQueue(
            Rig.ADMIN,
            new QueueDefinition(
                "q", 1 << 20, RetryPolicy.DEFAULT, new IdempotencyPolicy(WINDOW_MS, false))));
    TestPublisher publisher = open(small, TargetRequest.of("q"));
    for (String key : List.of("a", "b", "c", "d", "a")) {
      publisher.send("", message(key, key, true), key);
      small.settle();
    }
    assertThat(publisher.answers.get(3).error().code())
        .isEqualTo(NodeError.Code.RESOURCE_LIMIT_EXCEEDED);
    assertThat(publisher.answers.get(4).error()).isNull();
    assertThat(small.info("q").messages()).isEqualTo(3);
    small.clock.advance(WINDOW_MS * 7);
    publisher.send("", message(null, "wakes it up", true), 0);
    small.settle();
    publisher.send("", message("d", "d", true), "d");
    small.settle();
    assertThat(last(publisher).error()).isNull();
    small.submit(new OwnerCommand.ClosePublisher(publisher, LinkEnding.CLOSED));
  }

  @Test
  void aKeyIsLookedUpAndForgotten() {
    queue("q");
    IdempotencyAdmin keys = new OwnerIdempotencyAdmin(rig.inbox::put, rig.body.admin());
    TestPublisher publisher = open(rig, TargetRequest.of("q"));
    send(publisher, "k", "one");
    long storedMs = rig.clock.millis();
    assertThat(rig.get(keys.find(Rig.ADMIN, "q", "k")))
        .hasValue(new IdempotencyAdmin.Known(1, storedMs, storedMs + WINDOW_MS));
    assertThat(rig.get(keys.find(Rig.ADMIN, "q", "other"))).isEmpty();
    assertThat(rig.get(keys.usage(Rig.ADMIN)).keys()).isEqualTo(1);

    assertThat(rig.get(keys.forget(Rig.ADMIN, "q", "k")).sequence()).isEqualTo(1);
    rig.store.killAndReopen();
    rig.boot(rig.store);
    IdempotencyAdmin after = new OwnerIdempotencyAdmin(rig.inbox::put, rig.body.admin());
    assertThat(rig.get(after.find(Rig.ADMIN, "q", "k"))).isEmpty();
    assertThat(send(open(rig, TargetRequest.of("q")), "k", "two").sequence()).isEqualTo(2);

    rig.clock.advance(WINDOW_MS);
    assertThat(rig.get(after.find(Rig.ADMIN, "q", "k"))).isEmpty();
    CompletionStage<IdempotencyAdmin.Known> late = after.forget(Rig.ADMIN, "q", "k");
    rig.settle();
    assertThat(late).isCompletedExceptionally();
    CompletionStage<IdempotencyAdmin.Known> denied = after.forget(Rig.peer().principal(), "q", "k");
    rig.settle();
    assertThat(denied).isCompletedExceptionally();
  }

  @Test
  void aNodeMayGoByMessageIds() {
    rig.get(
        rig.admin.createQueue(
            Rig.ADMIN,
            new QueueDefinition(
                "q", 1 << 20, RetryPolicy.DEFAULT, new IdempotencyPolicy(WINDOW_MS, true))));
    TestPublisher publisher = open(rig, TargetRequest.of("q"));
    assertThat(publisher.opened.byMessageId()).isTrue();
    Marks marks = new Marks(null, 0, 0, null, "id-1", 5);
    for (int i = 0; i < 2; i++) {
      publisher.send("", new IncomingMessage(true, (byte) 4, -1, 0, 0, new byte[3], marks), i);
      rig.settle();
    }
    assertThat(rig.info("q").messages()).isEqualTo(1);
  }
}
