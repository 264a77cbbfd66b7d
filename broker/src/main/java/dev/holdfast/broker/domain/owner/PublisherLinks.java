package dev.holdfast.broker.domain.owner;

import dev.holdfast.acl.Permission;
import dev.holdfast.acl.Principal;
import dev.holdfast.broker.domain.EdgeEvent;
import dev.holdfast.broker.domain.NodeError;
import dev.holdfast.broker.domain.NodeInfo;
import dev.holdfast.broker.domain.OwnerCommand;
import dev.holdfast.broker.domain.PublishAnswer;
import dev.holdfast.broker.domain.PublisherPort;
import java.util.IdentityHashMap;
import org.jspecify.annotations.Nullable;

/** Sending links and what comes in on them. */
final class PublisherLinks {
  private static final NodeError NOT_OPEN =
      new NodeError(NodeError.Code.FORCED, "this link is not attached; attach again");

  private final NodeRegistry nodes;
  private final AccessCheck access;
  private final StagedBatch batch;
  private final Outbox outbox;
  private final StoreGate gate;
  private final DomainSettings settings;
  private final IdentityHashMap<PublisherPort, PublisherTarget> targets = new IdentityHashMap<>();

  /** The last port looked up: publishes come in runs of one port. */
  private @Nullable PublisherTarget recent;

  PublisherLinks(
      NodeRegistry nodes,
      AccessCheck access,
      StagedBatch batch,
      Outbox outbox,
      StoreGate gate,
      DomainSettings settings) {
    this.nodes = nodes;
    this.access = access;
    this.batch = batch;
    this.outbox = outbox;
    this.gate = gate;
    this.settings = settings;
  }

  void open(OwnerCommand.OpenPublisher command) {
    PublisherPort port = command.port();
    Principal principal = command.peer().principal();
    String address = command.target().address();
    PublisherTarget target = new PublisherTarget(port, command.peer(), outbox.lane(port.loop()));
    targets.put(port, target);
    recent = target;
    if (command.target().anonymous()) {
      target.emit(
          new EdgeEvent.PublisherOpened(port, new NodeInfo("", null, settings.maxMessageBytes())));
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
    node.publishers().attach(target);
    target.emit(
        new EdgeEvent.PublisherOpened(
            port, new NodeInfo(node.name(), node.kind(), node.maxMessageBytes())));
  }

  void close(OwnerCommand.ClosePublisher command) {
    PublisherTarget target = targets.remove(command.port());
    recent = null;
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
    if (refusal == null) {
      refusal = gate.refusal();
    }
    long sequence = 0;
    if (refusal == null && node != null) {
      sequence = node.stagePublish(batch, command.message(), target.peer);
    }
    if (command.confirm()) {
      target.answer(new PublishAnswer(command.token(), sequence, refusal));
    }
  }

  private void refuseUnknown(OwnerCommand.Publish command) {
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
