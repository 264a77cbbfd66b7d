package dev.holdfast.broker.domain.owner;

import dev.holdfast.acl.Permission;
import dev.holdfast.broker.domain.NodeError;
import dev.holdfast.storage.StoreView;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Commits transactions: checks everything once more, then stages all of it into one batch. */
final class Discharger {
  private final NodeRegistry nodes;
  private final AccessCheck access;
  private final Acceptance acceptance;
  private final StagedBatch batch;
  private final Settler settler;

  /** An idempotency key of one node. */
  private record Key(int node, String text) {}

  /** To be rolled back and answered. */
  private List<Discharge> failed = new ArrayList<>();

  Discharger(
      NodeRegistry nodes,
      AccessCheck access,
      Acceptance acceptance,
      StagedBatch batch,
      Settler settler) {
    this.nodes = nodes;
    this.access = access;
    this.acceptance = acceptance;
    this.batch = batch;
    this.settler = settler;
  }

  /** Stages it, at once or when the bodies that it moves have been read. */
  void commit(Discharge discharge) {
    discharge.waits(1);
    for (TransactionWork work : discharge.transaction().work()) {
      if (work instanceof TransactionWork.Retirement retirement
          && !settler.isReady(retirement.delivery())) {
        discharge.waits(1);
        settler.prepare(retirement.delivery(), () -> goOn(discharge));
      }
    }
    goOn(discharge);
  }

  private void goOn(Discharge discharge) {
    if (discharge.arrived()) {
      NodeError refusal = refusal(discharge.transaction());
      if (refusal == null) {
        stage(discharge);
      } else {
        fail(discharge, refusal);
      }
    }
  }

  private @Nullable NodeError refusal(Transaction transaction) {
    Map<Key, Long> keys = new HashMap<>();
    Map<Node, Room.Ahead> ahead = new HashMap<>();
    for (TransactionWork work : transaction.work()) {
      NodeError refusal =
          work instanceof TransactionWork.Post post
              ? refusal(post, keys, ahead)
              : refusal(((TransactionWork.Retirement) work).delivery());
      if (refusal != null) {
        return refusal;
      }
    }
    return null;
  }

  private @Nullable NodeError refusal(
      TransactionWork.Post post, Map<Key, Long> keys, Map<Node, Room.Ahead> ahead) {
    Node node = post.node();
    NodeError denied = access.denied(post.sender().principal(), Permission.SEND, node.name());
    if (denied != null) {
      return denied;
    }
    if (nodes.find(node.name()) != node) {
      return new NodeError(NodeError.Code.DELETED, node.name() + " has been deleted");
    }
    NodeError refusal = node.refusal(post.message());
    if (refusal == null) {
      refusal = batch.uploads().failure(post.message().upload());
    }
    if (refusal != null) {
      return refusal;
    }
    IdempotencyCheck.Known known = acceptance.known(node, post.message());
    if (known != null) {
      return known.refusal();
    }
    String key = IdempotencyCheck.key(node, post.message().marks());
    long digest = post.message().marks().bodyDigest();
    Long before = key == null ? null : keys.putIfAbsent(new Key(node.id(), key), digest);
    if (before != null && before != digest) {
      return IdempotencyCheck.ANOTHER_MESSAGE;
    }
    NodeError closed = acceptance.closed();
    return closed != null || before != null ? closed : full(post, ahead);
  }

  /** What the transaction has sent to the node before counts. */
  private @Nullable NodeError full(TransactionWork.Post post, Map<Node, Room.Ahead> ahead) {
    Room.Ahead before = ahead.getOrDefault(post.node(), Room.Ahead.NOTHING);
    ahead.put(post.node(), before.and(post.message().bytes()));
    return acceptance.full(post.node(), post.message(), before);
  }

  /** One that went with its subscription needs no outcome any more, and prevents nothing. */
  private @Nullable NodeError refusal(OutDelivery delivery) {
    if (delivery.state != OutDelivery.State.IN_TRANSACTION) {
      return null;
    }
    ConsumerTarget consumer = delivery.consumer;
    NodeError denied =
        access.denied(
            consumer.peer.principal(),
            Permission.RECEIVE,
            SubscriptionNames.receivedFrom(consumer.subscription.name));
    return denied != null || settler.isReady(delivery)
        ? denied
        : new NodeError(
            NodeError.Code.INTERNAL, "a message that was rejected in it cannot be read");
  }

  private void stage(Discharge discharge) {
    batch.beginTransaction(discharge);
    for (TransactionWork work : discharge.transaction().work()) {
      if (work instanceof TransactionWork.Post post) {
        if (acceptance.known(post.node(), post.message()) == null) {
          acceptance.stage(post.node(), post.message(), post.sender());
        } else {
          acceptance.traffic().duplicate();
        }
        batch.uploads().finish(post.message().upload());
      } else if (work instanceof TransactionWork.Retirement retirement
          && retirement.delivery().state == OutDelivery.State.IN_TRANSACTION) {
        settler.stageInTransaction(retirement.delivery());
      }
    }
    batch.endTransaction();
    discharge.transaction().release();
  }

  private void fail(Discharge discharge, NodeError why) {
    discharge.fail(
        new NodeError(NodeError.Code.TRANSACTION_ROLLBACK, "rolled back: " + why.description()));
    failed.add(discharge);
  }

  /**
   * The commit of the batch has failed: what has not reached the disk all the same is rolled back,
   * for its messages cannot be kept waiting.
   *
   * @param view as recovered
   */
  void recovered(StoreView view) {
    for (Discharge discharge : List.copyOf(batch.discharges())) {
      if (!discharge.survived(view)) {
        batch.drop(discharge);
        NodeError closed = acceptance.closed();
        fail(
            discharge,
            closed != null
                ? closed
                : new NodeError(
                    NodeError.Code.INTERNAL, "the broker could not store it; do it again"));
      }
    }
  }

  boolean hasFailed() {
    return !failed.isEmpty();
  }

  /** Those to be rolled back and answered now. */
  List<Discharge> takeFailed() {
    List<Discharge> taken = failed;
    failed = new ArrayList<>();
    return taken;
  }
}
