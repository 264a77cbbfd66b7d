package dev.holdfast.broker.domain.owner;

import static dev.holdfast.broker.domain.owner.SimModel.check;

import dev.holdfast.broker.domain.Delivery;
import dev.holdfast.broker.domain.NodeError;
import dev.holdfast.broker.domain.PublishAnswer;
import dev.holdfast.broker.domain.QueueDefinition.Overflow;
import dev.holdfast.broker.domain.owner.FailMessage.Place;
import dev.holdfast.deadletter.DeadLetterReason;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What must be where, and why, at each moment: messages that expire, wait, fail, are tried again,
 * overflow, die, go back, and are sent twice. When all is at rest, it is exact; {@link
 * FailRecovery} says what may be after a crash.
 */
final class FailModel {
  final List<FailQueue> queues = FailQueue.all();
  final Map<Integer, FailMessage> messages = new HashMap<>();
  private final Rig rig;

  final FailRecovery recovery;

  /** A commit of this step may have failed. */
  boolean faulty;

  FailModel(Rig rig) {
    this.rig = rig;
    this.recovery = new FailRecovery(this, rig);
  }

  long now() {
    return rig.clock.millis();
  }

  void sent(FailMessage message) {
    messages.put(message.id, message);
    if (message.queue.overflow() == Overflow.BLOCK) {
      message.queue.blocked.add(message);
    }
  }

  FailMessage find(int id) {
    return messages.get(id);
  }

  List<FailMessage> of(FailQueue queue, Place place) {
    List<FailMessage> found = new ArrayList<>();
    for (FailMessage message : messages.values()) {
      if (message.queue == queue && message.place == place) {
        found.add(message);
      }
    }
    return found;
  }

  private int held(FailQueue queue) {
    return of(queue, Place.QUEUE).size() + of(queue, Place.DELAYED).size();
  }

  /** The broker's answer to a publish. */
  void answered(PublishAnswer answer) {
    FailMessage message = find((int) answer.token());
    FailQueue queue = message.queue;
    boolean early = message.place != Place.SENT;
    if (queue.overflow() == Overflow.BLOCK) {
      check(queue.blocked.remove() == message, message + " overtakes another one");
    }
    NodeError error = answer.error();
    boolean known = queue.knows(message, now());
    if (error != null) {
      check(!early, message + " is refused and was delivered");
      message.place = Place.GONE;
      if (faulty) {
        return;
      }
      if (error.code() == NodeError.Code.PRECONDITION_FAILED) {
        check(known, message + " is refused for a key that is not known");
        check(queue.keys.get(message.key).first().digest != message.digest, "same digest");
        return;
      }
      check(
          queue.overflow() == Overflow.REJECT && held(queue) >= queue.max() && queue.max() > 0,
          message + " is refused with room: " + error);
      check(!known || queue.mayHaveForgotten(message), message + " is known and refused");
      return;
    }
    if (known && !(queue.mayHaveForgotten(message) && answer.sequence() == 0)) {
      boolean again = isNew(message, answer);
      check(!again || queue.mayHaveForgotten(message), message + " is stored twice");
      if (!again) {
        check(queue.keys.get(message.key).first().digest == message.digest, "another body");
        message.place = Place.GONE;
        return;
      }
    }
    check(
        queue.overflow() != Overflow.REJECT
            || queue.max() == 0
            || early
            || held(queue) < queue.max(),
        message + " is taken without room");
    if (!early) {
      message.stored(now());
    }
    remember(message);
  }

  void remember(FailMessage message) {
    if (message.key != null) {
      message.queue.keys.put(message.key, new FailQueue.Key(message, now(), false));
    }
  }

  /** Whether it lies in a log of its own. */
  private boolean isNew(FailMessage message, PublishAnswer answer) {
    return new FailWorld(rig).look(queues).containsKey(message.id);
  }

