package dev.holdfast.broker.domain.owner;

import dev.holdfast.acl.Permission;
import dev.holdfast.broker.domain.DynamicNode;
import dev.holdfast.broker.domain.EdgeEvent;
import dev.holdfast.broker.domain.NodeError;
import dev.holdfast.broker.domain.NodeKind;
import dev.holdfast.broker.domain.OwnerCommand;
import dev.holdfast.broker.domain.Peer;
import dev.holdfast.broker.domain.QueueDefinition;
import dev.holdfast.broker.domain.SourceRequest;
import dev.holdfast.broker.domain.TargetRequest;
import dev.holdfast.broker.domain.TopicDefinition;
import dev.holdfast.deadletter.RetryPolicy;
import dev.holdfast.storage.StoreBatch;
import java.util.function.Consumer;

/** Makes the node that a link asks for without a name; then the link is attached to it. */
final class MakeDynamicNode implements NodeChange {
  private static final NodeError FULL =
      new NodeError(
          NodeError.Code.RESOURCE_LIMIT_EXCEEDED,
          "HF-LIMIT-QUOTA: this principal has as many temporary nodes as it may");

  private final Parts parts;
  private final Peer peer;
  private final Object port;
  private final DynamicNode what;
  private final EdgeEvents events;
  private final String name;
  private int logId;

  /** What it works with; {@code again} takes a command that is to be decided next. */
  record Parts(
      NodeRegistry nodes,
      AccessCheck access,
      DynamicNodes dynamic,
      Outbox outbox,
      Consumer<OwnerCommand> again) {}

  /** What is told to which kind of link. */
  private record EdgeEvents(
      Consumer<NodeError> refuse, java.util.function.Function<String, OwnerCommand> attach) {}

  private MakeDynamicNode(
      Parts parts, Peer peer, Object port, DynamicNode what, EdgeEvents events) {
    this.parts = parts;
    this.peer = peer;
    this.port = port;
    this.what = what;
    this.events = events;
    this.name = parts.dynamic().newName();
  }

  static MakeDynamicNode of(Parts parts, OwnerCommand.OpenConsumer open, DynamicNode what) {
    Consumer<NodeError> refuse =
        error ->
            parts
                .outbox()
                .lane(open.port().loop())
                .add(new EdgeEvent.ConsumerClosed(open.port(), error));
    SourceRequest source = open.source();
    return new MakeDynamicNode(
        parts,
        open.peer(),
        open.port(),
        what,
        new EdgeEvents(
            refuse,
            name ->
                new OwnerCommand.OpenConsumer(
                    open.port(),
                    open.peer(),
                    new SourceRequest(
                        name, what.kind(), null, null, source.selection(), source.turn()),
                    open.preSettled(),
                    open.defaultOutcome())));
  }

  static MakeDynamicNode of(Parts parts, OwnerCommand.OpenPublisher open, DynamicNode what) {
    Consumer<NodeError> refuse =
        error ->
            parts
                .outbox()
                .lane(open.port().loop())
                .add(new EdgeEvent.PublisherClosed(open.port(), error));
    return new MakeDynamicNode(
        parts,
        open.peer(),
        open.port(),
        what,
        new EdgeEvents(
            refuse,
            name ->
                new OwnerCommand.OpenPublisher(
                    open.port(),
                    open.peer(),
                    new TargetRequest(name, what.kind(), null, open.target().duplicateReport()))));
  }

  @Override
  public boolean stage(StagedBatch batch) {
    NodeError denied =
        parts.access().denied(peer.principal(), Permission.CREATE, what.kind(), name);
    if (denied != null) {
      events.refuse().accept(denied);
      return false;
    }
    if (parts.dynamic().full(peer.principal())) {
      events.refuse().accept(FULL);
      return false;
    }
    if (parts.nodes().find(name) != null) {
      return true;
    }
    logId = parts.nodes().nextLogId();
    StoreBatch changes = batch.changes();
    changes.createLog(logId);
    if (what.kind() == NodeKind.QUEUE) {
      changes.createCursor(logId, Queue.CURSOR, 1);
      changes.createLog(logId + 1);
      changes.createCursor(logId + 1, Queue.CURSOR, 1);
      changes.putDefinition(NodeCodec.key(logId), NodeCodec.encode(queue()));
    } else {
      changes.putDefinition(NodeCodec.key(logId), NodeCodec.encode(topic()));
    }
    return true;
  }

  private NodeCodec.StoredQueue queue() {
    QueueDefinition definition =
        new QueueDefinition(name, parts.nodes().maxMessageBytes(), RetryPolicy.DEFAULT);
    return new NodeCodec.StoredQueue(definition, logId, logId + 1);
  }

  private NodeCodec.StoredTopic topic() {
    TopicDefinition definition =
        new TopicDefinition(
            name,
            parts.nodes().maxMessageBytes(),
            RetryPolicy.DEFAULT,
            TopicDefinition.Retention.NONE);
    return new NodeCodec.StoredTopic(definition, logId);
  }

  /** A restart ends it anyway. */
  @Override
  public boolean synced() {
    return false;
  }

  @Override
  public void committed() {
    if (parts.nodes().find(name) == null) {
      if (what.kind() == NodeKind.QUEUE) {
        parts.nodes().add(queue());
      } else {
        parts.nodes().add(topic());
      }
    }
    parts.dynamic().add(new DynamicNodes.Made(name, what, peer, port));
    parts.again().accept(events.attach().apply(name));
  }
}
