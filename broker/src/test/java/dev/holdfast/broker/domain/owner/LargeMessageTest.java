package dev.holdfast.broker.domain.owner;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.broker.domain.IncomingMessage.Marks;
import dev.holdfast.broker.domain.NodeError;
import dev.holdfast.broker.domain.Outcome;
import dev.holdfast.broker.domain.OwnerCommand;
import dev.holdfast.broker.domain.StartFrom;
import dev.holdfast.broker.domain.Upload;
import dev.holdfast.storage.FaultyMessageStore;
import dev.holdfast.storage.StoredBlob;
import dev.holdfast.storage.StoredMessage;
import dev.holdfast.storage.log.RowFamily;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What follows the first sections of a large message goes wherever the message goes. */
class LargeMessageTest {
  private static final Outcome REJECTED = new Outcome.Rejected("app:no", "does not fit");

  private final Rig rig = new Rig();
  private final TestCoordinator coordinator = new TestCoordinator(rig);
  private TestPublisher publisher;

  @BeforeEach
  void connect() {
    rig.create("q");
    publisher = new TestPublisher(rig);
    publisher.peer = coordinator.peer;
    publisher.open("q");
    rig.settle();
  }

  private Upload upload(int... parts) {
    Upload upload = new Upload();
    for (int part : parts) {
      byte[] bytes = ("part " + part).getBytes(StandardCharsets.UTF_8);
      upload.add(bytes.length);
      rig.submit(new OwnerCommand.StorePart(publisher, upload, bytes));
      rig.turn();
    }
    return upload;
  }

  private void send(Upload upload, String head) {
    send(upload, head, Marks.NONE, OwnerCommand.NO_TRANSACTION);
  }

  private void send(Upload upload, String head, Marks marks, long transaction) {
    rig.submit(
        new OwnerCommand.Publish(
            publisher, "", Rig.message(head).followedBy(upload, marks), head, true, transaction));
    rig.settle();
  }

  /** Rows of bodies: one for a message, one for each part. */
  private int rows() {
    rig.settle();
    return rig.store.disk().rows(RowFamily.BODY).size();
  }

  private List<String> parts(StoredMessage message) throws Exception {
    StoredBlob blob = message.blob();
    java.util.ArrayList<String> parts = new java.util.ArrayList<>();
    for (int i = 0; i < blob.parts(); i++) {
      parts.add(Rig.text(rig.store.readPart(blob, i)));
    }
    return parts;
  }

  @Test
  void itIsDeliveredAndGoesWhenItIsAccepted() throws Exception {
    Upload upload = upload(1, 2, 3);
    assertThat(rows()).isEqualTo(3);
    assertThat(rig.messages("q")).isZero();
    send(upload, "head");
    assertThat(publisher.accepted()).containsExactly("head");
    assertThat(rig.info("q").bytes()).isEqualTo("head".length() + upload.bytes());
    rig.boot(rig.store);
    TestConsumer consumer = new TestConsumer(rig).open("q").flow(1);
    rig.settle();
    assertThat(parts(consumer.deliveries.get(0).message()))
        .containsExactly("part 1", "part 2", "part 3");
    assertThat(rows()).isEqualTo(4);
    consumer.settle(0, Outcome.ACCEPTED);
    assertThat(rows()).isZero();
  }

  @Test
  void ofWhatIsRefusedOrGivenUpNothingStays() {
    rig.submit(new OwnerCommand.DropUpload(upload(1, 2)));
    assertThat(rows()).isZero();

    rig.submit(new OwnerCommand.DropUpload(new Upload()));
    rig.settle();

    Upload huge = upload(1);
    huge.add(2 << 20);
    send(huge, "huge");
    assertThat(publisher.refusals()).containsExactly(NodeError.Code.MESSAGE_TOO_LARGE);
    assertThat(rows()).isZero();

    Marks keyed = new Marks(null, 0, 0, "key", null, 7);
    send(upload(1), "first", keyed, OwnerCommand.NO_TRANSACTION);
    send(upload(1), "again", keyed, OwnerCommand.NO_TRANSACTION);
    assertThat(publisher.accepted()).containsExactly("first", "again");
    assertThat(rig.messages("q")).isEqualTo(1);
    assertThat(rows()).isEqualTo(2);

    publisher.close();
    send(upload(1), "late");
    assertThat(rows()).isEqualTo(2);
  }

  @Test
  void itMovesToTheDeadLettersAsItIs() throws Exception {
    send(upload(1, 2), "bad");
    TestConsumer consumer = new TestConsumer(rig).open("q").flow(1);
    rig.settle();
    consumer.settle(0, REJECTED);
    assertThat(rows()).isEqualTo(3);
    TestConsumer dead = new TestConsumer(rig).open("q/$dead-letter").flow(1);
    rig.settle();
    assertThat(parts(dead.deliveries.get(0).message())).containsExactly("part 1", "part 2");
    dead.settle(0, Outcome.ACCEPTED);
    assertThat(rows()).isZero();
  }

