package dev.holdfast.broker.domain.owner;

import static dev.holdfast.broker.domain.owner.SimModel.check;

import dev.holdfast.broker.domain.ConsumerPort;
import dev.holdfast.broker.domain.Delivery;
import dev.holdfast.broker.domain.EdgeLoop;
import dev.holdfast.broker.domain.LinkEnding;
import dev.holdfast.broker.domain.NodeError;
import dev.holdfast.broker.domain.OpenedSource;
import dev.holdfast.broker.domain.Outcome;
import dev.holdfast.broker.domain.OwnerCommand;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;

/**
 * A consumer of the simulation: random credit, random outcomes, and the rules of a link. At a topic
 * it has a volatile subscription of its own.
 */
final class SimConsumer implements ConsumerPort {
  private static int volatiles;

  /** What it names as its source. */
  final String place;

  /** Where its messages are at home. */
  final String home;

  /** Which messages it takes; null: all. */
  final SimFilter selector;

  final boolean ownSubscription;
  final boolean preSettled;
  private final Rig rig;
  private final SimModel model;
  private final Random random;
  private final SimTransactions transactions;
  private final Outcome defaultOutcome;
  private final List<Delivery> out = new ArrayList<>();
  private final Map<Delivery, Outcome> waiting = new IdentityHashMap<>();
  private final Set<Integer> shunned = new HashSet<>();
  private long limit;
  private long byteLimit;
  private long delivered;
  private long deliveredBytes;

  /** The last flow asked for a drain. */
  private boolean drainAsked;

  /**
   * How many did that may be answered yet: a later one may have taken them back on its way, or be
   * answered along with them, and one that is still in the inbox is answered by itself.
   */
  private int drainsMayCome;

  boolean closed;

  SimConsumer(Rig rig, SimModel model, Random random, SimTransactions transactions, String place) {
    this.rig = rig;
    this.model = model;
    this.random = random;
    this.transactions = transactions;
    this.place = place;
    this.ownSubscription = place.contains(".") && !place.contains("::");
    this.home = ownSubscription ? "volatile#" + ++volatiles : SimWorld.home(place);
    this.selector = random.nextInt(4) == 0 ? new SimFilter(2 + random.nextInt(3), 0) : null;
    if (ownSubscription) {
      model.subscribed(home, SimModel.Home.of(place, selector));
    }
    this.preSettled = random.nextInt(8) == 0;
    this.defaultOutcome =
        random.nextBoolean() ? new Outcome.Modified(true, false) : Outcome.RELEASED;
    rig.submit(
        new OwnerCommand.OpenConsumer(
            this,
            transactions.peer(),
            Sources.filtered(place, selector),
            preSettled,
            defaultOutcome));
  }

  void flow(boolean drain) {
    limit = Math.max(limit, delivered + random.nextInt(6));
    byteLimit = Math.max(byteLimit, deliveredBytes + 1 + random.nextInt(600));
    drainAsked = drain;
    drainsMayCome += drain ? 1 : 0;
    rig.submit(new OwnerCommand.Flow(this, limit, drain ? Long.MAX_VALUE : byteLimit, drain));
    if (drain) {
      byteLimit = Long.MAX_VALUE;
    }
  }

  /** All the credit it could use. */
  void flowWidely() {
    limit = delivered + 100_000;
    byteLimit = Long.MAX_VALUE;
    drainAsked = false;
    rig.submit(new OwnerCommand.Flow(this, limit, byteLimit, false));
  }

  /** Says something about one of the deliveries it has. */
  void settleOne() {
    if (out.isEmpty()) {
      return;
    }
    Delivery delivery = out.remove(random.nextInt(out.size()));
    SimTransactions.Transaction transaction = random.nextInt(3) == 0 ? transactions.any() : null;
    Outcome outcome = anyOutcome();
    // What is rejected from a dead-letter queue stays there, but no longer for this consumer.
    message(delivery).everShunned |=
        outcome instanceof Outcome.Rejected
            || (outcome instanceof Outcome.Modified modified && modified.undeliverableHere());
    if (transaction == null) {
      settle(delivery, outcome);
    } else {
      transaction.retire(this, delivery, outcome);
    }
  }

