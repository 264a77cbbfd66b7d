package dev.holdfast.broker.domain.owner;

import dev.holdfast.acl.Permission;
import dev.holdfast.acl.Principal;
import dev.holdfast.broker.domain.DynamicNode;
import dev.holdfast.broker.domain.EdgeEvent;
import dev.holdfast.broker.domain.NodeError;
import dev.holdfast.broker.domain.NodeException;
import dev.holdfast.broker.domain.NodeKind;
import dev.holdfast.broker.domain.NodeName;
import dev.holdfast.broker.domain.OwnerCommand;
import dev.holdfast.broker.domain.QueueInfo;
import dev.holdfast.broker.domain.QueueTemplate;
import dev.holdfast.broker.domain.SourceRequest;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Makes what a link is to be attached to: the node without a name that it asks for, or the queue
 * that is not there, when a template says so and whoever attaches may create it and may then
 * attach. Whoever may not is told what he would be without a template. Owner thread.
 */
final class NodesOnAttach {
  private final AdminContext context;
  private final MakeDynamicNode.Parts parts;

  /**
   * Makes it.
   *
   * @param again takes a command that is to be decided next
   */
  NodesOnAttach(
      AdminContext context, DynamicNodes dynamic, Outbox outbox, Consumer<OwnerCommand> again) {
    this.context = context;
    this.parts =
        new MakeDynamicNode.Parts(context.nodes(), context.access(), dynamic, outbox, again);
  }

  /** What has to be done before this sending link is opened; null: nothing. */
  @Nullable NodeChange before(OwnerCommand.OpenPublisher open) {
    DynamicNode dynamic = open.target().dynamic();
    if (dynamic != null) {
      return MakeDynamicNode.of(parts, open, dynamic);
    }
    String address = open.target().address();
    Principal principal = open.peer().principal();
    return isMade(principal, Permission.SEND, open.target().kind(), address)
        ? make(
            principal,
            address,
            open,
            error ->
                parts
                    .outbox()
                    .lane(open.port().loop())
                    .add(new EdgeEvent.PublisherClosed(open.port(), error)))
        : null;
  }

  /** What has to be done before this receiving link is opened; null: nothing. */
  @Nullable NodeChange before(OwnerCommand.OpenConsumer open) {
    SourceRequest source = open.source();
    DynamicNode dynamic = source.dynamic();
    if (dynamic != null) {
      return MakeDynamicNode.of(parts, open, dynamic);
    }
    Principal principal = open.peer().principal();
    Permission needed = source.selection().browse() ? Permission.BROWSE : Permission.RECEIVE;
    return source.subscription() == null
            && isMade(principal, needed, source.kind(), source.address())
        ? make(
            principal,
            source.address(),
            open,
            error ->
                parts
                    .outbox()
                    .lane(open.port().loop())
                    .add(new EdgeEvent.ConsumerClosed(open.port(), error)))
        : null;
  }

  private boolean isMade(
      Principal principal, Permission needed, @Nullable NodeKind asked, String address) {
    QueueTemplates templates = context.nodes().templates();
    if (templates.isEmpty() || asked == NodeKind.TOPIC || context.nodes().find(address) != null) {
      return false;
    }
    QueueTemplate template = templates.of(address);
    return template != null
        && template.createOnAttach()
        && NodeName.problem(address).isEmpty()
        && context.access().denied(principal, Permission.CREATE, NodeKind.QUEUE, address) == null
        && context.access().denied(principal, needed, NodeKind.QUEUE, address) == null;
  }

  private NodeChange make(
      Principal principal, String name, OwnerCommand open, Consumer<NodeError> refuse) {
    CompletableFuture<QueueInfo> made = new CompletableFuture<>();
    made.whenComplete(
        (queue, failure) -> {
          if (failure == null) {
            parts.again().accept(open);
          } else if (failure instanceof NodeException refused) {
            refuse.accept(refused.error());
          } else {
            refuse.accept(new NodeError(NodeError.Code.INTERNAL, "the queue cannot be made"));
          }
        });
    return new CreateQueue(context, principal, name, UnaryOperator.identity(), made);
  }
}