  @Test
  void aDeadLetterIsSentBackAsItIs() throws Exception {
    DeadLetterRig dead = new DeadLetterRig(rig);
    send(upload(1, 2), "bad");
    dead.rejectAll("q");
    assertThatThrownBy(
            () ->
                rig.get(
                    dead.admin().resend(Rig.ADMIN, "q", 1, "", Optional.of(Rig.message("cut")))))
        .hasMessageContaining("NOT_ALLOWED");
    assertThat(rows()).isEqualTo(3);
    rig.get(dead.admin().resend(Rig.ADMIN, "q", 1, "", Optional.empty()));
    TestConsumer consumer = new TestConsumer(rig).open("q").flow(1);
    rig.settle();
    assertThat(parts(consumer.deliveries.get(0).message())).containsExactly("part 1", "part 2");
    assertThat(rows()).isEqualTo(3);
    consumer.settle(0, Outcome.ACCEPTED);
    assertThat(rows()).isZero();
  }

  @Test
  void aTransactionKeepsItOrNothing() throws Exception {
    long kept = coordinator.declare();
    send(upload(1), "kept", Marks.NONE, kept);
    long undone = coordinator.declare();
    send(upload(1, 2), "undone", Marks.NONE, undone);
    assertThat(publisher.accepted()).containsExactly("kept", "undone");
    assertThat(rows()).isEqualTo(3);
    coordinator.rollBack(undone);
    assertThat(rows()).isEqualTo(1);
    assertThat(coordinator.commit(kept)).isNull();
    assertThat(rows()).isEqualTo(2);
    assertThat(rig.messages("q")).isEqualTo(1);
  }

  @Test
  void aFailedCommitForgetsWhatIsArriving() {
    Upload arriving = upload(1);
    long transaction = coordinator.declare();
    send(upload(1), "held", Marks.NONE, transaction);
    rig.store.failCommit(1, FaultyMessageStore.Failure.BEFORE_APPLYING);
    rig.submit(new OwnerCommand.StorePart(publisher, arriving, new byte[] {1}));
    rig.settle();
    send(arriving, "lost");
    assertThat(publisher.refusals()).containsExactly(NodeError.Code.INTERNAL);
    assertThat(coordinator.commit(transaction).code())
        .isEqualTo(NodeError.Code.TRANSACTION_ROLLBACK);
    send(upload(1), "next");
    assertThat(rig.messages("q")).isEqualTo(1);
    assertThat(rows()).isEqualTo(2);
  }

  @Test
  void aFailedCommitOfTheMessageItselfLeavesNothing() {
    for (var where : FaultyMessageStore.Failure.values()) {
      Upload upload = upload(1);
      rig.store.failCommit(1, where);
      send(upload, "lost");
      assertThat(rig.messages("q")).isZero();
      assertThat(rows()).as("%s", where).isZero();
    }
    assertThat(publisher.accepted()).isEmpty();
  }

  @Test
  void aFullDiskIsToldWithTheMessage() {
    Upload upload = upload(1);
    rig.store.diskFull(true);
    rig.submit(new OwnerCommand.StorePart(publisher, upload, new byte[] {1}));
    rig.settle();
    send(upload, "much");
    assertThat(publisher.refusals()).containsExactly(NodeError.Code.RESOURCE_LIMIT_EXCEEDED);
    assertThat(rows()).isZero();
  }

  @Test
  void settledBeforehandItStaysUntilItIsSent() {
    send(upload(1), "unread");
    TestConsumer consumer = new TestConsumer(rig).open("q", true, Rig.ADMIN).flow(1);
    rig.settle();
    assertThat(consumer.deliveries).hasSize(1);
    assertThat(rows()).isEqualTo(2);
    rig.submit(
        new OwnerCommand.Settle(consumer, consumer.deliveries.get(0), Outcome.ACCEPTED, false));
    assertThat(rows()).isZero();
  }

  @Test
  void subscriptionsShareIt() throws Exception {
    rig.topic("t");
    publisher = new TestPublisher(rig).open("t");
    rig.settle();
    send(upload(1), "nobody listens");
    assertThat(publisher.accepted()).hasSize(1);
    assertThat(rows()).isZero();
    rig.subscribe("t", "a", null, StartFrom.LATEST);
    rig.subscribe("t", "b", null, StartFrom.LATEST);
    send(upload(1, 2), "for two");
    assertThat(rows()).isEqualTo(3);
    for (String name : List.of("t::a", "t::b")) {
      assertThat(rows()).isEqualTo(3);
      TestConsumer consumer = new TestConsumer(rig).open(name).flow(1);
      rig.settle();
      assertThat(parts(consumer.deliveries.get(0).message())).containsExactly("part 1", "part 2");
      consumer.settle(0, Outcome.ACCEPTED);
    }
    assertThat(rows()).isZero();
  }

  @Test
  void itsMomentComesWithoutReadingIt() throws Exception {
    Marks later = new Marks(null, 0, 5_000, null, null, 0);
    send(upload(1), "later", later, OwnerCommand.NO_TRANSACTION);
    assertThat(rows()).isEqualTo(2);
    rig.clock.advance(6_000);
    TestConsumer consumer = new TestConsumer(rig).open("q").flow(1);
    rig.settle();
    assertThat(parts(consumer.deliveries.get(0).message())).containsExactly("part 1");
  }

  @Test
  void managementConsumesNoneThatItCannotShow() {
    send(upload(1), "large");
    rig.send("q", "small");
    assertThat(rig.get(rig.admin.receive(Rig.ADMIN, "q", 10, Outcome.ACCEPTED)))
        .extracting(m -> Rig.text(m.message().body()))
        .containsExactly("small");
    assertThat(rig.messages("q")).isEqualTo(1);
    assertThat(rows()).isEqualTo(2);
  }
}
