package dev.holdfast.broker.amqp;

import dev.holdfast.broker.domain.EdgeEvent;
import dev.holdfast.broker.domain.EdgeLoop;
import dev.holdfast.broker.domain.NodeError;
import dev.holdfast.broker.domain.OwnerCommand;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/** Transactions of the fake domain: what is settled in one is carried out when it is committed. */
final class FakeTransactions {

  private final Map<Long, List<Runnable>> open = new HashMap<>();
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
        open.put(++last, new ArrayList<>());
      }
      tell.accept(
          declare.port().loop(),
          refusal == null
              ? new EdgeEvent.Declared(declare.port(), declare.token(), last)
              : new EdgeEvent.DeclareRefused(declare.port(), declare.token(), refusal));
    } else if (command instanceof OwnerCommand.Discharge discharge) {
      List<Runnable> work = open.remove(discharge.transaction());
      NodeError error =
          work != null
              ? (discharge.fail() ? null : failDischarge)
              : new NodeError(NodeError.Code.UNKNOWN_TRANSACTION, "there is no such transaction");
      if (error == null && !discharge.fail()) {
        work.forEach(Runnable::run);
      }
      tell.accept(
          discharge.port().loop(),
          new EdgeEvent.Discharged(discharge.port(), discharge.token(), error));
    }
  }

  void whenCommitted(long transaction, Runnable work) {
    open.getOrDefault(transaction, new ArrayList<>()).add(work);
  }
}
