package dev.holdfast.benchmarks.load;

import org.HdrHistogram.Histogram;
import org.apache.qpid.proton.amqp.Symbol;
import org.apache.qpid.proton.amqp.messaging.Accepted;
import org.apache.qpid.proton.amqp.messaging.Source;
import org.apache.qpid.proton.amqp.messaging.Target;
import org.apache.qpid.proton.codec.ReadableBuffer;
import org.apache.qpid.proton.engine.Delivery;
import org.apache.qpid.proton.engine.EndpointState;
import org.apache.qpid.proton.engine.Receiver;
import org.apache.qpid.proton.engine.Session;
import org.jspecify.annotations.Nullable;

/** Receives and accepts each message; stops granting credit once it has what was asked for. */
final class ConsumerLink implements LinkDriver {
  private final LoadPlan plan;
  private final RunState state;
  private final Ledger ledger;
  private final int index;
  private final long measuredFrom;
  private final Payload.Marks marks = new Payload.Marks();
  private final Histogram endToEndNanos = Latencies.newHistogram();
  private @Nullable Receiver receiver;
  private int outstanding;

  ConsumerLink(LoadPlan plan, RunState state, Ledger ledger, int index) {
    this.plan = plan;
    this.state = state;
    this.ledger = ledger;
    this.index = index;
    this.measuredFrom = plan.warmup() / plan.producers();
  }

  @Override
  public void open(Session session) {
    Receiver opened = session.receiver("load-consumer");
    Source source = new Source();
    source.setAddress(plan.target().address());
    source.setCapabilities(Symbol.valueOf(plan.target().kind()));
    opened.setSource(source);
    opened.setTarget(new Target());
    opened.open();
    receiver = opened;
  }

  @Override
  public boolean ready() {
    return receiver != null && receiver.getRemoteState() == EndpointState.ACTIVE;
  }

  @Override
  public void onDelivery(Delivery delivery) {
    Receiver open = (Receiver) delivery.getLink();
    for (Delivery current = open.current(); complete(current); current = open.current()) {
      if (!current.isAborted()) {
        take(open.recv());
        current.disposition(Accepted.getInstance());
      }
      open.advance();
      current.settle();
      outstanding--;
    }
  }

  private static boolean complete(@Nullable Delivery delivery) {
    return delivery != null
        && (delivery.isAborted() || (delivery.isReadable() && !delivery.isPartial()));
  }

  private void take(ReadableBuffer message) {
    if (!marks.read(message)) {
      ledger.recordForeign();
      return;
    }
    ledger.record(index, marks);
    if (marks.sequence >= measuredFrom) {
      long nanos = NanoClock.now() - marks.intendedNanos;
      endToEndNanos.recordValue(Math.max(0, Math.min(nanos, Latencies.MAX_NANOS)));
    }
  }

  @Override
  public void advance() {
    Receiver open = receiver;
    if (open == null || !state.started() || outstanding > plan.credit() / 2) {
      return;
    }
    int wanted = plan.credit() - outstanding;
    if (plan.mode() == LoadPlan.Mode.RECEIVE) {
      long left = plan.total() - ledger.unique() - (long) outstanding * plan.consumers();
      wanted = (int) Math.min(wanted, Math.max(0, left / plan.consumers()));
      wanted = wanted == 0 && left > 0 && outstanding == 0 ? 1 : wanted;
    }
    if (wanted > 0) {
      open.flow(wanted);
      outstanding += wanted;
    }
  }

  @Override
  public long nextDueNanos() {
    return Long.MAX_VALUE;
  }

  /** From the intended moment of sending to here, measured messages only. */
  Histogram endToEndNanos() {
    return endToEndNanos;
  }
}
