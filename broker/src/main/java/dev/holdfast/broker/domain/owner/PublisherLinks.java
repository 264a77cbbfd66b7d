package dev.holdfast.broker.domain.owner;

import dev.holdfast.acl.Permission;
import dev.holdfast.acl.Principal;
import dev.holdfast.broker.domain.EdgeEvent;
import dev.holdfast.broker.domain.NodeError;
import dev.holdfast.broker.domain.NodeInfo;
import dev.holdfast.broker.domain.OwnerCommand;
import dev.holdfast.broker.domain.Peer;
import dev.holdfast.broker.domain.PublishAnswer;
import dev.holdfast.broker.domain.PublisherPort;
import dev.holdfast.broker.domain.QueueDefinition.Overflow;
import java.util.IdentityHashMap;
import org.jspecify.annotations.Nullable;

/** Sending links and what comes in on them. */
final class PublisherLinks {
  private static final NodeError NOT_OPEN =
      new NodeError(NodeError.Code.FORCED, "this link is not attached; attach again");

  private static final NodeError DUPLICATE =
      new NodeError(
          NodeError.Code.DUPLICATE, "a message with this idempotency key is stored already");

  private final NodeRegistry nodes;
  private final AccessCheck access;
  private final Outbox outbox;
  private final Acceptance acceptance;
  private final Transactions transactions;
  private final Uploads uploads;
  private final BlockedPublishes blocked = new BlockedPublishes();
  private final IdentityHashMap<PublisherPort, PublisherTarget> targets = new IdentityHashMap<>();

  /** The last port looked up: publishes come in runs of one port. */
  private @Nullable PublisherTarget recent;

  PublisherLinks(
      NodeRegistry nodes,
      AccessCheck access,
      Outbox outbox,
      Acceptance acceptance,
      Transactions transactions,
      Uploads uploads) {
    this.nodes = nodes;
    this.access = access;
    this.outbox = outbox;
    this.acceptance = acceptance;
    this.transactions = transactions;
    this.uploads = uploads;
  }

  void open(OwnerCommand.OpenPublisher command) {
    PublisherPort port = command.port();
    Principal principal = command.peer().principal();
    String address = command.target().address();
    PublisherTarget target = new PublisherTarget(port, command.peer(), outbox.lane(port.loop()));
    target.duplicateReport = command.target().duplicateReport();
    targets.put(port, target);
    recent = target;
    if (command.target().anonymous()) {
      target.emit(
          new EdgeEvent.PublisherOpened(port, new NodeInfo("", null, nodes.maxMessageBytes())));
      return;
    }
    NodeError refusal = access.denied(principal, Permission.SEND, address);
    Node node = refusal == null ? nodes.find(address) : null;
    if (refusal == null) {
      refusal =
          node == null
              ? noSuchNode(address)
              : SourceResolver.otherKind(node, command.target().kind());
    }
    if (node == null || refusal != null) {
      target.refusal = refusal;
      target.emit(new EdgeEvent.PublisherClosed(port, refusal == null ? NOT_OPEN : refusal));
      return;
    }
    target.node = node;
    target.asksPerMessage = access.asksPerMessage(principal, node);
    node.publishers().attach(target);
    target.emit(
        new EdgeEvent.PublisherOpened(
            port,
            new NodeInfo(
                node.name(),
                node.kind(),
                node.maxMessageBytes(),
                node.idempotency().byMessageId())));
  }

  void close(OwnerCommand.ClosePublisher command) {
    PublisherTarget target = targets.remove(command.port());
    recent = null;
    if (target != null) {
      blocked.drop(target, gone -> uploads.finish(gone.message().upload()));
    }
    if (target != null && target.node != null) {
      target.node.publishers().detach(target);
    }
  }

  void publish(OwnerCommand.Publish command) {
    PublisherTarget target = recent;
    if (target == null || target.port != command.port()) {
      target = targets.get(command.port());
      if (target == null) {
        refuseUnknown(command);
        return;
      }
      recent = target;
    }
    Node node = target.node;
    NodeError refusal = target.refusal;
    if (refusal == null && node == null) {
      refusal = access.denied(target.peer.principal(), Permission.SEND, command.to());
      node = refusal == null ? nodes.find(command.to()) : null;
      if (refusal == null && node == null) {
        refusal = noSuchNode(command.to());
      }
    }
    if (refusal == null && node != null) {
      refusal = node.refusal(command.message());
    }
    if (refusal == null && node != null && asks(target, node)) {
      refusal = access.deniedSending(target.peer.principal(), node, command.message());
    }
    if (refusal == null) {
      refusal = uploads.failure(command.message().upload());
    }
    PublishAnswer answer;
    if (waits(target, node, command, refusal)) {
      return;
    }
    if (command.transaction() != OwnerCommand.NO_TRANSACTION) {
      answer = hold(target, node, command, refusal);
    } else if (refusal == null && node != null) {
      answer = store(target, node, command);
    } else {
      answer = new PublishAnswer(command.token(), 0, refusal);
    }
    boolean waits = command.transaction() != OwnerCommand.NO_TRANSACTION && answer.error() == null;
    if (!waits) {
      uploads.finish(command.message().upload());
    }
    count(answer);
    if (command.confirm()) {
      target.answer(answer);
    }
  }

