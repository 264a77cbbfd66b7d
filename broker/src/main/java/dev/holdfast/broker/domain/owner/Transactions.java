package dev.holdfast.broker.domain.owner;

import dev.holdfast.broker.domain.CoordinatorPort;
import dev.holdfast.broker.domain.EdgeEvent;
import dev.holdfast.broker.domain.NodeError;
import dev.holdfast.broker.domain.OwnerCommand;
import dev.holdfast.broker.domain.Peer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The transactions that are open: declared, given work, discharged, or lost with their link.
 *
 * <p>A transaction is known by its id to the connection that declared it, on every session and link
 * of it, and to nobody else. Whatever of it is refused makes the whole of it fail: its work is
 * undone at once, and its discharge says why.
 */
final class Transactions {
  private static final NodeError UNKNOWN =
      new NodeError(
          NodeError.Code.UNKNOWN_TRANSACTION,
          "this connection has no such transaction; declare a new one");

  private final TransactionLimits limits;
  private final StagedBatch batch;
  private final Outbox outbox;
  private final Settler settler;
  private final Discharger discharger;
  private final IdentityHashMap<CoordinatorPort, CoordinatorTarget> targets =
      new IdentityHashMap<>();
  private final Map<Long, Transaction> open = new HashMap<>();
  private final IdentityHashMap<Peer, Integer> openByPeer = new IdentityHashMap<>();

  /** Those with work, by the time of their last work. */
  private final LinkedHashSet<Transaction> busy = new LinkedHashSet<>();

  private final Transaction.Memory memory = new Transaction.Memory();
  private long lastId;

  Transactions(
      TransactionLimits limits,
      StagedBatch batch,
      Outbox outbox,
      Settler settler,
      Discharger discharger) {
    this.limits = limits;
    this.batch = batch;
    this.outbox = outbox;
    this.settler = settler;
    this.discharger = discharger;
  }

  // ---- coordinators ----

  /** A command that is about transactions; others are ignored. */
  void decide(OwnerCommand command) {
    if (command instanceof OwnerCommand.Discharge discharge) {
      discharge(discharge);
    } else if (command instanceof OwnerCommand.Declare declare) {
      declare(declare);
    } else if (command instanceof OwnerCommand.FailTransaction fail) {
      fail(fail);
    } else if (command instanceof OwnerCommand.OpenCoordinator open) {
      open(open);
    } else if (command instanceof OwnerCommand.CloseCoordinator close) {
      close(close);
    }
  }

  void open(OwnerCommand.OpenCoordinator command) {
    CoordinatorPort port = command.port();
    CoordinatorTarget target =
        new CoordinatorTarget(port, command.peer(), outbox.lane(port.loop()));
    targets.put(port, target);
    target.emit(new EdgeEvent.CoordinatorOpened(port));
  }

  void declare(OwnerCommand.Declare command) {
    CoordinatorPort port = command.port();
    CoordinatorTarget target = targets.get(port);
    if (target == null) {
      outbox.lane(port.loop()).add(new EdgeEvent.DeclareRefused(port, command.token(), UNKNOWN));
      return;
    }
    if (openByPeer.getOrDefault(target.peer, 0) >= limits.open()) {
      target.emit(new EdgeEvent.DeclareRefused(port, command.token(), tooMany()));
      return;
    }
    Transaction transaction = new Transaction(++lastId, target, memory);
    open.put(transaction.id, transaction);
    openByPeer.merge(target.peer, 1, Integer::sum);
    target.open.add(transaction);
    target.emit(new EdgeEvent.Declared(port, command.token(), transaction.id));
  }

  private NodeError tooMany() {
    return new NodeError(
        NodeError.Code.RESOURCE_LIMIT_EXCEEDED,
        "this connection has " + limits.open() + " open transactions; discharge one first");
  }

