package dev.holdfast.broker.domain.owner;

import dev.holdfast.broker.domain.CoordinatorPort;
import dev.holdfast.broker.domain.EdgeEvent;
import dev.holdfast.broker.domain.NodeError;
import dev.holdfast.broker.domain.Peer;
import java.util.LinkedHashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A coordinator link as the owner knows it: the transactions that were declared on it. */
final class CoordinatorTarget {
  final CoordinatorPort port;
  final Peer peer;

  /** Those that are not discharged, in the order of their declaration. */
  final Set<Transaction> open = new LinkedHashSet<>();

  private final Outbox.Lane lane;

  CoordinatorTarget(CoordinatorPort port, Peer peer, Outbox.Lane lane) {
    this.port = port;
    this.peer = peer;
    this.lane = lane;
  }

  void emit(EdgeEvent event) {
    lane.add(event);
  }

  void discharged(Object token, @Nullable NodeError error) {
    emit(new EdgeEvent.Discharged(port, token, error));
  }
}
