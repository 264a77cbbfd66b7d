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
  private final IdentityHashMap<Subscription, List<Runnable>> waiting = new IdentityHashMap<>();

  DeadLetterMaker(NodeRegistry nodes, OwnerInbox inbox) {
    this.nodes = nodes;
    this.inbox = inbox;
  }

  /**
   * Makes the dead-letter queue of this subscription.
   *
   * @param then run in a later turn, when it is there or the subscription is gone
   * @return false: the subscription is gone already, and nothing is run
   */
  boolean make(Subscription group, Runnable then) {
    List<Runnable> present = waiting.get(group);
    if (present != null) {
      present.add(then);
      return true;
    }
    TopicSubscription subscription = nodes.subscriptions().of(group);
    if (subscription == null) {
      return false;
    }
    List<Runnable> first = new ArrayList<>();
    first.add(then);
    waiting.put(group, first);
    submit(new MakeDeadLetters(subscription, nodes, () -> made(group)));
    return true;
  }

  private void made(Subscription group) {
    List<Runnable> all = waiting.remove(group);
    if (all != null) {
      // The batch of the change is over: what waited belongs to the next one.
      submit(() -> all.forEach(Runnable::run));
    }
  }

  private void submit(Runnable task) {
    inbox.submit(List.of(new OwnerCommand.Call(task)));
  }
}