  void discharge(OwnerCommand.Discharge command) {
    CoordinatorPort port = command.port();
    CoordinatorTarget target = targets.get(port);
    Transaction transaction = target == null ? null : find(target.peer, command.transaction());
    if (target == null || transaction == null) {
      outbox.lane(port.loop()).add(new EdgeEvent.Discharged(port, command.token(), UNKNOWN));
      return;
    }
    forget(transaction);
    if (command.fail()) {
      rollBack(transaction);
      target.discharged(command.token(), null);
    } else if (transaction.failure != null) {
      target.discharged(command.token(), transaction.failure);
    } else {
      discharger.commit(new Discharge(transaction, target, command.token()));
    }
  }

  /** The link is gone: what was declared on it and is open is rolled back. */
  void close(OwnerCommand.CloseCoordinator command) {
    CoordinatorTarget target = targets.remove(command.port());
    if (target != null) {
      for (Transaction transaction : List.copyOf(target.open)) {
        forget(transaction);
        rollBack(transaction);
      }
    }
  }

  /** The broker stops: what is open stays undone. */
  void closeAll(NodeError error) {
    for (CoordinatorTarget target : targets.values()) {
      target.emit(new EdgeEvent.CoordinatorClosed(target.port, error));
    }
  }

  private @Nullable Transaction find(Peer peer, long id) {
    Transaction transaction = open.get(id);
    return transaction != null && transaction.coordinator.peer == peer ? transaction : null;
  }

  private void forget(Transaction transaction) {
    open.remove(transaction.id);
    transaction.coordinator.open.remove(transaction);
    openByPeer.computeIfPresent(
        transaction.coordinator.peer, (peer, count) -> count == 1 ? null : count - 1);
    busy.remove(transaction);
  }

  // ---- work ----

  /**
   * A message came that belongs to a transaction.
   *
   * @param node where it goes, when it is not refused
   * @param refusal why it would not be taken without a transaction either
   * @return why it is refused; null: it is held
   */
  @Nullable NodeError post(
      Peer peer, OwnerCommand.Publish command, @Nullable Node node, @Nullable NodeError refusal) {
    Transaction transaction = find(peer, command.transaction());
    if (transaction == null) {
      return UNKNOWN;
    }
    if (transaction.failure != null) {
      return transaction.failure;
    }
    if (node == null || refusal != null) {
      NodeError why = refusal == null ? UNKNOWN : refusal;
      fail(transaction, "a message of it was refused: " + why.description());
      return why;
    }
    long cost = Transaction.cost(command.message().body().length);
    NodeError full = noRoom(transaction, cost);
    if (full != null) {
      fail(transaction, full.description());
      return full;
    }
    add(transaction, new TransactionWork.Post(peer, node, command.message()), cost);
    return null;
  }

  /** A message that came for it was refused before it got here. */
  void fail(OwnerCommand.FailTransaction command) {
    Transaction transaction = find(command.peer(), command.transaction());
    if (transaction != null && transaction.failure == null) {
      fail(transaction, "a message of it was refused: " + command.why());
    }
  }

  /** A consumer said something of a delivery that is, or is to be, part of a transaction. */
  void retire(OutDelivery delivery, OwnerCommand.Settle command) {
    if (delivery.state == OutDelivery.State.IN_TRANSACTION) {
      again(delivery, command);
    } else if (delivery.state == OutDelivery.State.OUT) {
      delivery.outcome = command.outcome();
      delivery.confirm = command.confirm();
      Transaction transaction = find(delivery.consumer.peer, command.transaction());
      if (transaction == null || transaction.failure != null) {
        undo(delivery);
        return;
      }
      long cost = Transaction.cost(settler.moves(delivery) ? delivery.held : 0);
      NodeError full = noRoom(transaction, cost);
      if (full != null) {
        fail(transaction, full.description());
        undo(delivery);
        return;
      }
      delivery.state = OutDelivery.State.IN_TRANSACTION;
      delivery.transaction = transaction.id;
      add(transaction, new TransactionWork.Retirement(delivery), cost);
    }
  }

