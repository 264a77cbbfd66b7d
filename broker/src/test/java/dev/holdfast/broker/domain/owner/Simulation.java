package dev.holdfast.broker.domain.owner;

import static dev.holdfast.broker.domain.owner.SimModel.check;

import dev.holdfast.broker.domain.EdgeLoop;
import dev.holdfast.broker.domain.IncomingMessage;
import dev.holdfast.broker.domain.LinkEnding;
import dev.holdfast.broker.domain.NodeAdmin.PeekedMessage;
import dev.holdfast.broker.domain.NodeError;
import dev.holdfast.broker.domain.NodeInfo;
import dev.holdfast.broker.domain.OwnerCommand;
import dev.holdfast.broker.domain.PublishAnswer;
import dev.holdfast.broker.domain.PublisherPort;
import dev.holdfast.broker.domain.QueueInfo;
import dev.holdfast.broker.domain.TargetRequest;
import dev.holdfast.storage.ChunkInfo;
import dev.holdfast.storage.FaultyMessageStore;
import dev.holdfast.storage.StoreException;
import dev.holdfast.storage.StoreView;
import dev.holdfast.storage.StoredMessage;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;

/** One seeded life of a broker: links come and go, the store fails, the power goes; rules hold. */
final class Simulation {
  private static final String[] QUEUES = {"red", "blue", "red/$dead-letter", "blue/$dead-letter"};

  private final Random random;
  private final SimModel model = new SimModel();
  private final Rig rig;
  private final SimTransactions transactions;
  private final List<Producer> producers = new ArrayList<>();
  private final List<SimConsumer> consumers = new ArrayList<>();
  private int nextId = 1;
  private int nextProducer = 1;

  Simulation(long seed) {
    random = new Random(seed);
    TransactionLimits limits = TransactionLimits.defaults();
    rig =
        new Rig(
            FaultyMessageStore.create(),
            Rig.tiny()
                .withTransactions(
                    new TransactionLimits(
                        limits.open(),
                        limits.operations(),
                        limits.bytes(),
                        limits.totalBytes(),
                        SimTransactions.IDLE_MS)));
    transactions = new SimTransactions(rig, model, random);
    rig.create("red", 3);
    rig.create("blue", 2);
  }

  /** A sending link; its messages carry growing numbers. */
  private final class Producer implements PublisherPort {
    final int number = nextProducer++;
    final String queue;
    final boolean anonymous = random.nextInt(4) == 0;
    boolean dead;
    int unanswered;

    Producer(String queue) {
      this.queue = queue;
      rig.submit(
          new OwnerCommand.OpenPublisher(
              this, Rig.peer(), TargetRequest.of(anonymous ? "" : queue)));
    }

    void send() {
      List<OwnerCommand> batch = new ArrayList<>();
      for (int i = random.nextInt(4); i >= 0; i--) {
        SimModel.Sent sent = model.send(nextId++, queue, number, random.nextInt(10) != 0, group());
        boolean confirm = random.nextInt(10) != 0;
        byte[] body = SimModel.body(sent.id, random.nextInt(220));
        String group = sent.group.isEmpty() ? null : sent.group;
        IncomingMessage.Marks marks = new IncomingMessage.Marks(group, 0, 0, null, null, 0);
        IncomingMessage message =
            new IncomingMessage(sent.durable, (byte) 4, -1, 0, 0, body, marks);
        batch.add(new OwnerCommand.Publish(this, queue, message, sent.id, confirm));
        unanswered += confirm ? 1 : 0;
      }
      rig.inbox.put(batch);
    }

    /** Only the red queue knows groups. */
    private String group() {
      int group = queue.equals("red") ? random.nextInt(4) : 0;
      return group == 0 ? "" : "group " + group;
    }

    @Override
    public EdgeLoop loop() {
      return rig.edge;
    }

    @Override
    public void opened(NodeInfo node) {
      check(anonymous || node.name().equals(queue), "opened the wrong node");
    }

    @Override
    public void answered(List<PublishAnswer> answers) {
      for (PublishAnswer answer : answers) {
        unanswered--;
        model.told((int) answer.token(), answer.error() == null);
      }
    }

