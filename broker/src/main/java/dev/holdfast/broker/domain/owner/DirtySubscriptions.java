package dev.holdfast.broker.domain.owner;

import java.util.ArrayList;
import java.util.List;

/** Subscriptions that may have something to hand out, each once. */
final class DirtySubscriptions {
  private List<Subscription> subscriptions = new ArrayList<>();
  private List<Subscription> spare = new ArrayList<>();

  void add(Subscription subscription) {
    if (!subscription.dirty) {
      subscription.dirty = true;
      subscriptions.add(subscription);
    }
  }

  boolean isEmpty() {
    return subscriptions.isEmpty();
  }

  /** Those of now; valid until the next call. */
  List<Subscription> take() {
    List<Subscription> taken = subscriptions;
    subscriptions = spare;
    subscriptions.clear();
    spare = taken;
    for (int i = 0; i < taken.size(); i++) {
      taken.get(i).dirty = false;
    }
    return taken;
  }
}