  private void count(PublishAnswer answer) {
    NodeError error = answer.error();
    if (error != null && error.code() != NodeError.Code.DUPLICATE) {
      acceptance.traffic().refused(error.code());
    }
  }

  private boolean asks(PublisherTarget target, Node node) {
    return target.asksPerMessage
        || (target.node == null && access.asksPerMessage(target.peer.principal(), node));
  }

  /** Whether the message waits, unanswered, for room in a full queue. */
  private boolean waits(
      PublisherTarget target,
      @Nullable Node node,
      OwnerCommand.Publish command,
      @Nullable NodeError refusal) {
    Room room = refusal != null || node == null ? null : Room.of(node);
    if (room == null
        || room.overflow() != Overflow.BLOCK
        || command.transaction() != OwnerCommand.NO_TRANSACTION
        || !target.port.waits()) {
      return false;
    }
    if (blocked.waitsFor(room.queue())
        || acceptance.full(room.queue(), command.message(), Room.Ahead.NOTHING) != null) {
      blocked.add(room.queue(), target, command);
      return true;
    }
    return false;
  }

  /** Whether something that waited for room has got it. */
  boolean mayGoOn() {
    return blocked.mayGoOn(acceptance.view());
  }

  /** What waited for room and has got it is stored. */
  void goOn() {
    blocked.goOn(
        acceptance.view(),
        (target, command) -> {
          Node node = target.node == null ? nodes.find(command.to()) : target.node;
          NodeError refusal =
              node == null
                  ? noSuchNode(command.to())
                  : target.refusal == null ? node.refusal(command.message()) : target.refusal;
          refusal = refusal == null ? uploads.failure(command.message().upload()) : refusal;
          PublishAnswer answer =
              node == null || refusal != null
                  ? new PublishAnswer(command.token(), 0, refusal)
                  : store(target, node, command);
          uploads.finish(command.message().upload());
          count(answer);
          if (command.confirm()) {
            target.answer(answer);
          }
        });
  }

  private PublishAnswer store(PublisherTarget target, Node node, OwnerCommand.Publish command) {
    // Before the gate: what is stored already needs no room.
    IdempotencyCheck.Known known = acceptance.known(node, command.message());
    if (known != null) {
      return duplicate(target, command, known);
    }
    NodeError closed = acceptance.closed();
    if (closed == null) {
      closed = acceptance.full(node, command.message(), Room.Ahead.NOTHING);
    }
    return closed == null
        ? new PublishAnswer(
            command.token(), acceptance.stage(node, command.message(), target.peer), null)
        : new PublishAnswer(command.token(), 0, closed);
  }

  /** In a transaction: a message that is known already is told from a new one at the commit. */
  private PublishAnswer hold(
      PublisherTarget target,
      @Nullable Node node,
      OwnerCommand.Publish command,
      @Nullable NodeError refusal) {
    NodeError why = refusal;
    if (why == null && node != null) {
      IdempotencyCheck.Known known = acceptance.known(node, command.message());
      why = known == null ? acceptance.closed() : known.refusal();
      if (known == null && why == null) {
        why = acceptance.full(node, command.message(), Room.Ahead.NOTHING);
      }
    }
    return new PublishAnswer(
        command.token(), 0, transactions.post(target.peer, command, node, why));
  }

  private PublishAnswer duplicate(
      PublisherTarget target, OwnerCommand.Publish command, IdempotencyCheck.Known known) {
    NodeError error = known.refusal();
    if (error == null) {
      acceptance.traffic().duplicate();
    }
    return new PublishAnswer(
        command.token(),
        known.sequence(),
        error == null && target.duplicateReport ? DUPLICATE : error);
  }

  private void refuseUnknown(OwnerCommand.Publish command) {
    uploads.finish(command.message().upload());
    if (command.confirm()) {
      PublisherPort port = command.port();
      PublishAnswer answer = new PublishAnswer(command.token(), 0, NOT_OPEN);
      outbox
          .lane(port.loop())
          .add(new EdgeEvent.Published(port, new java.util.ArrayList<>(java.util.List.of(answer))));
    }
  }

  static NodeError noSuchNode(String address) {
    return new NodeError(
        NodeError.Code.NOT_FOUND,
        address.isEmpty()
            ? "the message names no address; set its property \"to\""
            : SubscriptionNames.isSubscription(address)
                ? "nobody can send to a subscription; send to its topic"
                : "there is no node " + address + "; create it first");
  }

  /** Closes links that would not be let in now; {@code peer} null: everybody's. */
  void review(@Nullable Peer peer) {
    for (PublisherTarget target : targets.values()) {
      Node node = target.node;
      if (node == null || target.refusal != null || (peer != null && peer != target.peer)) {
        continue;
      }
      NodeError denied = access.denied(target.peer.principal(), Permission.SEND, node.name());
      target.asksPerMessage =
          denied == null && access.asksPerMessage(target.peer.principal(), node);
      if (denied != null) {
        target.refusal = AccessCheck.revoked(denied);
        target.node = null;
        node.publishers().detach(target);
        target.emit(new EdgeEvent.PublisherClosed(target.port, target.refusal));
      }
    }
  }

  /** The broker stops. */
  void closeAll(NodeError error) {
    for (PublisherTarget target : targets.values()) {
      if (target.refusal == null) {
        target.refusal = error;
        target.emit(new EdgeEvent.PublisherClosed(target.port, error));
      }
    }
  }
}
