package dev.holdfast.broker.amqp;

import dev.holdfast.broker.domain.ConsumerPort;
import dev.holdfast.broker.domain.EdgeEvent;
import dev.holdfast.broker.domain.LinkEnding;
import dev.holdfast.broker.domain.NodeError;
import dev.holdfast.broker.domain.NodeKind;
import dev.holdfast.broker.domain.OpenedSource;
import dev.holdfast.broker.domain.OwnerCommand;
import dev.holdfast.broker.domain.Peer;
import dev.holdfast.broker.domain.SubscriptionRequest;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/** Subscriptions that links name, as the edge's contract has them. The fake domain's thread. */
final class FakeSubscriptions {

  private static final class Kept {
    final OpenedSource source;
    final Set<ConsumerPort> consumers = new HashSet<>();

    Kept(OpenedSource source) {
      this.source = source;
    }
  }

  private final Map<String, Kept> byName = new HashMap<>();
  private final Map<ConsumerPort, String> ports = new HashMap<>();

  private static String key(SubscriptionRequest asked, Peer peer) {
    return asked.global() ? asked.name() : peer.container() + "|" + asked.name();
  }

  /** The answer to an attach that names a subscription. */
  EdgeEvent open(OwnerCommand.OpenConsumer open, SubscriptionRequest asked) {
    String key = key(asked, open.peer());
    Kept kept =
        byName.computeIfAbsent(
            key,
            k ->
                new Kept(
                    new OpenedSource(
                        open.source().address(),
                        NodeKind.TOPIC,
                        asked,
                        open.source().selection().filter(),
                        open.source().selection().noLocal())));
    if (!asked.shared() && !kept.consumers.isEmpty()) {
      return new EdgeEvent.ConsumerClosed(
          open.port(), new NodeError(NodeError.Code.LOCKED, "the subscription is in use"));
    }
    kept.consumers.add(open.port());
    ports.put(open.port(), key);
    return new EdgeEvent.ConsumerOpened(open.port(), kept.source);
  }

  /** The answer to a lookup. */
  EdgeEvent find(OwnerCommand.FindSubscription find) {
    String key = key(find.subscription(), find.peer());
    Kept kept = byName.get(key);
    if (kept == null) {
      return new EdgeEvent.ConsumerClosed(
          find.port(), new NodeError(NodeError.Code.NOT_FOUND, "there is no such subscription"));
    }
    ports.put(find.port(), key);
    return new EdgeEvent.ConsumerOpened(find.port(), kept.source);
  }

  /** A consumer is gone; whether its port had a subscription that is to be answered for. */
  boolean close(OwnerCommand.CloseConsumer close) {
    String key = ports.remove(close.port());
    if (key == null) {
      return false;
    }
    byName.get(key).consumers.remove(close.port());
    return close.ending() == LinkEnding.CLOSED;
  }

  /** Deletes what the port named, or says why not. */
  EdgeEvent delete(ConsumerPort port, String key) {
    if (!byName.get(key).consumers.isEmpty()) {
      return new EdgeEvent.Unsubscribed(
          port, new NodeError(NodeError.Code.LOCKED, "the subscription has consumers"));
    }
    byName.remove(key);
    return new EdgeEvent.Unsubscribed(port, null);
  }

  String key(ConsumerPort port) {
    return ports.getOrDefault(port, "");
  }
}
