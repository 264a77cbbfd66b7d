package dev.holdfast.broker.domain.owner;

import dev.holdfast.broker.domain.EdgeEvent;
import dev.holdfast.broker.domain.Outcome;
import dev.holdfast.deadletter.DeadLetterDecider;
import dev.holdfast.deadletter.DeadLetterDecider.Attempt;
import dev.holdfast.deadletter.DeadLetterReason;
import dev.holdfast.deadletter.DeathRecord;
import dev.holdfast.deadletter.Failure;
import dev.holdfast.deadletter.RetryPolicy;
import dev.holdfast.deadletter.Verdict;
import dev.holdfast.storage.DeliveryHistory;
import dev.holdfast.storage.MessageStore;
import dev.holdfast.storage.StoreView;
import dev.holdfast.storage.StoredMessage;
import java.util.List;
import java.util.random.RandomGenerator;

/** Decides outcomes: the one path by which a delivery ends. */
final class Settler {
  /** More is not kept of what consumers add to a message's annotations. */
  private static final int MOST_ANNOTATION_BYTES = 4_096;

  private static final Outcome FAILED = new Outcome.Modified(true, false);

  private final MessageStore store;
  private final StagedBatch batch;
  private final Undertaker undertaker;
  private final BodyFetcher bodies;
  private final DeadLetterMaker deadLetters;
  private final RandomGenerator random;

  /** Set while moves cannot be written: failed messages wait at their place instead. */
  private boolean movesOff;

  /** Reads the body of a delivery again, and settles it once it is here. */
  interface BodyFetcher {
    void fetchAndSettle(OutDelivery delivery);

    /** Reads the body of a delivery again and pins it, if it can be read; then goes on. */
    void fetch(OutDelivery delivery, Runnable then);
  }

