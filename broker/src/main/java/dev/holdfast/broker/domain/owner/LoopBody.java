package dev.holdfast.broker.domain.owner;

import dev.holdfast.acl.AccessPolicy;
import dev.holdfast.broker.domain.EdgeEvent;
import dev.holdfast.broker.domain.FilterCodec;
import dev.holdfast.broker.domain.NodeError;
import dev.holdfast.broker.domain.NodeName;
import dev.holdfast.broker.domain.Outcome;
import dev.holdfast.broker.domain.OwnerCommand;
import dev.holdfast.broker.domain.OwnerInbox;
import dev.holdfast.broker.domain.PublisherPort;
import dev.holdfast.storage.MessageStore;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * One turn after another: decide what came in, commit it, apply it, hand out. Without a thread of
 * its own.
 *
 * <p>Invariants: nothing is told to anybody before the commit that it depends on; memory that
 * mirrors the log changes only after the commit; one flush per turn.
 */
final class LoopBody {
  private static final long MAINTAIN_MS = 1_000;

  private final MessageStore store;
  private final DomainSettings settings;
  private final InstantSource clock;
  private final Inbox inbox;
  private final NodeRegistry nodes;
  private final StagedBatch batch;
  private final Timekeeper time;
  private final Outbox outbox = new Outbox();
  private final DirtySubscriptions dirty = new DirtySubscriptions();
  private final DynamicNodes dynamic;
  private final StoreGate gate;
  private final SubscriptionStaging staging;
  private final IdempotencyCheck keys;
  private final BacklogReader backlogs;
  private final Settler settler;
  private final Transactions transactions;
  private final PublisherLinks publishers;
  private final Browsers browsers;
  private final ConsumerLinks consumers;
  private final Committer committer;
  private final AdminContext admin;
  private final NodesOnAttach onAttach;
  private final WindowKeepers keepers;
  private final RetentionSweep retention;
  private final IdleNodes idle;
  private long maintainedMs;
  private List<OutDelivery> preSettled = new ArrayList<>();
  private List<OutDelivery> preSettledBefore = new ArrayList<>();

  /** What a loop runs on; the simulation gives its own. */
  record Surroundings(
      MessageStore store,
      AccessPolicy policy,
      FilterCodec filters,
      InstantSource clock,
      RandomGenerator random,
      Executor reader,
      Committer.Pause pause) {}

  LoopBody(Surroundings around, DomainSettings settings, Inbox inbox, OwnerInbox self) {
    this.store = around.store();
    this.settings = settings;
    this.clock = around.clock();
    this.inbox = inbox;
    TurnNotes notes = new TurnNotes();
    MemoryBudget budget = new MemoryBudget(settings.totalWindowBytes(), settings.inFlightBytes());
    nodes = new NodeRegistry(store, settings, around.filters(), budget, notes);
    dynamic = new DynamicNodes(self, settings.temporaryNodes());
    AccessCheck access = new AccessCheck(around.policy(), nodes, dynamic);
    staging = new SubscriptionStaging(store, nodes);
    batch = new StagedBatch(store, notes.traffic);
    retention = new RetentionSweep(store, nodes);
    idle = new IdleNodes(nodes, staging, self);
    keepers = new WindowKeepers(budget, settings.totalWindowBytes());
    gate = new StoreGate(store, settings.healthPollMs(), nodes.maintenance());
    ReadAhead reads = new ReadAhead(store, around.reader(), self);
    backlogs = new BacklogReader(store, reads, dirty, batch, settings.readAheadBytes());
    DeadLetterMaker deadLetters = new DeadLetterMaker(nodes, self);
    Undertaker undertaker = new Undertaker(batch, nodes);
    settler = new Settler(store, batch, undertaker, backlogs, deadLetters, around.random());
    backlogs.settler(settler);
    time =
        new Timekeeper(
            new Timekeeper.Parts(
                store,
                nodes,
                batch,
                dirty,
                gate,
                reads,
                backlogs,
                deadLetters,
                undertaker,
                budget,
                notes),
            access,
            around.filters());
    keys = new IdempotencyCheck(store, batch, settings.maxKeyBytes());
    Acceptance acceptance = new Acceptance(store, batch, gate, keys, time);
    Discharger discharger = new Discharger(nodes, access, acceptance, batch, settler);
    transactions = new Transactions(settings.transactions(), batch, outbox, settler, discharger);
    publishers =
        new PublisherLinks(nodes, access, outbox, acceptance, transactions, batch.uploads());
    browsers = new Browsers(reads, backlogs);
    consumers =
        new ConsumerLinks(
            new ConsumerLinks.Parts(
                nodes, access, outbox, settler, transactions, dirty, staging, browsers));
    committer =
        new Committer(
            new Committer.Parts(
                store, nodes, batch, settler, discharger, outbox, gate, keys, dirty, time),
            settings,
            around.pause());
    admin =
        new AdminContext(
            store, nodes, access, staging, reads, backlogs, dirty, time, gate, settings);
    onAttach = new NodesOnAttach(admin, dynamic, outbox, inbox::putBack);
  }