    @Override
    public void closed(NodeError error) {
      dead = true;
    }
  }

  void run(int steps) {
    for (int i = 0; i < steps; i++) {
      step();
      if (random.nextInt(3) != 0) {
        rig.turn();
        compare();
      }
    }
    finish();
  }

  private void step() {
    int dice = random.nextInt(100);
    if (dice < 20) {
      producer().send();
    } else if (dice < 32) {
      transactions.step(nextId++, QUEUES[random.nextInt(2)]);
    } else if (dice < 48) {
      consumer().flow(random.nextInt(8) == 0);
    } else if (dice < 70) {
      consumer().settleOne();
    } else if (dice < 78) {
      runRead();
    } else if (dice < 82) {
      SimConsumer consumer = consumer();
      consumer.close();
      consumers.remove(consumer);
    } else if (dice < 84) {
      Producer producer = producer();
      producers.remove(producer);
      rig.submit(new OwnerCommand.ClosePublisher(producer, LinkEnding.CLOSED));
    } else if (dice < 90) {
      fault();
    } else if (dice < 97) {
      advance();
    } else {
      manage();
    }
  }

  /** When nothing is under way, so that it is known when each transaction was busy last. */
  private void advance() {
    while (!rig.inbox.isEmpty()) {
      rig.turn();
      compare();
    }
    rig.clock.advance(random.nextInt(400));
    transactions.timePassed();
  }

  private Producer producer() {
    producers.removeIf(p -> p.dead);
    if (producers.isEmpty() || (producers.size() < 4 && random.nextInt(6) == 0)) {
      producers.add(new Producer(QUEUES[random.nextInt(2)]));
    }
    return producers.get(random.nextInt(producers.size()));
  }

  private SimConsumer consumer() {
    consumers.removeIf(c -> c.closed);
    if (consumers.isEmpty() || (consumers.size() < 5 && random.nextInt(5) == 0)) {
      consumers.add(
          new SimConsumer(rig, model, random, transactions, QUEUES[random.nextInt(QUEUES.length)]));
    }
    return consumers.get(random.nextInt(consumers.size()));
  }

  private void runRead() {
    if (!rig.reads.isEmpty()) {
      rig.reads.remove().run();
    }
  }

  private void fault() {
    transactions.mishap();
    switch (random.nextInt(8)) {
      case 0, 1 ->
          rig.store.failCommit(1 + random.nextInt(3), FaultyMessageStore.Failure.BEFORE_APPLYING);
      case 2, 3 ->
          rig.store.failCommit(1 + random.nextInt(3), FaultyMessageStore.Failure.AFTER_APPLYING);
      case 4 -> rig.store.diskFull(true);
      case 5 -> rig.store.diskFull(false);
      case 6 -> crash(true);
      default -> crash(false);
    }
  }

  private void crash(boolean power) {
    if (random.nextBoolean()) {
      // The last turn has happened, and nobody has heard of it.
      rig.body.runOnce();
    }
    model.crashed(power);
    if (power) {
      rig.store.crashAndReopen();
    } else {
      rig.store.killAndReopen();
    }
    producers.clear();
    consumers.clear();
    rig.boot(rig.store);
    compare();
    Set<Integer> stored = new HashSet<>();
    storedNow().values().forEach(stored::addAll);
    transactions.crashed(stored);
    compare();
  }

  private void manage() {
    transactions.mishap();
    String queue = QUEUES[random.nextInt(2)];
    switch (random.nextInt(5)) {
      case 0 -> {
        // Whatever is there or on its way may be purged.
        model.deleted(queue);
        rig.admin.purgeQueue(Rig.ADMIN, queue);
      }
      case 1 -> {
        model.deleted(queue);
        rig.admin.deleteQueue(Rig.ADMIN, queue);
        rig.settle();
        rig.create(queue, 2);
      }
      case 2 -> receive(queue, true);
      case 3 -> receive(queue, false);
      default -> peek(queue);
    }
  }