  /** The broker hands a message out. */
  void delivered(FailConsumer consumer, FailMessage message, Delivery delivery) {
    long now = now();
    if (message.place == Place.SENT) {
      message.stored(now);
    }
    if (message.place == Place.DELAYED && message.dueMs <= now) {
      message.place = Place.QUEUE;
      message.unsynced = true;
    }
    if (message.place == Place.DEAD && message.mayBeBack) {
      isBack(message, now);
    }
    check(message.place == Place.QUEUE, message + " is delivered");
    check(!message.expired(now), message + " is delivered after its time");
    check(message.waited || message.notBeforeMs <= now, message + " is delivered early");
    check(message.at == null, message + " is out twice");
    check(!consumer.shunned.contains(message), message + " comes again");
    check(delivery.deliveryCount() == message.failures, message + " counts wrong");
    FailQueue queue = consumer.queue;
    if (queue.definition.serving().singleActiveConsumer()) {
      check(queue.consumers.get(0) == consumer, message + " goes to one that is not active");
    }
    for (FailMessage other : messages.values()) {
      if (other.queue == queue
          && other.couldGo
          && other.notBeforeMs <= now
          && other.deliverable(now)
          && !consumer.shunned.contains(other)) {
        check(
            other.priority < message.priority
                || (other.priority == message.priority
                    && (message.sequence == 0 || other.sequence >= message.sequence)),
            message + " overtakes " + other);
      }
    }
    message.waited = true;
    message.at = consumer;
  }

  /** A redrive of this queue's dead letters has begun. */
  void redriven(FailQueue queue) {
    for (FailMessage message : of(queue, Place.DEAD)) {
      message.mayBeBack = true;
      message.mustBeBack = true;
      message.everRedriven = true;
    }
  }

  /** All is at rest: what time has done, and then nothing may differ. */
  void rest() {
    long now = now();
    recovery.clock(now);
    Map<Integer, FailWorld.Seen> seen = new FailWorld(rig).look(queues);
    List<FailMessage> fired = new ArrayList<>();
    for (FailMessage message : messages.values()) {
      if (message.place == Place.DELAYED && message.dueMs <= now) {
        message.place = Place.QUEUE;
        message.unsynced = true;
        fired.add(message);
      }
      if (message.place == Place.DEAD && message.mayBeBack) {
        goesBack(message, seen.get(message.id), now);
      }
      boolean waits = message.place == Place.QUEUE || message.place == Place.DELAYED;
      FailWorld.Seen is = seen.get(message.id);
      boolean late = message.keptLate && is != null && is.place() == message.place;
      message.keptLate |= message.at != null && message.expired(now);
      if (waits && message.at == null && message.expired(now) && !late) {
        message.dies(DeadLetterReason.EXPIRED);
        message.queue.expiredNow++;
      }
    }
    for (FailQueue queue : queues) {
      queue.clock(now);
      trimmed(queue, seen);
      queue.expiredNow = 0;
    }
    fired.sort(
        Comparator.<FailMessage>comparingLong(m -> m.dueMs).thenComparingLong(m -> m.sequence));
    messages.values().forEach(message -> compare(message, seen.get(message.id), now));
    inOrder(fired);
    queues.forEach(queue -> nothingIsLeftUndone(queue, now));
  }

  private void goesBack(FailMessage message, FailWorld.Seen seen, long now) {
    boolean back = seen != null && seen.place() != Place.DEAD;
    check(
        back || !message.mustBeBack || message.hops > 10 || message.queue.max() > 0,
        message + " is not back");
    if (back) {
      isBack(message, now);
    }
  }

  private static void isBack(FailMessage message, long now) {
    message.place = Place.QUEUE;
    message.failures = 0;
    message.mostFailures = 0;
    message.expiryMs = message.queue.expiryMs(message.ttlMs, now);
    message.mayBeBack = false;
    message.unsynced = true;
  }