  Settler(
      MessageStore store,
      StagedBatch batch,
      Undertaker undertaker,
      BodyFetcher bodies,
      DeadLetterMaker deadLetters,
      RandomGenerator random) {
    this.store = store;
    this.batch = batch;
    this.undertaker = undertaker;
    this.bodies = bodies;
    this.deadLetters = deadLetters;
    this.random = random;
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

  /** The consumer has kept it too long: it goes back to its place, and the consumer is told. */
  void lockExpired(OutDelivery delivery) {
    delivery.failure = Failure.LOCK_EXPIRED;
    settle(delivery, FAILED, false);
    delivery.consumer.emit(new EdgeEvent.LockExpired(delivery.consumer.port, delivery));
  }

  /** The transaction in which the consumer had settled it is rolled back. */
  void rolledBack(OutDelivery delivery) {
    delivery.failure = Failure.ROLLED_BACK;
    settle(delivery, FAILED, false);
  }

  /** The consumer has gone and said nothing about this delivery. */
  void abandoned(OutDelivery delivery) {
    if (delivery.state == OutDelivery.State.OUT) {
      delivery.failure = Failure.LINK_LOST;
      settle(delivery, delivery.consumer.defaultOutcome, false);
    }
  }

  /** Whether the outcome takes the message to another node. */
  boolean moves(OutDelivery delivery) {
    return !(delivery.outcome instanceof Outcome.Accepted)
        && verdict(delivery) instanceof Verdict.DeadLetter
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
    if (delivery.outcome instanceof Outcome.Accepted) {
      acknowledge(delivery);
      return true;
    }
    if (delivery.outcome instanceof Outcome.Modified modified
        && modified.annotations() != null
        && modified.annotations().length <= MOST_ANNOTATION_BYTES) {
      delivery.annotationsAfter = modified.annotations();
    }
    Verdict verdict = verdict(delivery);
    if (verdict instanceof Verdict.Redeliver back) {
      giveBack(delivery, back.failures(), 0);
    } else if (verdict instanceof Verdict.RedeliverAfter later) {
      giveBack(delivery, later.failures(), later.notBeforeMs());
    } else if (verdict instanceof Verdict.DeadLetter dead) {
      return undeliverable(delivery, dead);
    } else {
      if (verdict instanceof Verdict.Drop drop && drop.reason() == DeadLetterReason.EXPIRED) {
        batch.counts().expired();
      }
      acknowledge(delivery);
    }
    return true;
  }

  /** What the outcome means, if it is not that the consumer is done with the message. */
  private Verdict verdict(OutDelivery delivery) {
    boolean canEnd = canEnd(delivery);
    Verdict verdict = verdict(delivery, canEnd);
    if (!canEnd || !Expirer.isExpired(delivery.expiryMs, batch.nowMs())) {
      return verdict;
    }
    // What would go back to its place has no time left to wait there.
    boolean drop = delivery.consumer.subscription.expiry.drops;
    if (verdict instanceof Verdict.Redeliver back) {
      return DeadLetterDecider.expired(back.failures(), drop);
    }
    return verdict instanceof Verdict.RedeliverAfter later
        ? DeadLetterDecider.expired(later.failures(), drop)
        : verdict;
  }

  private Verdict verdict(OutDelivery delivery, boolean canEnd) {
    Outcome outcome = delivery.outcome;
    if (outcome instanceof Outcome.Rejected) {
      // No dead letters behind it: it stays, but this consumer does not get it again for ever.
      return canEnd
          ? DeadLetterDecider.rejected(delivery.failures)
          : DeadLetterDecider.rejectedForEver(delivery.failures);
    }
    long askedMs = outcome instanceof Outcome.Modified modified ? modified.deliverAtMs() : 0;
    Attempt attempt = new Attempt(delivery.failures, batch.nowMs(), askedMs, random.nextDouble());
    if (outcome instanceof Outcome.Modified modified && modified.deliveryFailed()) {
      RetryPolicy policy = retry(delivery);
      Verdict verdict = DeadLetterDecider.failed(delivery.failure, attempt, policy);
      return verdict instanceof Verdict.DeadLetter && !canEnd
          ? DeadLetterDecider.failedForEver(delivery.failure, attempt, policy)
          : verdict;
    }
    return DeadLetterDecider.givenBack(attempt);
  }

  /** Of its topic, also where a pattern found it; of its queue otherwise. */
  private static RetryPolicy retry(OutDelivery delivery) {
    RetryPolicy ofTopic = delivery.cursor.log.retry;
    return ofTopic == null ? delivery.consumer.subscription.handling.retry() : ofTopic;
  }

  /** What cannot be delivered any more ends here. */
  private boolean undeliverable(OutDelivery delivery, Verdict.DeadLetter dead) {
    if (delivery.consumer.subscription.undeliverable == Subscription.Undeliverable.DROP) {
      acknowledge(delivery);
      return true;
    }
    return move(delivery, dead);
  }

  private boolean canEnd(OutDelivery delivery) {
    return switch (delivery.consumer.subscription.undeliverable) {
      case DROP -> true;
      case DEAD_LETTER -> !movesOff;
      case KEEP -> false;
    };
  }

  private void acknowledge(OutDelivery delivery) {
    batch.acknowledge(delivery);
    delivery.effect = OutDelivery.Effect.GONE;
  }

  private void giveBack(OutDelivery delivery, int failures, long notBeforeMs) {
    DeliveryHistory before = history(delivery);
    boolean failed = failures > before.failures();
    if (failed || notBeforeMs != 0 || before.notBeforeMs() > batch.nowMs()) {
      long firstMs = failed && before.firstFailedMs() == 0 ? batch.nowMs() : before.firstFailedMs();
      long lastMs = failed ? batch.nowMs() : before.lastFailedMs();
      LogCursor cursor = delivery.cursor;
      batch
          .changes()
          .recordHistory(
              cursor.log.id,
              cursor.id,
              delivery.sequence,
              new DeliveryHistory(failures, notBeforeMs, firstMs, lastMs));
    }
    byte[] added = delivery.annotationsAfter;
    if (added != null) {
      TurnNotes notes = delivery.consumer.subscription.notes;
      notes.annotations.stage(batch, delivery.cursor, delivery.sequence, added);
    }
    delivery.effect = OutDelivery.Effect.GIVE_BACK;
    delivery.failuresAfter = failures;
    delivery.notBeforeMs = notBeforeMs;
    delivery.shun =
        delivery.outcome instanceof Outcome.Rejected
            || (delivery.outcome instanceof Outcome.Modified modified
                && modified.undeliverableHere());
  }

  /** As committed: the delivery's own outcome is not part of it. */
  private DeliveryHistory history(OutDelivery delivery) {
    StoreView.CursorView view = delivery.cursor.view(store.view());
    return view == null ? DeliveryHistory.NONE : view.history(delivery.sequence);
  }

  /** Append there and acknowledge here, in one batch; false when something is missing for that. */
  private boolean move(OutDelivery delivery, Verdict.DeadLetter dead) {
    StoredMessage message = delivery.messageIfKept();
    Subscription origin = delivery.consumer.subscription;
    if (message == null || origin.deadLetters == null) {
      return false;
    }
    delivery.pin(message);
    DeliveryHistory history = history(delivery);
    boolean failedNow = dead.failures() > history.failures();
    boolean expired = dead.reason() == DeadLetterReason.EXPIRED;
    undertaker.bury(
        origin,
        message,
        words(delivery, dead.reason()),
        new DeathRecord.Failures(
            dead.failures(),
            history.firstFailedMs() == 0 && failedNow ? batch.nowMs() : history.firstFailedMs(),
            failedNow ? batch.nowMs() : history.lastFailedMs(),
            expired ? "" : delivery.consumer.peer.principal().name()),
        delivery.annotationsAfter());
    acknowledge(delivery);
    if (expired) {
      origin.expiry.expired++;
      batch.counts().expired();
    }
    return true;
  }

  private static DeathRecord.Words words(OutDelivery delivery, DeadLetterReason reason) {
    return delivery.outcome instanceof Outcome.Rejected rejected
        ? new DeathRecord.Words(reason, rejected.condition(), rejected.description())
        : DeathRecord.Words.of(reason);
  }
}
