package dev.holdfast.broker.domain.owner;

import dev.holdfast.broker.domain.OwnerCommand;
import dev.holdfast.broker.domain.OwnerInbox;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;

/**
 * Dead-letter queues of subscriptions are made when the first message needs one; until that is
 * committed, the outcomes that need it wait.
 */
final class DeadLetterMaker {
  private final NodeRegistry nodes;
  private final OwnerInbox inbox;
  private final IdentityHashMap<Subscription, List<OutDelivery>> waiting = new IdentityHashMap<>();

  DeadLetterMaker(NodeRegistry nodes, OwnerInbox inbox) {
    this.nodes = nodes;
    this.inbox = inbox;
  }

  /** Settles the delivery once its subscription has dead letters. */
  void makeAndSettle(OutDelivery delivery, Settler settler) {
    Subscription group = delivery.consumer.subscription;
    List<OutDelivery> present = waiting.get(group);
    if (present != null) {
      present.add(delivery);
      return;
    }
    TopicSubscription subscription = nodes.subscriptions().of(group);
    if (subscription == null) {
      return;
    }
    List<OutDelivery> first = new ArrayList<>();
    first.add(delivery);
    waiting.put(group, first);
    submit(new MakeDeadLetters(subscription, nodes, () -> made(group, settler)));
  }

  private void made(Subscription group, Settler settler) {
    List<OutDelivery> deliveries = waiting.remove(group);
    if (deliveries != null && !group.deleted) {
      // The batch of the change is over: the outcomes belong to the next one.
      submit(() -> deliveries.forEach(settler::resume));
    }
  }

  private void submit(Runnable task) {
    inbox.submit(List.of(new OwnerCommand.Call(task)));
  }
}
