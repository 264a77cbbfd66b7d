package dev.holdfast.broker.domain;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** Something the domain tells one link of the edge; applied on that link's event loop. */
public sealed interface EdgeEvent {

  /** Calls the port. Event-loop thread of the port. */
  void apply();

  /** The publisher may send. */
  record PublisherOpened(PublisherPort port, NodeInfo node) implements EdgeEvent {
    @Override
    public void apply() {
      port.opened(node);
    }
  }

  /** Answers to publishes, all of one port and one commit. */
  record Published(PublisherPort port, List<PublishAnswer> answers) implements EdgeEvent {
    @Override
    public void apply() {
      port.answered(answers);
    }
  }

  /** Parts of large messages are out of memory. */
  record PartStored(PublisherPort port, int bytes) implements EdgeEvent {
    @Override
    public void apply() {
      port.partStored(bytes);
    }
  }

  /** The domain ends (or never opened) this publisher. */
  record PublisherClosed(PublisherPort port, NodeError error) implements EdgeEvent {
    @Override
    public void apply() {
      port.closed(error);
    }
  }

  /** The consumer is attached. */
  record ConsumerOpened(ConsumerPort port, OpenedSource source) implements EdgeEvent {
    @Override
    public void apply() {
      port.opened(source);
    }
  }

  /** Messages for one consumer. */
  record Deliver(ConsumerPort port, List<Delivery> deliveries) implements EdgeEvent {
    @Override
    public void apply() {
      port.deliver(deliveries);
    }
  }

  /** Outcomes that are committed now, for deliveries whose consumer waits for settlement. */
  record OutcomesStored(ConsumerPort port, List<Delivery> deliveries) implements EdgeEvent {
    @Override
    public void apply() {
      port.outcomesStored(deliveries);
    }
  }

  /** The consumer has kept this delivery too long: it is no longer its own, the link stays. */
  record LockExpired(ConsumerPort port, Delivery delivery) implements EdgeEvent {
    @Override
    public void apply() {
      port.lockExpired(delivery);
    }
  }

  /** A drain has been answered with what there was; the rest of the credit is to be consumed. */
  record Drained(ConsumerPort port, long available) implements EdgeEvent {
    @Override
    public void apply() {
      port.drained(available);
    }
  }

  /** What this consumer gets is held back for a reason, or goes on. */
  record DeliveryPaused(ConsumerPort port, @Nullable String reason) implements EdgeEvent {
    @Override
    public void apply() {
      port.paused(reason);
    }
  }

  /** The domain ends (or never opened) this consumer; its deliveries are no longer its own. */
  record ConsumerClosed(ConsumerPort port, NodeError error) implements EdgeEvent {
    @Override
    public void apply() {
      port.closed(error);
    }
  }

  /** A closed link's subscription is deleted, or stays with this error. */
  record Unsubscribed(ConsumerPort port, @Nullable NodeError error) implements EdgeEvent {
    @Override
    public void apply() {
      port.unsubscribed(error);
    }
  }

  /** The coordinator is attached. */
  record CoordinatorOpened(CoordinatorPort port) implements EdgeEvent {
    @Override
    public void apply() {
      port.opened();
    }
  }

  /** A transaction has begun. */
  record Declared(CoordinatorPort port, Object token, long transaction) implements EdgeEvent {
    @Override
    public void apply() {
      port.declared(token, transaction);
    }
  }

  /** A declaration was refused. */
  record DeclareRefused(CoordinatorPort port, Object token, NodeError error) implements EdgeEvent {
    @Override
    public void apply() {
      port.refused(token, error);
    }
  }

  /** A transaction has ended. */
  record Discharged(CoordinatorPort port, Object token, @Nullable NodeError error)
      implements EdgeEvent {
    @Override
    public void apply() {
      port.discharged(token, error);
    }
  }

  /** The domain ends (or never opened) this coordinator. */
  record CoordinatorClosed(CoordinatorPort port, NodeError error) implements EdgeEvent {
    @Override
    public void apply() {
      port.closed(error);
    }
  }
}
