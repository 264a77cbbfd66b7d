package dev.holdfast.broker.domain.owner;

import dev.holdfast.broker.domain.EdgeLoop;
import dev.holdfast.broker.domain.IncomingMessage;
import dev.holdfast.broker.domain.NodeError;
import dev.holdfast.broker.domain.NodeInfo;
import dev.holdfast.broker.domain.Outcome;
import dev.holdfast.broker.domain.OwnerCommand;
import dev.holdfast.broker.domain.PublishAnswer;
import dev.holdfast.broker.domain.PublisherPort;
import dev.holdfast.broker.domain.TargetRequest;
import dev.holdfast.storage.FaultyMessageStore;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** One seeded life of a broker in which time jumps, messages fail and the process dies. */
final class FailSimulation {
  private final Random random;
  private final Rig rig = new Rig(FaultyMessageStore.create(), Rig.tiny());
  private final FailModel model = new FailModel(rig);
  private int nextId = 1;

  FailSimulation(long seed) {
    random = new Random(seed);
    for (FailQueue queue : model.queues) {
      rig.get(rig.admin.createQueue(Rig.ADMIN, queue.definition));
    }
  }

  void run(int steps) {
    for (int i = 0; i < steps; i++) {
      step();
    }
    for (int i = 0; i < 12; i++) {
      rig.clock.advance(1_500);
      rig.settle();
      model.rest();
    }
  }

  private void step() {
    long failed = rig.store.failures();
    int mishap = random.nextInt(20);
    if (mishap == 0) {
      rig.store.failCommit(
          1 + random.nextInt(3),
          random.nextBoolean()
              ? FaultyMessageStore.Failure.BEFORE_APPLYING
              : FaultyMessageStore.Failure.AFTER_APPLYING);
    }
    model.faulty = mishap <= 3;
    act();
    if (mishap == 1 || mishap == 2) {
      crash(mishap == 1);
      return;
    }
    model.faulty = true;
    rig.settle();
    if (rig.store.failures() != failed) {
      model.recovery.adopt(false, false);
      rig.clock.advance(1_000);
      rig.settle();
    }
    model.rest();
  }

  private FailQueue queue() {
    return model.queues.get(random.nextInt(model.queues.size()));
  }

  private void act() {
    int dice = random.nextInt(100);
    FailQueue queue = queue();
    if (dice < 28) {
      publish(queue);
    } else if (dice < 45) {
      consumer(queue).flow(random.nextInt(4));
    } else if (dice < 70) {
      settle(queue);
    } else if (dice < 74 && !queue.consumers.isEmpty()) {
      queue.consumers.get(random.nextInt(queue.consumers.size())).close();
    } else if (dice < 78) {
      model.redriven(queue);
      new DeadLetterRig(rig).admin().start(Rig.ADMIN, DeadLetterRig.redrive(queue.name));
    } else if (dice < 96) {
      rig.clock.advance(random.nextInt(2_500));
    } else if (dice < 98) {
      rig.clock.advance(-random.nextInt(6_000));
    } else {
      rig.clock.advance(random.nextInt(30_000));
    }
  }

  private FailConsumer consumer(FailQueue queue) {
    if (queue.consumers.isEmpty() || (queue.consumers.size() < 3 && random.nextInt(5) == 0)) {
      return new FailConsumer(rig, model, queue, random.nextBoolean());
    }
    return queue.consumers.get(random.nextInt(queue.consumers.size()));
  }

  private void settle(FailQueue queue) {
    for (FailConsumer consumer : queue.consumers) {
      if (!consumer.out.isEmpty()) {
        consumer.settle(random.nextInt(consumer.out.size()), outcome());
        return;
      }
    }
  }

  private Outcome outcome() {
    return switch (random.nextInt(8)) {
      case 0 -> Outcome.RELEASED;
      case 1, 2 -> new Outcome.Modified(true, false);
      case 3 ->
          new Outcome.Modified(
              random.nextBoolean(), false, model.now() + random.nextInt(4_000) - 500, null);
      case 4 -> new Outcome.Modified(random.nextBoolean(), true);
      case 5 -> new Outcome.Rejected("app:no", "does not fit");
      default -> Outcome.ACCEPTED;
    };
  }

  private void publish(FailQueue queue) {
    Sender sender = new Sender();
    List<OwnerCommand> batch = new ArrayList<>();
    batch.add(new OwnerCommand.OpenPublisher(sender, Rig.peer(), TargetRequest.of(queue.name)));
    for (int i = random.nextInt(3); i >= 0; i--) {
      long ttl = random.nextInt(3) == 0 ? 1 + random.nextInt(8_000) : -1;
      long delay = random.nextInt(4) == 0 ? 1 + random.nextInt(6_000) : 0;
      String key =
          queue.name.equals("keyed") && random.nextBoolean() ? "key " + random.nextInt(5) : null;
      int priority = random.nextInt(10);
      FailMessage message =
          new FailMessage(queue, nextId++, priority, new long[] {ttl, delay}, key);
      model.sent(message);
      IncomingMessage.Marks marks =
          new IncomingMessage.Marks(null, 0, delay, key, null, message.digest);
      byte[] body = SimModel.body(message.id, random.nextInt(300));
      batch.add(
          new OwnerCommand.Publish(
              sender,
              "",
              new IncomingMessage(true, (byte) priority, ttl, 0, 0, body, marks),
              message.id,
              true));
    }
    rig.inbox.put(batch);
  }

  /** After some of what was to be done, perhaps without anybody hearing of it. */
  private void crash(boolean power) {
    for (int i = random.nextInt(6); i > 0; i--) {
      if (random.nextInt(4) == 0) {
        rig.body.runOnce();
        rig.events.clear();
        break;
      }
      rig.turn();
      if (!rig.reads.isEmpty()) {
        rig.reads.remove().run();
      }
    }
    if (power) {
      rig.store.crashAndReopen();
    } else {
      rig.store.killAndReopen();
    }
    rig.boot(rig.store);
    model.recovery.adopt(power, true);
    rig.settle();
    model.rest();
  }

  /** A sending link for one batch. */
  private final class Sender implements PublisherPort {
    @Override
    public EdgeLoop loop() {
      return rig.edge;
    }

    @Override
    public void opened(NodeInfo node) {}

    @Override
    public void answered(List<PublishAnswer> answers) {
      answers.forEach(model::answered);
    }

    @Override
    public void closed(NodeError error) {
      throw new AssertionError("a sender is refused: " + error);
    }
  }
}
