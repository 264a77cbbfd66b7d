package dev.holdfast.client;

import dev.holdfast.client.HoldfastException.Reason;
import dev.holdfast.client.wire.ClientLoop;
import io.vertx.proton.ProtonConnection;
import io.vertx.proton.ProtonDelivery;
import io.vertx.proton.ProtonLinkOptions;
import io.vertx.proton.ProtonSender;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.qpid.proton.amqp.Symbol;
import org.apache.qpid.proton.amqp.UnsignedLong;
import org.apache.qpid.proton.amqp.messaging.Accepted;
import org.apache.qpid.proton.amqp.messaging.Rejected;
import org.apache.qpid.proton.amqp.transport.DeliveryState;
import org.apache.qpid.proton.amqp.transport.ErrorCondition;
import org.jspecify.annotations.Nullable;

/**
 * The event loop's side of a producer: one sending link over all connections.
 *
 * <ol>
 *   <li>Everything admitted by the {@link SendWindow} is in exactly one of {@code handover}, {@code
 *       waiting} and {@code inFlight}, or in the batch on its way to the callback thread, until its
 *       room is given back; it is given back exactly once.
 *   <li>{@code inFlight} followed by {@code waiting} is the order of sending. After a lost
 *       connection what was in flight without an answer returns to the front of {@code waiting} in
 *       that order, so a producer's messages never overtake one another.
 *   <li>A message goes out only with link credit, and a sender is told exactly once.
 *   <li>A sender that was told of a timeout keeps its room until the answer arrives or the
 *       connection is gone: the bound on memory holds whatever the broker does.
 * </ol>
 */
final class ProducerLink implements Supervisor.Link {
  static final Duration TICK = Duration.ofMillis(100);

  /** How a broker says that it has the message already, to links that desire to be told. */
  private static final Symbol DUPLICATE = Symbol.valueOf("holdfast:duplicate");

  private static final Symbol[] DESIRED = {Symbol.valueOf("holdfast:duplicate-report")};

  /**
   * How a producer sends.
   *
   * @param node its target
   * @param linkName unique on the connection, the same after a reconnect
   * @param sendTimeout until a sender is told that there is no answer
   * @param resend whether what was in flight when the connection broke is sent again
   * @param keyPrefix begins the idempotency keys of messages that have none; null: they get none
   */
  record Settings(
      String node,
      String linkName,
      Duration sendTimeout,
      boolean resend,
      @Nullable String keyPrefix) {}

  /** What a sender is told, and whether room is given back with it. */
  private record Answer(
      PendingSend send,
      @Nullable Receipt receipt,
      @Nullable HoldfastException failure,
      boolean release) {}

  private final ClientLoop loop;
  private final Executor callbacks;
  private final SendWindow window;
  private final Settings settings;
  private final LinkLife life;

  // Any thread.
  private final ConcurrentLinkedQueue<PendingSend> handover = new ConcurrentLinkedQueue<>();
  private final AtomicBoolean pumpScheduled = new AtomicBoolean();
  private volatile long maxMessageBytes = Long.MAX_VALUE;

  // Owned by the event loop.
  private final ArrayDeque<PendingSend> waiting = new ArrayDeque<>();
  private final ArrayDeque<PendingSend> inFlight = new ArrayDeque<>();
  private List<Answer> answers = new ArrayList<>();
  private @Nullable ProtonSender sender;
  private boolean attached;
  private boolean ticking;
  private long tick;

  ProducerLink(
      ClientLoop loop,
      Supervisor supervisor,
      Executor callbacks,
      SendWindow window,
      Settings settings) {
    this.loop = loop;
    this.callbacks = callbacks;
    this.window = window;
    this.settings = settings;
    this.life = new LinkLife(loop, supervisor, this, settings.node(), this::attach);
  }

  LinkLife life() {
    return life;
  }

  /** The broker's limit for one message in bytes, as far as it is known. */
  long maxMessageBytes() {
    return maxMessageBytes;
  }

  /** Takes a message over; its room in the window has been taken. Any thread. */
  void submit(PendingSend send) {
    handover.add(send);
    if (pumpScheduled.compareAndSet(false, true) && !loop.execute(this::pump)) {
      pumpScheduled.set(false);
      send.result.completeExceptionally(life.closedFailure());
    }
  }

  private void pump() {
    pumpScheduled.set(false);
    HoldfastException over = life.failure();
    PendingSend send;
    while ((send = handover.poll()) != null) {
      send.deadlineTick = tick + settings.sendTimeout().toMillis() / TICK.toMillis() + 1;
      if (over != null) {
        answered(send, null, over);
      } else {
        waiting.add(send);
      }
    }
    transmit();
    startTicking();
  }

  private void transmit() {
    ProtonSender link = sender;
    while (attached && link != null && link.getCredit() > 0) {
      PendingSend send = waiting.poll();
      if (send == null) {
        return;
      }
      send.attempts++;
      inFlight.add(send);
      link.send(send.encoded, delivery -> updated(link, send, delivery));
    }
  }

  private void updated(ProtonSender link, PendingSend send, ProtonDelivery delivery) {
    DeliveryState state = delivery.getRemoteState();
    if (link != sender || send.answered || (state == null && !delivery.remotelySettled())) {
      return;
    }
    if (state instanceof Accepted) {
      answered(send, receipt(send, false), null);
    } else if (state instanceof Rejected rejected && isDuplicate(rejected.getError())) {
      answered(send, receipt(send, true), null);
    } else if (state instanceof Rejected rejected) {
      answered(send, null, Failures.ofRejected(rejected.getError(), settings.node()));
    } else {
      answered(
          send,
          null,
          new HoldfastException(
              Reason.RELEASED,
              settings.node() + ": the broker gave the message back unstored; send it again",
              null,
              settings.node()));
    }
    while (!inFlight.isEmpty() && inFlight.peek().answered) {
      inFlight.remove();
    }
  }

