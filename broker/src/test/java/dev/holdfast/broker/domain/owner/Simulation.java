package dev.holdfast.broker.domain.owner;

import static dev.holdfast.broker.domain.owner.SimModel.check;

import dev.holdfast.broker.domain.LinkEnding;
import dev.holdfast.broker.domain.NodeAdmin.PeekedMessage;
import dev.holdfast.broker.domain.Outcome;
import dev.holdfast.broker.domain.OwnerCommand;
import dev.holdfast.storage.FaultyMessageStore;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;

/** One seeded life of a broker: links come and go, the store fails, the power goes; rules hold. */
final class Simulation {
  private final Random random;
  private final SimModel model = new SimModel();
  private final Rig rig;
  private final SimWorld world;
  private final SimTransactions transactions;
  private final List<SimProducer> producers = new ArrayList<>();
  private final List<SimConsumer> consumers = new ArrayList<>();
  private final List<SimBrowser> browsers = new ArrayList<>();
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
    rig.filters = SimFilter::decode;
    world = new SimWorld(rig);
    for (String address : SimWorld.SUBSCRIPTIONS) {
      model.subscribed(
          address, SimModel.Home.of(SubscriptionNames.source(address), SimWorld.filter(address)));
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
      nextId = producer().send(nextId);
    } else if (dice < 32) {
      transactions.step(nextId++, pick(SimWorld.QUEUES));
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
      SimProducer producer = producer();
      producers.remove(producer);
      rig.submit(new OwnerCommand.ClosePublisher(producer, LinkEnding.CLOSED));
    } else if (dice < 90) {
      fault();
    } else if (dice < 92) {
      browse();
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

  private SimProducer producer() {
    producers.removeIf(p -> p.dead);
    if (producers.isEmpty() || (producers.size() < 4 && random.nextInt(6) == 0)) {
      String node = pick(random.nextBoolean() ? SimWorld.QUEUES : SimWorld.TOPICS);
      producers.add(new SimProducer(rig, model, random, nextProducer++, node));
    }
    return producers.get(random.nextInt(producers.size()));
  }

  private SimConsumer consumer() {
    consumers.removeIf(c -> c.closed);
    if (consumers.isEmpty() || (consumers.size() < 5 && random.nextInt(5) == 0)) {
      consumers.add(new SimConsumer(rig, model, random, transactions, source()));
    }
    return consumers.get(random.nextInt(consumers.size()));
  }

  /** Mostly what is there for good, sometimes a topic, for a volatile subscription. */
  private String source() {
    if (random.nextInt(6) == 0) {
      return random.nextBoolean() ? pick(SimWorld.TOPICS) : "n.#";
    }
    return SimWorld.PLACES.get(random.nextInt(SimWorld.PLACES.size()));
  }

  private SimBrowser browser() {
    browsers.removeIf(b -> b.closed);
    if (browsers.size() < 2) {
      browsers.add(new SimBrowser(rig, model, random, pick(SimWorld.QUEUES)));
    }
    return browsers.get(random.nextInt(browsers.size()));
  }

  private String pick(String[] names) {
    return names[random.nextInt(names.length)];
  }

  private void browse() {
    SimBrowser browser = browser();
    if (random.nextInt(5) == 0) {
      browser.close();
    } else {
      browser.flow();
    }
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
    consumers.stream().filter(c -> c.ownSubscription).forEach(SimConsumer::subscriptionGone);
    consumers.clear();
    browsers.clear();
    world.crashed();
    rig.boot(rig.store);
    compare();
    transactions.crashed(byHome(world.storedNow()));
    compare();
  }

  private static Map<String, Set<Integer>> byHome(Map<String, List<Integer>> stored) {
    Map<String, Set<Integer>> byHome = new HashMap<>();
    stored.forEach(
        (place, ids) ->
            byHome.computeIfAbsent(SimWorld.home(place), h -> new HashSet<>()).addAll(ids));
    return byHome;
  }

  private void manage() {
    transactions.mishap();
    String home = pick(random.nextBoolean() ? SimWorld.QUEUES : SimWorld.SUBSCRIPTIONS);
    switch (random.nextInt(6)) {
      case 0 -> {
        // Whatever is there or on its way may be purged.
        model.deleted(home);
        if (SimWorld.isSubscription(home)) {
          rig.topics.purgeSubscription(Rig.ADMIN, home);
        } else {
          rig.admin.purgeQueue(Rig.ADMIN, home);
        }
      }
      case 1 -> recreate(home);
      case 2 -> receive(home, true);
      case 3 -> receive(home, false);
      case 4 -> browse(pick(SimWorld.QUEUES));
      default -> peek(home.contains("*") ? "n.1::all" : home);
    }
  }

  private void recreate(String home) {
    model.deleted(home);
    if (SimWorld.isSubscription(home)) {
      rig.topics.deleteSubscription(Rig.ADMIN, home);
      rig.settle();
      world.subscribe(home);
    } else {
      rig.admin.deleteQueue(Rig.ADMIN, home);
      rig.settle();
      rig.create(home, 2);
    }
  }

  private void receive(String home, boolean acknowledge) {
    rig.store.diskFull(false);
    List<PeekedMessage> got =
        rig.get(
            rig.admin.receive(
                Rig.ADMIN, home, 3, acknowledge ? Outcome.ACCEPTED : Outcome.RELEASED));
    for (PeekedMessage message : got) {
      SimModel.Sent sent = model.find(home, SimModel.id(message.message().body()));
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

  private void peek(String home) {
    rig.settle();
    List<Integer> stored = world.storedNow().get(home);
    List<Integer> peeked = new ArrayList<>();
    for (PeekedMessage message : rig.get(rig.admin.peek(Rig.ADMIN, home, 0, 10_000))) {
      int id = SimModel.id(message.message().body());
      peeked.add(id);
      check(message.unsettled() == (model.find(home, id).at != null), "unsettled is wrong");
    }
    check(peeked.equals(stored), "peek shows " + peeked + " but " + stored + " are there");
  }

  /** While nothing else happens, a browser sees exactly what is stored. */
  private void browse(String queue) {
    rig.settle();
    TestConsumer browser = new TestConsumer(rig);
    browser.open(Rig.peer(), Sources.browse(queue, null)).flow(100_000, Long.MAX_VALUE, true);
    rig.settle();
    List<Integer> stored = world.storedNow().get(queue);
    check(ids(browser).equals(stored), "a browser sees " + ids(browser) + " of " + stored);
    check(browser.drained.equals(List.of(0L)), "a browser's drain is not answered once");
    browser.close();
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
    browsers.forEach(SimBrowser::close);
    for (SimConsumer consumer : consumers) {
      if (consumer.ownSubscription && !consumer.closed) {
        consumer.flowWidely();
        rig.settle();
        model.gotEverything(consumer.home);
      }
    }
    consumers.forEach(SimConsumer::close);
    rig.settle();
    compare();
    // Whatever waits to be tried again may be tried now.
    rig.clock.advance(3_600_000);
    rig.settle();
    SimUploads.checkNothingLeft(rig);
    SimWorld.PLACES.forEach(this::takeAll);
  }

  /** First by a selector, which gives all back, then without. */
  private void takeAll(String place) {
    if (world.group(place) == null) {
      return;
    }
    List<Integer> left = inOrder(place, world.storedNow().get(place));
    SimFilter third = new SimFilter(3, 2);
    TestConsumer chooser = new TestConsumer(rig);
    chooser.defaultOutcome = Outcome.RELEASED;
    chooser.open(Rig.peer(), Sources.filtered(place, third)).flow(100_000, Long.MAX_VALUE, true);
    rig.settle();
    List<Integer> chosen = new ArrayList<>(left);
    chosen.removeIf(id -> !third.takes(id));
    List<Integer> gotChosen = inOrder(place, ids(chooser));
    check(gotChosen.equals(chosen), place + " holds " + chosen + " but chose " + gotChosen);
    check(chooser.drained.equals(List.of(0L)), "a chooser's drain is not answered once");
    chooser.close();
    TestConsumer last = new TestConsumer(rig).open(place).flow(100_000, Long.MAX_VALUE, true);
    rig.settle();
    List<Integer> got = inOrder(place, ids(last));
    check(got.equals(left), place + " holds " + left + " but hands out " + got);
    check(last.drained.equals(List.of(0L)), "the last drain is not answered once");
  }

  private static List<Integer> ids(TestConsumer consumer) {
    List<Integer> ids = new ArrayList<>();
    consumer.deliveries.forEach(d -> ids.add(SimModel.id(d.message().body())));
    return ids;
  }

  /** Over several topics there is no order. */
  private static List<Integer> inOrder(String place, List<Integer> ids) {
    List<Integer> ordered = new ArrayList<>(ids);
    if (place.contains("*")) {
      Collections.sort(ordered);
    }
    return ordered;
  }

  private void compare() {
    model.turnEnded();
    model.compare(world.storedNow());
  }
}
