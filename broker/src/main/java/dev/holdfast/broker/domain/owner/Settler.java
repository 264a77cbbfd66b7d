package dev.holdfast.broker.domain.owner;

import dev.holdfast.broker.domain.MessageAttributes;
import dev.holdfast.broker.domain.Outcome;
import dev.holdfast.deadletter.DeadLetterDecider;
import dev.holdfast.deadletter.DeathRecord;
import dev.holdfast.deadletter.Failure;
import dev.holdfast.deadletter.Verdict;
import dev.holdfast.storage.DeliveryHistory;
import dev.holdfast.storage.StoreView;
import dev.holdfast.storage.StoredMessage;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Decides outcomes: the one path by which a delivery ends. */
final class Settler {
  private static final Outcome FAILED = new Outcome.Modified(true, false);

  private final StagedBatch batch;
  private final BodyFetcher bodies;
  private final DeadLetterMaker deadLetters;

  /** Set while moves cannot be written: failed messages wait at their place instead. */
  private boolean movesOff;

  /** Reads the body of a delivery again, and settles it once it is here. */
  interface BodyFetcher {
    void fetchAndSettle(OutDelivery delivery);

    /** Reads the body of a delivery again and pins it, if it can be read; then goes on. */
    void fetch(OutDelivery delivery, Runnable then);
  }

  Settler(StagedBatch batch, BodyFetcher bodies, DeadLetterMaker deadLetters) {
    this.batch = batch;
    this.bodies = bodies;
    this.deadLetters = deadLetters;
  }

  /** Stages an outcome, unless the delivery has one. */
  void settle(OutDelivery delivery, Outcome outcome, boolean confirm) {
    if (delivery.state != OutDelivery.State.OUT) {
      return;
    }
    delivery.outcome = outcome;
    delivery.confirm = confirm;
    stage(delivery);
  }

  /** The transaction in which the consumer had settled it is rolled back. */
  void rolledBack(OutDelivery delivery) {
    delivery.failure = Failure.ROLLED_BACK;
    settle(delivery, FAILED, false);
  }

  /** Whether the outcome takes the message to another node. */
  boolean moves(OutDelivery delivery) {
    return ending(delivery) != null
        && delivery.consumer.subscription.undeliverable != Subscription.Undeliverable.DROP;
  }

  /** Whether the outcome can be staged at once; if not, {@link #prepare} helps. */
  boolean isReady(OutDelivery delivery) {
    if (!moves(delivery)) {
      return true;
    }
    StoredMessage message = delivery.messageIfKept();
    if (message != null) {
      delivery.pin(message);
    }
    return message != null && delivery.consumer.subscription.deadLetters != null;
  }

  /** Gets what the outcome needs, if it can be had; then goes on. */
  void prepare(OutDelivery delivery, Runnable then) {
    if (delivery.consumer.subscription.deadLetters != null) {
      bodies.fetch(delivery, then);
    } else if (!deadLetters.make(
        delivery.consumer.subscription, () -> bodies.fetch(delivery, then))) {
      then.run();
    }
  }

  /** Stages an outcome that was given in a transaction and {@link #isReady}. */
  void stageInTransaction(OutDelivery delivery) {
    if (!decide(delivery)) {
      throw new IllegalStateException("an outcome of a transaction has to wait");
    }
    delivery.state = OutDelivery.State.STAGED;
    batch.settle(delivery);
  }

  /** What an outcome had to wait for is here. */
  void resume(OutDelivery delivery) {
    if (delivery.state == OutDelivery.State.WAITING) {
      stage(delivery);
    }
  }

  private void stage(OutDelivery delivery) {
    if (decide(delivery)) {
      delivery.state = OutDelivery.State.STAGED;
      batch.settle(delivery);
    } else {
      delivery.state = OutDelivery.State.WAITING;
      if (delivery.consumer.subscription.deadLetters == null) {
        deadLetters.make(delivery.consumer.subscription, () -> resume(delivery));
      } else {
        bodies.fetchAndSettle(delivery);
      }
    }
  }

  /**
   * Stages the settlements of a failed batch again, in the same order.
   *
   * @param view as recovered: an outcome that it has already is not staged twice
   */
  void restage(StoreView view, boolean withoutMoves) {
    movesOff = withoutMoves;
    List<OutDelivery> settlements = batch.settlements();
    for (int i = 0; i < settlements.size(); i++) {
      OutDelivery delivery = settlements.get(i);
      StoreView.CursorView cursor = delivery.cursor.view(view);
      if (cursor == null || cursor.acknowledged(delivery.sequence)) {
        delivery.effect = OutDelivery.Effect.GONE;
      } else {
        decide(delivery);
      }
    }
    movesOff = false;
  }

