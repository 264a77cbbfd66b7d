package dev.holdfast.benchmarks.load;

import java.util.ArrayDeque;
import java.util.BitSet;
import java.util.Deque;
import org.HdrHistogram.Histogram;
import org.apache.qpid.proton.amqp.Symbol;
import org.apache.qpid.proton.amqp.messaging.Accepted;
import org.apache.qpid.proton.amqp.messaging.Modified;
import org.apache.qpid.proton.amqp.messaging.Rejected;
import org.apache.qpid.proton.amqp.messaging.Released;
import org.apache.qpid.proton.amqp.messaging.Source;
import org.apache.qpid.proton.amqp.messaging.Target;
import org.apache.qpid.proton.amqp.transport.SenderSettleMode;
import org.apache.qpid.proton.engine.Delivery;
import org.apache.qpid.proton.engine.EndpointState;
import org.apache.qpid.proton.engine.Sender;
import org.apache.qpid.proton.engine.Session;
import org.jspecify.annotations.Nullable;

/**
 * Sends one producer's share, never more than {@code inFlight} unsettled, in a paced run at the
 * intended moments: late messages are sent at once and counted from when they were due.
 */
final class ProducerLink implements LinkDriver {
  private final LoadPlan plan;
  private final RunState state;
  private final Payload payload;
  private final long quota;
  private final double intervalNanos;
  private final double offsetNanos;
  private final long measuredFrom;
  private final BitSet accepted = new BitSet();
  private final Deque<Slot> free = new ArrayDeque<>();
  private final Histogram ackNanos = Latencies.newHistogram();
  private final Histogram lateNanos = Latencies.newHistogram();
  private @Nullable Sender sender;
  private long next;
  private int unsettled;
  private long answered;
  private String firstRefusal = "";

  ProducerLink(LoadPlan plan, RunState state, int run, int index) {
    this.plan = plan;
    this.state = state;
    this.payload = new Payload(plan.bodyBytes(), plan.says(), run, index);
    this.quota = plan.quota(index);
    this.intervalNanos = plan.intervalNanos();
    this.offsetNanos = intervalNanos * index / plan.producers();
    this.measuredFrom = plan.warmup() / plan.producers();
    for (int i = 0; i < plan.inFlight(); i++) {
      free.add(new Slot(i));
    }
  }

  @Override
  public void open(Session session) {
    Sender opened = session.sender("load-producer");
    Target target = new Target();
    target.setAddress(plan.target().address());
    Source source = new Source();
    source.setOutcomes(
        Accepted.DESCRIPTOR_SYMBOL,
        Rejected.DESCRIPTOR_SYMBOL,
        Released.DESCRIPTOR_SYMBOL,
        Modified.DESCRIPTOR_SYMBOL);
    target.setCapabilities(Symbol.valueOf(plan.target().kind()));
    opened.setSource(source);
    opened.setTarget(target);
    opened.setSenderSettleMode(SenderSettleMode.UNSETTLED);
    opened.open();
    sender = opened;
  }

  @Override
  public boolean ready() {
    return sender != null
        && sender.getRemoteState() == EndpointState.ACTIVE
        && sender.getCredit() > 0;
  }

  @Override
  public void onDelivery(Delivery delivery) {
    boolean answer = delivery.getRemoteState() != null || delivery.remotelySettled();
    if (!answer || !(delivery.getContext() instanceof Slot slot)) {
      return;
    }
    if (delivery.getRemoteState() instanceof Accepted) {
      accepted.set((int) slot.sequence);
    } else if (firstRefusal.isEmpty()) {
      firstRefusal = String.valueOf(delivery.getRemoteState());
    }
    if (slot.sequence >= measuredFrom) {
      ackNanos.recordValue(Math.min(NanoClock.now() - slot.sentNanos, Latencies.MAX_NANOS));
    }
    delivery.setContext(null);
    delivery.settle();
    free.push(slot);
    unsettled--;
    answered++;
  }

  @Override
  public void advance() {
    Sender open = sender;
    if (open == null || !state.started()) {
      return;
    }
    while (next < quota && unsettled < plan.inFlight() && open.getCredit() > 0) {
      long now = NanoClock.now();
      long intended = intervalNanos == 0 ? now : dueNanos();
      if (intended > now) {
        break;
      }
      send(open, intended, now);
    }
  }

  private void send(Sender open, long intended, long now) {
    Slot slot = free.pop();
    slot.sequence = next++;
    slot.sentNanos = now;
    Delivery delivery = open.delivery(slot.tag);
    delivery.setContext(slot);
    byte[] bytes = payload.stamp(slot.sequence, intended);
    open.send(bytes, 0, payload.bytes());
    open.advance();
    unsettled++;
    if (intervalNanos != 0 && slot.sequence >= measuredFrom) {
      lateNanos.recordValue(Math.min(now - intended, Latencies.MAX_NANOS));
    }
  }

  private long dueNanos() {
    return state.startNanos() + (long) (offsetNanos + next * intervalNanos);
  }

  @Override
  public long nextDueNanos() {
    boolean paced = intervalNanos != 0 && state.started() && next < quota;
    return paced ? dueNanos() : Long.MAX_VALUE;
  }

  /** Answers of any kind so far. */
  long answered() {
    return answered;
  }

  /** Numbers of the accepted messages. */
  BitSet accepted() {
    return accepted;
  }

  /** The first outcome other than accepted, or empty. */
  String firstRefusal() {
    return firstRefusal;
  }

  /** From sending to the answer, measured messages only. */
  Histogram ackNanos() {
    return ackNanos;
  }

  /** From the intended to the actual moment of sending: the tool's own share, paced runs only. */
  Histogram lateNanos() {
    return lateNanos;
  }

  /** What is remembered of one unsettled message; reused, and so is its delivery tag. */
  private static final class Slot {
    private final byte[] tag;
    private long sequence;
    private long sentNanos;

    Slot(int index) {
      tag =
          new byte[] {
            (byte) (index >>> 24), (byte) (index >>> 16), (byte) (index >>> 8), (byte) index
          };
    }
  }
}