  private Outcome anyOutcome() {
    return switch (random.nextInt(10)) {
      case 0 -> Outcome.RELEASED;
      case 1 -> new Outcome.Modified(true, false);
      case 2 -> new Outcome.Modified(random.nextBoolean(), true);
      case 3 -> new Outcome.Rejected("app:no", "does not fit");
      default -> Outcome.ACCEPTED;
    };
  }

  void settle(Delivery delivery, Outcome outcome) {
    SimModel.Sent message = message(delivery);
    message.at = null;
    if (outcome == Outcome.ACCEPTED) {
      message.mayBeGone = true;
    }
    effective(delivery, outcome);
    waiting.put(delivery, outcome);
    rig.submit(new OwnerCommand.Settle(this, delivery, outcome, true));
  }

  /** From now on this outcome counts. */
  void effective(Delivery delivery, Outcome outcome) {
    if (outcome instanceof Outcome.Modified modified && modified.undeliverableHere()) {
      shunned.add(id(delivery));
    }
  }

  /** The broker is to confirm this. */
  void waits(Delivery delivery, Outcome outcome) {
    waiting.put(delivery, outcome);
  }

  /** An outcome did not count: the delivery is still out here. */
  void stillHas(Delivery delivery) {
    waiting.remove(delivery);
    out.add(delivery);
  }

  void close() {
    closed = true;
    for (Delivery delivery : out) {
      message(delivery).at = null;
    }
    out.clear();
    if (ownSubscription) {
      subscriptionGone();
    }
    rig.submit(
        new OwnerCommand.CloseConsumer(
            this, random.nextBoolean() ? LinkEnding.DETACHED : LinkEnding.LOST));
  }

  /** Its own subscription ends with it. */
  void subscriptionGone() {
    transactions.gone(this);
    transactions.mishap();
    model.unsubscribed(home);
  }

  /** Nothing is under way for it. */
  void quiet() {
    check(closed || waiting.isEmpty(), "outcomes were never answered");
    check(closed || !drainAsked, "a drain was never answered");
  }

  /** The message as this consumer's home has it. */
  SimModel.Sent message(Delivery delivery) {
    return model.find(home, id(delivery));
  }

  static int id(Delivery delivery) {
    return ids.get(delivery);
  }

  // Bodies may leave the memory, so the number is noted when the delivery comes.
  private static final Map<Delivery, Integer> ids = new java.util.WeakHashMap<>();

  @Override
  public EdgeLoop loop() {
    return rig.edge;
  }

  @Override
  public void opened(OpenedSource node) {
    check(place.startsWith(node.address()), "opened the wrong node");
  }

  @Override
  public void deliver(List<Delivery> deliveries) {
    for (Delivery delivery : deliveries) {
      byte[] body = delivery.message().body();
      ids.put(delivery, SimModel.id(body));
      check(deliveredBytes < byteLimit, "delivered above the byte limit");
      delivered++;
      deliveredBytes += delivery.message().heldBytes();
      check(delivered <= limit, "delivered above the credit");
      if (closed) {
        if (!ownSubscription) {
          // What is handed out settled is accepted, also by a link that is on its way out.
          message(delivery).mayBeGone |= preSettled;
          model.firstDelivery(message(delivery), delivery, this);
        }
        continue;
      }
      SimModel.Sent message = model.delivered(this, delivery);
      check(
          !shunned.contains(message.publish.id),
          message + " comes again where it cannot be delivered");
      SimUploads.checkParts(rig, delivery.message());
      if (preSettled && delivery.message().blob() == null) {
        message.at = null;
        message.mayBeGone = true;
      } else {
        out.add(delivery);
        if (random.nextBoolean()) {
          delivery.sent();
        }
      }
    }
  }

  @Override
  public void outcomesStored(List<Delivery> settled) {
    for (Delivery delivery : settled) {
      Outcome outcome = waiting.remove(delivery);
      check(outcome != null, "an outcome is answered twice");
      if (outcome == Outcome.ACCEPTED && !(closed && ownSubscription)) {
        message(delivery).mustBeGone = true;
      }
    }
  }

  @Override
  public void drained(long available) {
    check(drainsMayCome > 0 || closed, "a drain that nobody asked for");
    if (drainAsked) {
      limit = delivered;
    }
    drainAsked = false;
    drainsMayCome--;
  }

  @Override
  public void closed(NodeError error) {
    closed = true;
    for (Delivery delivery : out) {
      message(delivery).at = null;
    }
    out.clear();
    waiting.clear();
    transactions.gone(this);
  }
}