  /** It has an outcome already; in the same transaction a consumer may change its mind. */
  private void again(OutDelivery delivery, OwnerCommand.Settle command) {
    delivery.confirm &= command.confirm();
    Transaction transaction = open.get(delivery.transaction);
    if (transaction == null || command.transaction() != delivery.transaction) {
      return;
    }
    boolean moved = settler.moves(delivery);
    delivery.outcome = command.outcome();
    if (!moved && settler.moves(delivery)) {
      NodeError full = noRoom(transaction, delivery.held);
      if (full == null) {
        transaction.hold(delivery.held);
      } else {
        fail(transaction, full.description());
      }
    }
  }

  private @Nullable NodeError noRoom(Transaction transaction, long cost) {
    String what = null;
    if (transaction.work().size() >= limits.operations()) {
      what = "the transaction has " + limits.operations() + " operations";
    } else if (transaction.bytes() + cost > limits.bytes()) {
      what = "the transaction would hold more than " + limits.bytes() + " bytes";
    } else if (memory.bytes() + cost > limits.totalBytes()) {
      what = "all transactions together would hold more than " + limits.totalBytes() + " bytes";
    }
    return what == null
        ? null
        : new NodeError(
            NodeError.Code.RESOURCE_LIMIT_EXCEEDED, what + "; use smaller transactions");
  }

  private void add(Transaction transaction, TransactionWork work, long cost) {
    if (transaction.busyMs != batch.nowMs()) {
      transaction.busyMs = batch.nowMs();
      busy.remove(transaction);
    }
    busy.add(transaction);
    transaction.add(work);
    transaction.hold(cost);
  }

  // ---- the end ----

  private void fail(Transaction transaction, String why) {
    fail(transaction, new NodeError(NodeError.Code.TRANSACTION_ROLLBACK, why));
  }

  private void fail(Transaction transaction, NodeError why) {
    transaction.failure = why;
    busy.remove(transaction);
    rollBack(transaction);
  }

  /** Undoes everything: messages are forgotten, deliveries are what they were. */
  private void rollBack(Transaction transaction) {
    for (TransactionWork work : transaction.work()) {
      if (work instanceof TransactionWork.Retirement retirement
          && retirement.delivery().state == OutDelivery.State.IN_TRANSACTION) {
        undo(retirement.delivery());
      } else if (work instanceof TransactionWork.Post post) {
        batch.uploads().finish(post.message().upload());
      }
    }
    transaction.clear();
  }

  /**
   * The outcome does not count. Where the consumer has settled, the delivery is over for it, and
   * the message comes again as one that failed; otherwise it is still the consumer's.
   */
  private void undo(OutDelivery delivery) {
    delivery.state = OutDelivery.State.OUT;
    delivery.transaction = OwnerCommand.NO_TRANSACTION;
    if (!delivery.confirm) {
      settler.rolledBack(delivery);
    } else if (delivery.consumer.closed) {
      settler.settle(delivery, delivery.consumer.defaultOutcome, false);
    }
  }

  /** Rolls back what took too long, and what could not be committed. */
  void wake(long nowMs) {
    for (Discharge failed : discharger.takeFailed()) {
      rollBack(failed.transaction());
      failed.answer();
    }
    if (busy.isEmpty() || !overdue(busy.iterator().next(), nowMs)) {
      return;
    }
    List<Transaction> late = new ArrayList<>();
    for (Iterator<Transaction> each = busy.iterator(); each.hasNext(); ) {
      Transaction transaction = each.next();
      if (!overdue(transaction, nowMs)) {
        break;
      }
      late.add(transaction);
    }
    for (Transaction transaction : late) {
      fail(
          transaction,
          new NodeError(
              NodeError.Code.TRANSACTION_TIMEOUT,
              "nothing was done in the transaction for " + limits.idleMs() + " ms"));
    }
  }

  private boolean overdue(Transaction transaction, long nowMs) {
    return nowMs - transaction.busyMs >= limits.idleMs();
  }

  /** Whether {@link #wake} has something to do whatever the time. */
  boolean isDue() {
    return discharger.hasFailed();
  }

  long wakeUpMs() {
    return busy.isEmpty() ? Long.MAX_VALUE : busy.iterator().next().busyMs + limits.idleMs();
  }
}
