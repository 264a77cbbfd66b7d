package dev.holdfast.broker.domain.owner;

import dev.holdfast.broker.domain.DeadLetterAdmin;
import dev.holdfast.broker.domain.DeadLetterFilter;
import dev.holdfast.broker.domain.DeadLetterTask;
import dev.holdfast.broker.domain.DeadLetterTask.Action;
import dev.holdfast.broker.domain.DeadLetterTask.Order;
import dev.holdfast.broker.domain.NodeAdmin.PeekedMessage;
import dev.holdfast.broker.domain.Outcome;
import dev.holdfast.deadletter.DeadLetterReason;
import dev.holdfast.deadletter.Redrive;
import dev.holdfast.storage.ChunkInfo;
import dev.holdfast.storage.StoreException;
import dev.holdfast.storage.StoreView;
import dev.holdfast.storage.StoredMessage;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Verbs for tests of dead letters in bulk. */
final class DeadLetterRig {
  static final String DEAD = "q/$dead-letter";
  final Rig rig;

  DeadLetterRig(Rig rig) {
    this.rig = rig;
  }

  DeadLetterAdmin admin() {
    return new OwnerDeadLetterAdmin(rig.inbox::put, rig.body.admin());
  }

  /** Sends messages to a node and rejects them at another address of it. */
  void reject(String node, String source, String... texts) {
    rig.send(node, texts);
    rejectAll(source);
  }

  /** Rejects what is there. */
  void rejectAll(String source) {
    TestConsumer consumer = new TestConsumer(rig).open(source).flow(100_000);
    rig.settle();
    for (int i = 0; i < consumer.deliveries.size(); i++) {
      consumer.settle(i, new Outcome.Rejected("", "no"));
    }
    rig.settle();
    consumer.close();
    rig.settle();
  }

  static Order redrive(String node) {
    return redrive(node, DeadLetterFilter.ALL, "");
  }

  static Order redrive(String node, DeadLetterFilter filter, String to) {
    return new Order(Action.REDRIVE, node, filter, to, 0, Redrive.MAX_HOPS);
  }

  static Order redrive(String node, int perSecond) {
    return new Order(Action.REDRIVE, node, DeadLetterFilter.ALL, "", perSecond, Redrive.MAX_HOPS);
  }

  static Order drop(String node, DeadLetterFilter filter) {
    return new Order(Action.DROP, node, filter, "", 0, 0);
  }

  static DeadLetterFilter because(DeadLetterReason reason) {
    return new DeadLetterFilter(new Redrive(Optional.of(reason), 0, 0, Long.MAX_VALUE), null, "");
  }

  static DeadLetterFilter where(String text) {
    return new DeadLetterFilter(Redrive.ALL, new TextFilter(text), text);
  }

  DeadLetterTask start(Order order) {
    return rig.get(admin().start(Rig.ADMIN, order));
  }

  /** Begins and ends. */
  DeadLetterTask run(Order order) {
    DeadLetterTask task = start(order);
    rig.settle();
    return task(task.id());
  }

  DeadLetterTask task(long id) {
    return rig.get(admin().task(Rig.ADMIN, id));
  }

  DeadLetterTask tell(long id, DeadLetterTask.State state) {
    return rig.get(admin().tell(Rig.ADMIN, id, state));
  }

  DeadLetterAdmin.Summary summary(String node) {
    return rig.get(admin().summary(Rig.ADMIN, node));
  }

  List<String> peek(String node) {
    List<String> texts = new ArrayList<>();
    for (PeekedMessage message : rig.get(rig.admin.peek(Rig.ADMIN, node, 0, 100_000))) {
      texts.add(Rig.text(message.message().body()));
    }
    return texts;
  }

  /** What the store holds for the one cursor of this log, while no broker runs on it. */
  List<String> stored(int logId) throws StoreException {
    List<String> texts = new ArrayList<>();
    StoreView.LogView log = rig.store.view().log(logId);
    StoreView.CursorView cursor = log.cursor(Queue.CURSOR);
    long next = cursor.nextUnacknowledged(0);
    while (next < log.nextSequence()) {
      ChunkInfo chunk = log.chunkAtOrAfter(next);
      for (StoredMessage message : rig.store.read(logId, chunk)) {
        if (!cursor.acknowledged(message.sequence())) {
          texts.add(Rig.text(message.body()));
        }
      }
      next = cursor.nextUnacknowledged(chunk.endSequence());
    }
    return texts;
  }

  void restart() {
    rig.store.killAndReopen();
    rig.boot(rig.store);
    rig.settle();
  }
}
