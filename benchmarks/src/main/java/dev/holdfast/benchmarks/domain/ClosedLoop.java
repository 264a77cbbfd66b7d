package dev.holdfast.benchmarks.domain;

import dev.holdfast.acl.Principal;
import dev.holdfast.broker.domain.ConsumerPort;
import dev.holdfast.broker.domain.Delivery;
import dev.holdfast.broker.domain.EdgeEvent;
import dev.holdfast.broker.domain.EdgeLoop;
import dev.holdfast.broker.domain.IncomingMessage;
import dev.holdfast.broker.domain.NodeError;
import dev.holdfast.broker.domain.NodeInfo;
import dev.holdfast.broker.domain.OpenedSource;
import dev.holdfast.broker.domain.Outcome;
import dev.holdfast.broker.domain.OwnerCommand;
import dev.holdfast.broker.domain.OwnerInbox;
import dev.holdfast.broker.domain.Peer;
import dev.holdfast.broker.domain.PublishAnswer;
import dev.holdfast.broker.domain.PublisherPort;
import dev.holdfast.broker.domain.SourceRequest;
import dev.holdfast.broker.domain.TargetRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Semaphore;

/**
 * One producer and one consumer without a network: each answer sends the next message, each
 * delivery is accepted at once. What comes of one batch of the owner goes back to it as one batch,
 * as an edge loop would do.
 *
 * <p>Everything runs on the owner thread but {@link #attach} and {@link #run}.
 */
final class ClosedLoop implements PublisherPort, ConsumerPort {
  private final OwnerInbox owner;
  private final Principal principal;
  private final String queue;
  private final EdgeLoop edge = this::carryOut;
  private final Semaphore done = new Semaphore(0);

  // Owner thread.
  private final List<OwnerCommand> out = new ArrayList<>();
  private IncomingMessage message = new IncomingMessage(true, (byte) 4, -1, 0, 0, new byte[0]);
  private int toSend;
  private int toSettle;

  ClosedLoop(OwnerInbox owner, Principal principal, String queue) {
    this.owner = owner;
    this.principal = principal;
    this.queue = queue;
  }

  /** Attaches both sides. */
  void attach() {
    Peer peer = new Peer(principal, "benchmark");
    owner.submit(
        List.of(
            new OwnerCommand.OpenPublisher(this, peer, TargetRequest.of(queue)),
            new OwnerCommand.OpenConsumer(
                this, peer, SourceRequest.of(queue), false, Outcome.RELEASED),
            new OwnerCommand.Flow(this, Long.MAX_VALUE, Long.MAX_VALUE, false)));
  }

  /** Sends, receives and acknowledges {@code count} messages, {@code inFlight} at a time. */
  void run(byte[] body, int count, int inFlight) {
    Runnable start =
        () -> {
          message = new IncomingMessage(true, (byte) 4, -1, 0, 0, body);
          toSend = count;
          toSettle = count;
          publish(inFlight);
          flush();
        };
    owner.submit(List.of(new OwnerCommand.Call(start)));
    done.acquireUninterruptibly();
  }

  private void publish(int count) {
    for (int i = 0; i < count && toSend > 0; i++, toSend--) {
      out.add(new OwnerCommand.Publish(this, "", message, message, true));
    }
  }

  private void flush() {
    if (!out.isEmpty()) {
      owner.submit(List.copyOf(out));
      out.clear();
    }
  }

  private void carryOut(List<EdgeEvent> events) {
    for (EdgeEvent event : events) {
      event.apply();
    }
    flush();
  }

  @Override
  public void answered(List<PublishAnswer> answers) {
    publish(answers.size());
  }

  @Override
  public void deliver(List<Delivery> deliveries) {
    for (Delivery delivery : deliveries) {
      delivery.sent();
      out.add(new OwnerCommand.Settle(this, delivery, Outcome.ACCEPTED, true));
    }
  }

  @Override
  public void outcomesStored(List<Delivery> deliveries) {
    toSettle -= deliveries.size();
    if (toSettle == 0) {
      done.release();
    }
  }

  @Override
  public EdgeLoop loop() {
    return edge;
  }

  @Override
  public void opened(OpenedSource source) {}

  @Override
  public void opened(NodeInfo node) {
    // Nothing waits for it: a publish may follow its attach at once.
  }

  @Override
  public void drained(long available) {
    throw new IllegalStateException("no drain was asked for");
  }

  @Override
  public void closed(NodeError error) {
    // The owner stops, or refused the attach: nobody may wait for messages any more.
    done.release();
  }
}