  private Receipt receipt(PendingSend send, boolean duplicate) {
    return new Receipt(settings.node(), send.messageId, send.attempts, duplicate);
  }

  private static boolean isDuplicate(@Nullable ErrorCondition error) {
    return error != null && DUPLICATE.equals(error.getCondition());
  }

  private void answered(
      PendingSend send, @Nullable Receipt receipt, @Nullable HoldfastException failure) {
    send.answered = true;
    if (send.told) {
      window.release(1, send.encoded.size());
    } else {
      tell(send, receipt, failure, true);
    }
  }

  private void tell(
      PendingSend send,
      @Nullable Receipt receipt,
      @Nullable HoldfastException failure,
      boolean release) {
    send.told = true;
    Answer answer = new Answer(send, receipt, failure, release);
    if (send.blocking) {
      release(List.of(answer));
      complete(answer);
      return;
    }
    if (answers.isEmpty()) {
      loop.execute(this::handAnswersOver);
    }
    answers.add(answer);
  }

  private void handAnswersOver() {
    List<Answer> batch = answers;
    answers = new ArrayList<>();
    callbacks.execute(
        () -> {
          // Room first and in one go: whoever waits for it gets enough for a burst of its own.
          release(batch);
          batch.forEach(ProducerLink::complete);
        });
  }

  private void release(List<Answer> batch) {
    int messages = 0;
    long bytes = 0;
    for (Answer answer : batch) {
      if (answer.release()) {
        messages++;
        bytes += answer.send().encoded.size();
      }
    }
    window.release(messages, bytes);
  }

  private static void complete(Answer answer) {
    if (answer.failure() != null) {
      answer.send().result.completeExceptionally(answer.failure());
    } else {
      answer.send().result.complete(answer.receipt());
    }
  }

  private void startTicking() {
    if (!ticking && !(waiting.isEmpty() && inFlight.isEmpty())) {
      ticking = true;
      loop.schedule(TICK, this::tick);
    }
  }

  private void tick() {
    ticking = false;
    tick++;
    for (PendingSend send : inFlight) {
      if (send.deadlineTick > tick) {
        break;
      }
      if (!send.told) {
        tell(send, null, timedOut("no answer from the broker"), false);
      }
    }
    for (Iterator<PendingSend> all = waiting.iterator(); all.hasNext(); ) {
      PendingSend send = all.next();
      if (send.deadlineTick > tick) {
        break;
      }
      all.remove();
      answered(send, null, timedOut(attached ? "no credit from the broker" : "not connected"));
    }
    startTicking();
  }

  private HoldfastException timedOut(String why) {
    return new HoldfastException(
        Reason.TIMEOUT,
        settings.node() + ": " + why + " within " + settings.sendTimeout().toMillis() + " ms",
        null,
        settings.node());
  }

  @Override
  public void connected(ProtonConnection connection) {
    life.connected(connection);
  }

  private void attach(ProtonConnection connection) {
    ProtonSender link =
        connection.createSender(
            settings.node(), new ProtonLinkOptions().setLinkName(settings.linkName()));
    link.setDesiredCapabilities(DESIRED);
    sender = link;
    life.watch(
        link,
        () -> link.getRemoteTarget() != null,
        () -> {
          UnsignedLong limit = link.getRemoteMaxMessageSize();
          boolean limited = limit != null && limit.bigIntegerValue().signum() > 0;
          maxMessageBytes = limited ? limit.longValue() : Long.MAX_VALUE;
          attached = true;
          transmit();
        },
        () -> detached(settings.resend()));
    link.sendQueueDrainHandler(ignored -> transmit());
    link.open();
  }

  /** The link is gone; what was in flight is sent again by the next, or failed. */
  private void detached(boolean resend) {
    attached = false;
    sender = null;
    List<PendingSend> again = new ArrayList<>();
    for (PendingSend send : inFlight) {
      if (send.answered) {
        continue;
      }
      if (resend && !send.told) {
        again.add(send);
      } else {
        answered(send, null, unknownFate());
      }
    }
    inFlight.clear();
    for (int i = again.size() - 1; i >= 0; i--) {
      waiting.addFirst(again.get(i));
    }
  }

  private HoldfastException unknownFate() {
    return new HoldfastException(
        Reason.CONNECTION_LOST,
        settings.node() + ": the connection was lost before the answer; it may have been stored",
        null,
        settings.node());
  }

  @Override
  public void disconnected(HoldfastException cause) {
    detached(settings.resend());
    life.disconnected();
  }

  @Override
  public void failed(HoldfastException cause) {
    life.failed(cause);
    window.shut(cause);
    attached = false;
    sender = null;
    List<PendingSend> all = new ArrayList<>(inFlight);
    all.addAll(waiting);
    inFlight.clear();
    waiting.clear();
    for (PendingSend send : all) {
      if (!send.answered) {
        answered(send, null, cause);
      }
    }
    pump();
  }

  /** Closes the link; what is left is failed. The future completes when the peer has answered. */
  CompletableFuture<Void> close() {
    return life.close();
  }
}
