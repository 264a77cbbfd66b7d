package dev.holdfast.broker.domain.owner;

import dev.holdfast.broker.domain.CoordinatorPort;
import dev.holdfast.broker.domain.EdgeLoop;
import dev.holdfast.broker.domain.NodeError;
import dev.holdfast.broker.domain.OwnerCommand;
import dev.holdfast.broker.domain.Peer;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** A coordinator link that remembers what it hears. */
final class TestCoordinator implements CoordinatorPort {
  final Peer peer;
  final Map<Object, Long> declared = new HashMap<>();
  final Map<Object, NodeError> refused = new HashMap<>();
  final Map<Object, Optional<NodeError>> discharged = new HashMap<>();
  boolean opened;
  NodeError closed;
  private final Rig rig;
  private int tokens;

  TestCoordinator(Rig rig) {
    this(rig, Rig.peer());
  }

  TestCoordinator(Rig rig, Peer peer) {
    this.rig = rig;
    this.peer = peer;
    rig.submit(new OwnerCommand.OpenCoordinator(this, peer));
  }

  /** A new transaction. */
  long declare() {
    Object token = tryDeclare();
    rig.settle();
    return declared.get(token);
  }

  Object tryDeclare() {
    Object token = "declare-" + tokens++;
    rig.submit(new OwnerCommand.Declare(this, token));
    return token;
  }

  /** Asks for the end; the answer comes in {@link #discharged} under the token. */
  Object discharge(long transaction, boolean fail) {
    Object token = "discharge-" + tokens++;
    rig.submit(new OwnerCommand.Discharge(this, transaction, fail, token));
    return token;
  }

  /** The answer to a commit: null when it is one. */
  NodeError commit(long transaction) {
    return end(transaction, false);
  }

  NodeError rollBack(long transaction) {
    return end(transaction, true);
  }

  private NodeError end(long transaction, boolean fail) {
    Object token = discharge(transaction, fail);
    rig.settle();
    return discharged.get(token).orElse(null);
  }

  void close() {
    rig.submit(new OwnerCommand.CloseCoordinator(this));
  }

  @Override
  public EdgeLoop loop() {
    return rig.edge;
  }

  @Override
  public void opened() {
    opened = true;
  }

  @Override
  public void declared(Object token, long transaction) {
    SimModel.check(declared.put(token, transaction) == null, "declared twice");
  }

  @Override
  public void refused(Object token, NodeError error) {
    refused.put(token, error);
  }

  @Override
  public void discharged(Object token, NodeError error) {
    SimModel.check(discharged.put(token, Optional.ofNullable(error)) == null, "discharged twice");
  }

  @Override
  public void closed(NodeError error) {
    closed = error;
  }
}