  /** Builds everything from the store, without what is volatile. Before the first turn. */
  void start() {
    time.settler(settler);
    nodes.rebuild();
    time.rebuilt();
    dropVolatileSubscriptions();
    List<Node> temporary =
        nodes.all().stream()
            .filter(node -> node.name().startsWith(DynamicNodes.PREFIX))
            .filter(node -> !node.name().endsWith(NodeName.DEAD_LETTER_SUFFIX))
            .toList();
    if (!temporary.isEmpty()) {
      carryOut(new DropNodes(temporary, nodes, staging));
    }
  }

  private void dropVolatileSubscriptions() {
    List<TopicSubscription> left = new ArrayList<>();
    for (TopicSubscription subscription : nodes.subscriptions().all()) {
      if (!subscription.durable()) {
        left.add(subscription);
      }
    }
    if (!left.isEmpty()) {
      carryOut(
          new DropSubscriptions(left, nodes, staging, NodeRegistry.SUBSCRIPTION_DELETED, () -> {}));
    }
  }

  private void carryOut(NodeChange change) {
    batch.begin(clock.millis());
    if (change.stage(batch)) {
      batch.nodeChange(change);
      committer.commit();
      apply();
    }
    batch.clear();
  }

  AdminContext admin() {
    return admin;
  }

  NodeRegistry nodes() {
    return nodes;
  }

  /**
   * One turn.
   *
   * @return whether there is more to do at once
   */
  boolean runOnce() {
    long now = clock.millis();
    batch.begin(now);
    gate.poll(now);
    backlogs.wake(now);
    retention.run(batch);
    time.begin(now);
    acceptPreSettled();
    transactions.wake(now);
    batch.uploads().stageDrops();
    publishers.goOn();
    decide();
    if (batch.nodeChange() == null) {
      time.stage();
    }
    if (!batch.changes().isEmpty()) {
      keys.forget();
    }
    if (!batch.isEmpty()) {
      stageChoices();
      committer.commit();
      apply();
    }
    dispatch();
    browsers.run(store.view(), now);
    batch.clear();
    keys.batchEnded();
    time.end();
    outbox.flush();
    dynamic.sweep(now, nodes, store.view(), staging);
    committer.syncWhenDue(now);
    if (now < maintainedMs || now - maintainedMs >= MAINTAIN_MS) {
      maintainedMs = now;
      store.maintain();
      idle.sweep(now, store.view());
      admin.stuck().sweep(now, store.view());
    }
    return !inbox.isEmpty()
        || !preSettled.isEmpty()
        || !dirty.isEmpty()
        || publishers.mayGoOn()
        || transactions.isDue()
        || batch.uploads().hasDrops()
        || time.hasWork(now);
  }

  /** What was handed out settled counts as accepted. */
  private void acceptPreSettled() {
    if (preSettled.isEmpty()) {
      return;
    }
    List<OutDelivery> handed = preSettled;
    preSettled = preSettledBefore;
    preSettledBefore = handed;
    for (int i = 0; i < handed.size(); i++) {
      settler.settle(handed.get(i), Outcome.ACCEPTED, false);
    }
    handed.clear();
  }

  private void decide() {
    int commands = 0;
    inbox.beginBatch();
    while (commands < inbox.batchLimit(settings.maxBatchCommands())
        && batch.appendedBytes() < settings.maxBatchBytes()) {
      OwnerCommand command = inbox.peek();
      if (command == null) {
        return;
      }
      NodeChange change = changeOf(command);
      if (change != null) {
        if (commands == 0 && batch.isEmpty()) {
          inbox.take();
          if (change.stage(batch)) {
            batch.nodeChange(change);
          }
        }
        return;
      }
      inbox.take();
      decideOne(command);
      commands++;
    }
  }

  /** What has to have a batch of its own; null: the command can share one. */
  private @Nullable NodeChange changeOf(OwnerCommand command) {
    if (command instanceof OwnerCommand.Call call) {
      return call.task() instanceof NodeChange change ? change : null;
    }
    if (command instanceof OwnerCommand.OpenConsumer open) {
      NodeChange first = onAttach.before(open);
      return first == null ? consumers.changeFor(open) : first;
    }
    if (command instanceof OwnerCommand.OpenPublisher open) {
      return onAttach.before(open);
    }
    if (command instanceof OwnerCommand.CloseConsumer close) {
      dynamic.linkGone(close.port());
      return consumers.changeFor(close);
    }
    return null;
  }

