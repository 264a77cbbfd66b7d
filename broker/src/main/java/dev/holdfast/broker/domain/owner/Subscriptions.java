package dev.holdfast.broker.domain.owner;

import dev.holdfast.broker.domain.NodeName;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** All subscriptions of topics, found by each of the ways in which they are asked for. */
final class Subscriptions {
  private final Map<Integer, TopicSubscription> byId = new HashMap<>();
  private final Map<String, TopicSubscription> byAddress = new HashMap<>();

  /** Those that links named, by name: over all topics. */
  private final Map<String, TopicSubscription> byLink = new HashMap<>();

  private final IdentityHashMap<Subscription, TopicSubscription> byGroup = new IdentityHashMap<>();
  private final List<TopicSubscription> patterns = new ArrayList<>();

  /** Above every id in use and every one given since the broker started. */
  private int nextId = Topic.RETENTION + 1;

  @Nullable TopicSubscription find(int id) {
    return byId.get(id);
  }

  @Nullable TopicSubscription find(String address) {
    return byAddress.get(address);
  }

  /** The one whose dead letters this is the address of. */
  @Nullable TopicSubscription ofDeadLetters(String address) {
    if (!address.endsWith(NodeName.DEAD_LETTER_SUFFIX)) {
      return null;
    }
    TopicSubscription of =
        byAddress.get(
            address.substring(0, address.length() - NodeName.DEAD_LETTER_SUFFIX.length()));
    return of != null && of.durable() ? of : null;
  }

  /** The one that a link made under this name, whatever its topic. */
  @Nullable TopicSubscription named(String name) {
    return byLink.get(name);
  }

  /** The one whose consumers these are; null for a queue's. */
  @Nullable TopicSubscription of(Subscription group) {
    return byGroup.get(group);
  }

  /** Those by pattern that read, or are to read, this topic. */
  List<TopicSubscription> matching(String topic) {
    List<TopicSubscription> matching = new ArrayList<>();
    for (TopicSubscription subscription : patterns) {
      if (subscription.covers(topic)) {
        matching.add(subscription);
      }
    }
    return matching;
  }

  Collection<TopicSubscription> all() {
    return byId.values();
  }

  /** Takes an id; it is not given again before the next start. */
  int takeId() {
    return nextId++;
  }

  void add(TopicSubscription subscription) {
    byId.put(subscription.id, subscription);
    byAddress.put(subscription.address(), subscription);
    byGroup.put(subscription.group, subscription);
    if (subscription.definition.traits().byLink()) {
      byLink.put(subscription.definition.name(), subscription);
    }
    if (subscription.pattern != null) {
      patterns.add(subscription);
    }
    nextId = Math.max(nextId, subscription.id + 1);
  }

  void remove(TopicSubscription subscription) {
    byId.remove(subscription.id, subscription);
    byAddress.remove(subscription.address(), subscription);
    byGroup.remove(subscription.group);
    byLink.remove(subscription.definition.name(), subscription);
    patterns.remove(subscription);
  }
}
