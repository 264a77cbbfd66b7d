package dev.holdfast.broker.amqp;

import dev.holdfast.broker.domain.EdgeEvent;
import dev.holdfast.broker.domain.EdgeLoop;
import dev.holdfast.broker.domain.NodeError;
import dev.holdfast.broker.domain.OwnerCommand;
import java.util.HashSet;
import java.util.Set;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/** Transactions of the fake domain: begun and ended, and not looked into. */
final class FakeTransactions {

  private final Set<Long> open = new HashSet<>();
  private long last;

  /** How coordinators are answered when they attach. */
  volatile @Nullable NodeError refuseAttach;

  /** How transactions are answered when they begin. */
  volatile @Nullable NodeError refuseDeclare;

  /** How transactions end that were to be committed. */
  volatile @Nullable NodeError failDischarge;

  void handle(OwnerCommand command, BiConsumer<EdgeLoop, EdgeEvent> tell) {
    if (command instanceof OwnerCommand.OpenCoordinator attach) {
      NodeError refusal = refuseAttach;
      tell.accept(
          attach.port().loop(),
          refusal == null
              ? new EdgeEvent.CoordinatorOpened(attach.port())
              : new EdgeEvent.CoordinatorClosed(attach.port(), refusal));
    } else if (command instanceof OwnerCommand.Declare declare) {
      NodeError refusal = refuseDeclare;
      if (refusal == null) {
        open.add(++last);
      }
      tell.accept(
          declare.port().loop(),
          refusal == null
              ? new EdgeEvent.Declared(declare.port(), declare.token(), last)
              : new EdgeEvent.DeclareRefused(declare.port(), declare.token(), refusal));
    } else if (command instanceof OwnerCommand.Discharge discharge) {
      NodeError error =
          open.remove(discharge.transaction())
              ? (discharge.fail() ? null : failDischarge)
              : new NodeError(NodeError.Code.UNKNOWN_TRANSACTION, "there is no such transaction");
      tell.accept(
          discharge.port().loop(),
          new EdgeEvent.Discharged(discharge.port(), discharge.token(), error));
    }
  }
}