  private void receive(String queue, boolean acknowledge) {
    rig.store.diskFull(false);
    List<PeekedMessage> got = rig.get(rig.admin.receive(Rig.ADMIN, queue, 3, acknowledge));
    for (PeekedMessage message : got) {
      SimModel.Sent sent = model.sent.get(SimModel.id(message.message().body()));
      check(sent.at == null || !acknowledge, sent + " is received while it is out");
      sent.everDelivered = true;
      sent.deliveredInThisLife = true;
      if (acknowledge) {
        sent.mayBeGone = true;
        sent.mustBeGone = true;
      }
    }
    compare();
  }

  private void peek(String queue) {
    rig.settle();
    List<Integer> stored = storedNow().get(queue);
    List<Integer> peeked = new ArrayList<>();
    for (PeekedMessage message : rig.get(rig.admin.peek(Rig.ADMIN, queue, 0, 10_000))) {
      int id = SimModel.id(message.message().body());
      peeked.add(id);
      check(message.unsettled() == (model.sent.get(id).at != null), "unsettled is wrong");
    }
    check(peeked.equals(stored), "peek shows " + peeked + " but " + stored + " are there");
  }

  /** Everything comes to rest; then whoever asks gets all that is left, in order. */
  private void finish() {
    rig.store.diskFull(false);
    advance();
    rig.settle();
    transactions.finish();
    rig.settle();
    transactions.quiet();
    rig.clock.advance(1_000);
    rig.settle();
    producers.forEach(p -> check(p.dead || p.unanswered == 0, "publishes were never answered"));
    consumers.forEach(SimConsumer::quiet);
    consumers.forEach(SimConsumer::close);
    rig.settle();
    compare();
    for (String queue : QUEUES) {
      List<Integer> left = storedNow().get(queue);
      TestConsumer last = new TestConsumer(rig).open(queue).flow(100_000, Long.MAX_VALUE, true);
      rig.settle();
      List<Integer> got = new ArrayList<>();
      last.deliveries.forEach(d -> got.add(SimModel.id(d.message().body())));
      check(got.equals(left), queue + " holds " + left + " but hands out " + got);
      check(last.drained.equals(List.of(0L)), "the last drain is not answered once");
    }
  }

  private void compare() {
    model.turnEnded();
    Map<String, List<Integer>> stored = storedNow();
    model.compare(stored);
    for (String name : QUEUES) {
      Queue queue = rig.body.nodes().queue(name);
      QueueInfo info = queue.info(rig.store.view());
      check(info.messages() == stored.get(name).size(), name + " counts wrong: " + info);
      check(
          info.unsettled() == queue.subscription.cursors().get(0).outSequences().length,
          name + " unsettled: " + info);
      check(info.unreadable() == 0, name + " has nothing unreadable");
      Set<Long> out = new HashSet<>();
      for (long sequence : queue.subscription.cursors().get(0).outSequences()) {
        check(out.add(sequence), name + ": " + sequence + " is out twice");
      }
    }
  }

  /** Reads every log as naively as possible. */
  private Map<String, List<Integer>> storedNow() {
    Map<String, List<Integer>> stored = new LinkedHashMap<>();
    for (String name : QUEUES) {
      Queue queue = rig.body.nodes().queue(name);
      check(queue != null, name + " is gone");
      stored.put(name, idsIn(queue));
    }
    return stored;
  }

  private List<Integer> idsIn(Queue queue) {
    StoreView.LogView log = rig.store.view().log(queue.log.id);
    StoreView.CursorView cursor = log.cursor(Queue.CURSOR);
    List<Integer> ids = new ArrayList<>();
    long bytes = 0;
    long from = log.firstSequence();
    for (ChunkInfo c = log.chunkAtOrAfter(from); c != null; c = log.chunkAtOrAfter(from)) {
      for (StoredMessage message : read(queue, c)) {
        if (!cursor.acknowledged(message.sequence())) {
          ids.add(SimModel.id(message.body()));
          bytes += message.bytes();
        }
      }
      from = c.endSequence();
    }
    check(cursor.bytes() == bytes, queue.name() + " counts " + cursor.bytes() + " not " + bytes);
    return ids;
  }

  private List<StoredMessage> read(Queue queue, ChunkInfo chunk) {
    try {
      return rig.store.read(queue.log.id, chunk);
    } catch (StoreException e) {
      throw new AssertionError("unreadable " + Arrays.toString(QUEUES), e);
    }
  }
}