  private void decideOne(OwnerCommand command) {
    if (command instanceof OwnerCommand.Publish publish) {
      publishers.publish(publish);
    } else if (command instanceof OwnerCommand.StorePart part) {
      batch.addPart(part.upload(), part.bytes(), gate.refusal());
      PublisherPort port = part.port();
      outbox.lane(port.loop()).add(new EdgeEvent.PartStored(port, part.bytes().length));
    } else if (command instanceof OwnerCommand.DropUpload drop) {
      batch.uploads().finish(drop.upload());
    } else if (command instanceof OwnerCommand.Settle settle) {
      consumers.settle(settle);
    } else if (command instanceof OwnerCommand.Renew renew) {
      consumers.renew(renew);
    } else if (command instanceof OwnerCommand.Flow flow) {
      consumers.flow(flow);
    } else if (command instanceof OwnerCommand.OpenPublisher open) {
      publishers.open(open);
    } else if (command instanceof OwnerCommand.ClosePublisher close) {
      publishers.close(close);
      dynamic.linkGone(close.port());
    } else if (command instanceof OwnerCommand.OpenConsumer open) {
      consumers.open(open);
    } else if (command instanceof OwnerCommand.FindSubscription find) {
      consumers.find(find);
    } else if (command instanceof OwnerCommand.CloseConsumer close) {
      consumers.close(close);
    } else if (command instanceof OwnerCommand.Recheck recheck) {
      publishers.review(recheck.peer());
      // What goes with a link may need a batch of its own, as when its peer closes it.
      inbox.put(consumers.review(recheck.peer()));
    } else if (command instanceof OwnerCommand.Call call) {
      call.task().run();
    } else {
      transactions.decide(command);
    }
  }

  /** What a subscription's filter leaves out is consumed in the batch that brings it. */
  private void stageChoices() {
    List<NodeLog> appendedTo = batch.appendedTo();
    for (int i = 0; i < appendedTo.size(); i++) {
      appendedTo.get(i).stageChoices(batch);
    }
  }

  /** The batch is committed: memory follows. */
  private void apply() {
    batch.committed();
    List<NodeLog> appendedTo = batch.appendedTo();
    for (int i = 0; i < appendedTo.size(); i++) {
      appendedTo.get(i).appendsCommitted(dirty);
      time.appended(appendedTo.get(i));
    }
    for (StagedBatch.Departure departure : batch.departures()) {
      departure.cursor().departed();
      dirty.add(departure.cursor().subscription);
    }
    List<OutDelivery> settlements = batch.settlements();
    for (int i = 0; i < settlements.size(); i++) {
      OutDelivery delivery = settlements.get(i);
      Subscription subscription = delivery.consumer.subscription;
      if (subscription.settled(delivery)) {
        dirty.add(subscription);
      }
      if (delivery.confirm && !delivery.consumer.closed) {
        delivery.consumer.outcomeStored(delivery);
      }
    }
    time.committed();
    List<Discharge> discharges = batch.discharges();
    for (int i = 0; i < discharges.size(); i++) {
      discharges.get(i).answer();
    }
    NodeChange change = batch.nodeChange();
    if (change != null) {
      change.committed();
      idle.look();
    }
  }

  private void dispatch() {
    if (dirty.isEmpty()) {
      return;
    }
    List<Subscription> subscriptions = dirty.take();
    for (int i = 0; i < subscriptions.size(); i++) {
      Subscription subscription = subscriptions.get(i);
      if (!subscription.deleted) {
        subscription.dispatch(store.view(), preSettled);
        subscription.fill(backlogs, keepers);
      }
    }
    keepers.evict();
  }

  /** When to run although nothing comes in, in epoch milliseconds. */
  long wakeUpMs() {
    long storage = Math.min(gate.wakeUpMs(), Math.min(committer.wakeUpMs(), backlogs.wakeUpMs()));
    long soonest = Math.min(storage, Math.min(transactions.wakeUpMs(), time.wakeUpMs()));
    return idle.any() ? Math.min(soonest, maintainedMs + MAINTAIN_MS) : soonest;
  }

  /** Ends every link; after the last turn. */
  void shutDown() {
    NodeError stopping = new NodeError(NodeError.Code.FORCED, "the broker stops");
    publishers.closeAll(stopping);
    consumers.closeAll(stopping);
    transactions.closeAll(stopping);
    outbox.flush();
    committer.syncNow();
  }
}
