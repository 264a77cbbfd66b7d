package dev.holdfast.broker.domain.owner;

import static dev.holdfast.broker.domain.owner.SimModel.check;

import dev.holdfast.broker.domain.QueueDefinition.Overflow;
import dev.holdfast.broker.domain.owner.FailMessage.Place;
import dev.holdfast.deadletter.DeadLetterReason;
import java.util.Map;

/**
 * What may be after a crash or a failed commit: it takes what is, and the model is exact from then
 * on.
 */
final class FailRecovery {
  private final FailModel model;
  private final Rig rig;

  /** The latest that the clock has been. */
  private long latestMs;

  FailRecovery(FailModel model, Rig rig) {
    this.model = model;
    this.rig = rig;
  }

  void clock(long nowMs) {
    latestMs = Math.max(latestMs, nowMs);
  }

  /**
   * After a crash, or a failed commit: each message must be where it may be, and is there from now
   * on.
   *
   * @param power what was not synced may be undone
   * @param restarted nobody waits for an answer any more
   */
  void adopt(boolean power, boolean restarted) {
    clock(model.now());
    Map<Integer, FailWorld.Seen> seen = new FailWorld(rig).look(model.queues);
    for (FailMessage message : model.messages.values()) {
      adopt(message, seen.get(message.id), power, restarted);
    }
    if (restarted) {
      model.queues.forEach(queue -> queue.blocked.clear());
      model.queues.forEach(queue -> queue.consumers.clear());
    }
  }

  private void adopt(FailMessage message, FailWorld.Seen seen, boolean power, boolean restarted) {
    boolean undone = power && message.unsynced;
    boolean wasSent = message.place == Place.SENT;
    Place before = message.place;
    message.mayBeBack |= undone && message.everRedriven;
    if (seen == null) {
      check(
          message.place == Place.GONE || wasSent || message.mayBeGone || mayVanish(message),
          message + " is lost");
      message.place = wasSent && !restarted ? Place.SENT : Place.GONE;
    } else {
      check(wasSent || mayBe(message, seen, undone), message + " must not be in " + seen.place());
      message.place = seen.place();
      message.reason = seen.place() == Place.DEAD ? seen.attributes().death().reason() : null;
      message.hops = seen.attributes().death() == null ? 0 : seen.attributes().death().hops();
      message.dueMs = seen.place() == Place.DELAYED ? seen.attributes().dueMs() : 0;
      message.expiryMs = seen.place() == Place.DEAD ? message.expiryMs : seen.message().expiryMs();
      int failures = seen.place() == Place.QUEUE ? seen.history().failures() : 0;
      check(
          undone || failures <= Math.max(message.mostFailures, message.failures),
          message + " has failed more");
      message.failures = failures;
      message.waitsUntil(seen.history().notBeforeMs(), seen.history().notBeforeMs());
      message.waited = seen.history().notBeforeMs() <= model.now();
      message.sequence = seen.message().sequence();
      if (wasSent) {
        model.remember(message);
      }
    }
    message.unsynced |= message.place != before;
    if (restarted) {
      message.at = null;
    }
    message.mayBeGone = false;
    message.mustBeBack = false;
    message.couldGo = false;
  }

  private boolean mayVanish(FailMessage message) {
    FailQueue queue = message.queue;
    boolean expires = queue.definition.lifetime().dropExpired() && message.expired(latestMs);
    return expires || queue.overflow() == Overflow.DROP_OLDEST;
  }

  private boolean mayBe(FailMessage message, FailWorld.Seen seen, boolean undone) {
    if (message.place == seen.place() || undone) {
      return true;
    }
    return switch (seen.place()) {
      case DEAD -> {
        DeadLetterReason why = seen.attributes().death().reason();
        yield message.place != Place.GONE
            && ((why == DeadLetterReason.EXPIRED && message.expired(latestMs))
                || (why == DeadLetterReason.OVERFLOW
                    && message.queue.overflow() == Overflow.DEAD_LETTER_OLDEST)
                || why == message.mayHaveReason);
      }
      case QUEUE ->
          message.place == Place.DELAYED
              ? message.dueMs <= latestMs
              : message.inDoubt || (message.place == Place.DEAD && message.mayBeBack);
      default -> false;
    };
  }
}
