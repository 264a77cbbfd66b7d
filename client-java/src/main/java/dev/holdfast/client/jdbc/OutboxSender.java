package dev.holdfast.client.jdbc;

import dev.holdfast.client.ConnectionState;
import dev.holdfast.client.Holdfast;
import dev.holdfast.client.HoldfastException;
import dev.holdfast.client.HoldfastException.Reason;
import dev.holdfast.client.Message;
import dev.holdfast.client.Producer;
import dev.holdfast.client.Receipt;
import dev.holdfast.client.jdbc.OutboxTable.Row;
import dev.holdfast.client.wire.Backoff;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The broker's side of a relay: sends a batch and says what became of each message. Belongs to the
 * relay's thread.
 *
 * <ol>
 *   <li>A message is accepted, refused for good, or left for later; what has no answer is left.
 *   <li>An address that fails is left alone for a while, from its first failure in a batch on: its
 *       messages wait in order and those of other addresses go on.
 *   <li>A refusal counts when the message was sent alone on a fresh link: a link that is closed
 *       fails all that is under way, which says nothing about any one of them.
 * </ol>
 */
final class OutboxSender {
  private static final Logger LOG = LoggerFactory.getLogger(OutboxRelay.class);
  private static final Duration FIRST_PAUSE = Duration.ofMillis(100);
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(10);
  private static final long LOOK_MS = 50;

  private final Holdfast holdfast;
  private final Duration sendTimeout;
  private final Backoff backoff = new Backoff(FIRST_PAUSE, LONGEST_PAUSE, new SplittableRandom());
  private final Map<String, Producer> producers = new HashMap<>();
  private final List<Producer> dropped = new ArrayList<>();
  private final Map<String, Hold> holds = new HashMap<>();

  OutboxSender(Holdfast holdfast, Duration sendTimeout) {
    this.holdfast = holdfast;
    this.sendTimeout = sendTimeout;
  }

  /** What became of a message; neither accepted nor refused: left for later. */
  record Outcome(Row row, boolean accepted, @Nullable String refusal) {}

  private record Hold(int failures, long untilNanos) {}

  private record Underway(Row row, CompletableFuture<Receipt> answer) {}

  /** A name for this relay: what the broker knows its client by. */
  String name() {
    return holdfast.containerId();
  }

  /** Whether the client will never send again. */
  boolean over() {
    ConnectionState state = holdfast.state();
    return state == ConnectionState.CLOSED || state == ConnectionState.FAILED;
  }

  /** Addresses to leave alone now. */
  Set<String> held() {
    Set<String> now = new HashSet<>();
    holds.forEach(
        (address, hold) -> {
          if (hold.untilNanos() - System.nanoTime() > 0) {
            now.add(address);
          }
        });
    return now;
  }

  /** Sends rows in order; {@code hurry} ends the wait for answers. */
  List<Outcome> send(List<Row> rows, BooleanSupplier hurry) throws InterruptedException {
    Set<String> failed = new HashSet<>();
    List<Underway> sent = new ArrayList<>();
    List<Outcome> outcomes = new ArrayList<>();
    for (Row row : rows) {
      if (!failed.contains(row.address())) {
        try {
          sent.add(new Underway(row, submit(row)));
        } catch (HoldfastException failure) {
          if (failure.reason() == Reason.INVALID) {
            outcomes.add(new Outcome(row, false, words(failure)));
          } else {
            failed.add(row.address());
            hold(row.address(), failure);
          }
        }
      }
    }
    for (Underway one : sent) {
      outcomes.add(outcome(one, failed, hurry));
    }
    return outcomes;
  }

  private CompletableFuture<Receipt> submit(Row row) {
    Message message = Message.fromAmqp(row.content());
    Producer producer = producers.get(row.address());
    if (producer == null) {
      producer = holdfast.producerBuilder(row.address()).sendTimeout(sendTimeout).open();
      producers.put(row.address(), producer);
    }
    // A key of the application's own is as good: it is the same whenever the row is sent.
    return producer.sendAsync(message, message.idempotencyKey().isPresent() ? null : row.key());
  }

  private Outcome outcome(Underway one, Set<String> failed, BooleanSupplier hurry)
      throws InterruptedException {
    String address = one.row().address();
    Outcome later = new Outcome(one.row(), false, null);
    CompletableFuture<Receipt> answer = one.answer();
    if (!arrives(answer, hurry)) {
      return later;
    }
    HoldfastException failure = failure(answer);
    if (failure != null && isRefusal(failure)) {
      drop(address);
      try {
        answer = submit(one.row());
      } catch (HoldfastException known) {
        answer = CompletableFuture.failedFuture(known);
      }
      if (!arrives(answer, hurry)) {
        return later;
      }
      failure = failure(answer);
      if (failure != null && isRefusal(failure)) {
        return new Outcome(one.row(), false, words(failure));
      }
    }
    if (failure != null) {
      if (failed.add(address)) {
        hold(address, failure);
      }
      return later;
    }
    if (!failed.contains(address)) {
      holds.remove(address);
    }
    return new Outcome(one.row(), true, null);
  }

  /** Waits for an answer; the producer's time-out is one. False when there is no time for it. */
  private static boolean arrives(CompletableFuture<Receipt> answer, BooleanSupplier hurry)
      throws InterruptedException {
    while (true) {
      try {
        answer.get(LOOK_MS, TimeUnit.MILLISECONDS);
        return true;
      } catch (ExecutionException failed) {
        return true;
      } catch (TimeoutException notYet) {
        if (hurry.getAsBoolean()) {
          return false;
        }
      }
    }
  }

  /** Why it was not accepted; null when it was. */
  private static @Nullable HoldfastException failure(CompletableFuture<Receipt> answer)
      throws InterruptedException {
    try {
      answer.get();
      return null;
    } catch (ExecutionException failed) {
      if (failed.getCause() instanceof HoldfastException known) {
        return known;
      }
      throw new IllegalStateException(failed);
    }
  }

  private static boolean isRefusal(HoldfastException failure) {
    return switch (failure.reason()) {
      case REJECTED, MESSAGE_TOO_LARGE, INVALID -> true;
      default -> false;
    };
  }

  private static String words(HoldfastException failure) {
    return failure.reason() + ": " + failure.getMessage();
  }

  private void hold(String address, HoldfastException failure) {
    Hold before = holds.get(address);
    int failures = before == null ? 0 : before.failures();
    long pause = backoff.before(failures).toNanos();
    holds.put(address, new Hold(failures + 1, System.nanoTime() + pause));
    if (failures == 0) {
      LOG.warn("outbox: messages for {} wait: {}", address, words(failure));
    } else {
      LOG.debug("outbox: messages for {} wait: {}", address, words(failure));
    }
    if (failure.reason() != Reason.TIMEOUT && failure.reason() != Reason.RELEASED) {
      drop(address);
    }
  }

  /** Its link may be over; the next message gets a new one. */
  private void drop(String address) {
    Producer producer = producers.remove(address);
    if (producer != null) {
      dropped.add(producer);
    }
  }

  /** Closes links of no more use, which may take a while: to be called outside a transaction. */
  void tidy() {
    dropped.forEach(OutboxSender::close);
    dropped.clear();
  }

  /** Closes all links. */
  void close() {
    tidy();
    producers.values().forEach(OutboxSender::close);
    producers.clear();
  }

  private static void close(Producer producer) {
    try {
      producer.close();
    } catch (HoldfastException failed) {
      LOG.debug("outbox: closing the link to {}: {}", producer.node(), failed.getMessage());
    }
  }
}