  /** The oldest, of the lowest priority first, and no more than must. */
  private void trimmed(FailQueue queue, Map<Integer, FailWorld.Seen> seen) {
    if (queue.overflow() != Overflow.DROP_OLDEST
        && queue.overflow() != Overflow.DEAD_LETTER_OLDEST) {
      return;
    }
    List<FailMessage> there = of(queue, Place.QUEUE);
    int removed = 0;
    for (FailMessage message : there) {
      FailWorld.Seen now = seen.get(message.id);
      if (now != null && now.place() == Place.QUEUE) {
        continue;
      }
      removed++;
      for (FailMessage kept : there) {
        FailWorld.Seen is = seen.get(kept.id);
        boolean stays = is != null && is.place() == Place.QUEUE && kept.at == null && kept.wasThere;
        check(
            !stays
                || kept.priority > message.priority
                || (kept.priority == message.priority
                    && (message.sequence == 0 || is.message().sequence() > message.sequence)),
            message + " had to go before " + kept);
      }
      if (queue.overflow() == Overflow.DROP_OLDEST) {
        message.place = Place.GONE;
        message.unsynced = true;
      } else {
        message.dies(DeadLetterReason.OVERFLOW);
      }
    }
    // What expires at the same time may go after others have made room.
    check(
        removed == 0 || held(queue) + queue.expiredNow >= queue.max(),
        queue.name + " lost too much");
    boolean could = of(queue, Place.QUEUE).stream().anyMatch(m -> m.at == null);
    boolean over = could && held(queue) > queue.max();
    // What came back from consumers has half a second.
    check(
        !over || queue.overSinceMs == 0 || now() - queue.overSinceMs < 500,
        queue.name + " holds too much");
    queue.overSinceMs =
        !over ? 0 : queue.overSinceMs == 0 ? now() : Math.min(now(), queue.overSinceMs);
  }

  private void compare(FailMessage message, FailWorld.Seen seen, long now) {
    Place should = message.place == Place.SENT ? Place.GONE : message.place;
    Place is = seen == null ? Place.GONE : seen.place();
    check(should == is, message + " should be " + should + " and is " + is);
    if (seen != null) {
      take(message, seen, now);
    }
    message.certain();
    message.couldGo = message.deliverable(now);
    message.wasThere = message.place == Place.QUEUE && message.at == null;
  }

  private void take(FailMessage message, FailWorld.Seen seen, long now) {
    if (seen.place() == Place.DEAD) {
      check(seen.attributes().death().reason() == message.reason, message + " died otherwise");
      check(seen.attributes().death().hops() == message.hops, message + " has other hops");
    } else {
      check(seen.message().expiryMs() == message.expiryMs, message + " expires otherwise");
    }
    if (seen.place() == Place.DELAYED) {
      check(seen.attributes().dueMs() == message.dueMs, message + " is due otherwise");
    }
    if (seen.place() == Place.QUEUE) {
      check(seen.history().failures() == message.failures, message + " failed otherwise");
      if (!message.waited) {
        long at = seen.history().notBeforeMs();
        check(
            message.notBeforeMs <= at && at <= message.notBeforeLatestMs,
            message + " waits until " + at);
        message.waitsUntil(at, at);
        message.waited = at <= now;
      }
    }
    message.sequence = seen.message().sequence();
  }

  private static void inOrder(List<FailMessage> fired) {
    Map<String, Long> last = new HashMap<>();
    for (FailMessage message : fired) {
      if (message.place == Place.QUEUE) {
        Long before = last.put(message.queue.name + message.priority, message.sequence);
        check(before == null || before < message.sequence, message + " came too late");
      }
    }
  }

  private void nothingIsLeftUndone(FailQueue queue, long now) {
    boolean single = queue.definition.serving().singleActiveConsumer();
    List<FailConsumer> served =
        queue.consumers.subList(
            0, single ? Math.min(1, queue.consumers.size()) : queue.consumers.size());
    for (FailConsumer consumer : served) {
      for (FailMessage message : of(queue, Place.QUEUE)) {
        check(
            !consumer.hasCredit()
                || !message.deliverable(now)
                // Whether a wait is over may be asked when it is read, by a clock that went back.
                || message.notBeforeMs > now
                || consumer.shunned.contains(message),
            message + " is not delivered");
      }
    }
    long timeout = queue.definition.handling().lockTimeoutMs();
    for (FailConsumer consumer : queue.consumers) {
      check(
          timeout == 0 || consumer.out.isEmpty() || consumer.sinceMs + timeout > now,
          "a lock of " + queue.name + " did not end");
    }
    check(
        queue.blocked.isEmpty() || held(queue) >= queue.max(),
        queue.name + " has room and lets wait " + queue.blocked);
  }
}