  /**
   * False when something has to be there first, the body or the dead-letter queue; never so for
   * what was decided once before.
   */
  private boolean decide(OutDelivery delivery) {
    Outcome outcome = delivery.outcome;
    if (outcome instanceof Outcome.Accepted) {
      acknowledge(delivery);
      return true;
    }
    if (outcome instanceof Outcome.Rejected rejected) {
      return rejected(delivery, rejected);
    }
    if (outcome instanceof Outcome.Modified modified) {
      return modified(delivery, modified);
    }
    giveBack(delivery, delivery.failures, false);
    return true;
  }

  private boolean rejected(OutDelivery delivery, Outcome.Rejected rejected) {
    Verdict.DeadLetter dead = ending(delivery);
    if (dead != null) {
      return undeliverable(delivery, dead, rejected);
    }
    // No dead letters behind it: it stays, but this consumer does not get it again for ever.
    failed(delivery, delivery.failures + 1, true);
    return true;
  }

  private boolean modified(OutDelivery delivery, Outcome.Modified modified) {
    if (!modified.deliveryFailed()) {
      giveBack(delivery, delivery.failures, modified.undeliverableHere());
      return true;
    }
    Verdict.DeadLetter dead = ending(delivery);
    if (dead != null) {
      return undeliverable(delivery, dead, new Outcome.Rejected("", ""));
    }
    failed(delivery, delivery.failures + 1, modified.undeliverableHere());
    return true;
  }

  /** What cannot be delivered any more ends here. Without moves it waits at its place. */
  private boolean undeliverable(
      OutDelivery delivery, Verdict.DeadLetter dead, Outcome.Rejected words) {
    if (delivery.consumer.subscription.undeliverable == Subscription.Undeliverable.DROP) {
      acknowledge(delivery);
      return true;
    }
    return move(delivery, dead, words);
  }

  /** What the outcome makes of the message when it ends its stay here; null: it does not. */
  private Verdict.@Nullable DeadLetter ending(OutDelivery delivery) {
    Verdict verdict = null;
    if (!canEnd(delivery)) {
      return null;
    } else if (delivery.outcome instanceof Outcome.Rejected) {
      verdict = DeadLetterDecider.rejected(delivery.failures);
    } else if (delivery.outcome instanceof Outcome.Modified modified && modified.deliveryFailed()) {
      verdict =
          DeadLetterDecider.failed(
              delivery.failure,
              new DeadLetterDecider.Attempt(delivery.failures, batch.nowMs(), 0, 0),
              delivery.consumer.subscription.retry);
    }
    return verdict instanceof Verdict.DeadLetter dead ? dead : null;
  }

  private boolean canEnd(OutDelivery delivery) {
    return switch (delivery.consumer.subscription.undeliverable) {
      case DROP -> true;
      case DEAD_LETTER -> !movesOff;
      case KEEP -> false;
    };
  }

  private void acknowledge(OutDelivery delivery) {
    LogCursor cursor = delivery.cursor;
    batch.changes().acknowledge(cursor.log.id, cursor.id, delivery.sequence, delivery.bytes);
    delivery.effect = OutDelivery.Effect.GONE;
  }

  private void giveBack(OutDelivery delivery, int failures, boolean shun) {
    delivery.effect = OutDelivery.Effect.GIVE_BACK;
    delivery.failuresAfter = failures;
    delivery.shun = shun;
  }

  private void failed(OutDelivery delivery, int failures, boolean shun) {
    LogCursor cursor = delivery.cursor;
    DeliveryHistory history = new DeliveryHistory(failures, 0, batch.nowMs(), batch.nowMs());
    batch.changes().recordHistory(cursor.log.id, cursor.id, delivery.sequence, history);
    giveBack(delivery, failures, shun);
  }

  /** Append there and acknowledge here, in one batch; false when something is missing for that. */
  private boolean move(OutDelivery delivery, Verdict.DeadLetter dead, Outcome.Rejected words) {
    StoredMessage message = delivery.messageIfKept();
    Subscription origin = delivery.consumer.subscription;
    Queue target = origin.deadLetters;
    if (message == null || target == null) {
      return false;
    }
    delivery.pin(message);
    MessageAttributes attributes = MessageAttributes.decode(message.attributes());
    DeathRecord record =
        DeathRecord.of(
            new DeathRecord.Words(dead.reason(), words.condition(), words.description()),
            new DeathRecord.Origin(origin.name, delivery.sequence, message.enqueuedMs()),
            new DeathRecord.Failures(
                dead.failures(), 0, batch.nowMs(), delivery.consumer.peer.principal().name()),
            batch.nowMs(),
            Optional.ofNullable(attributes.death()));
    batch.move(
        target.log,
        new StoredMessage(
            target.log.nextSequence,
            message.flags(),
            message.priority(),
            batch.nowMs(),
            0,
            message.ttlMs(),
            message.messageFormat(),
            attributes.withDeath(record).encode(),
            message.body()));
    acknowledge(delivery);
    return true;
  }
}
