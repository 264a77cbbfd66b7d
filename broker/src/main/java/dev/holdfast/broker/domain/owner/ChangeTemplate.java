package dev.holdfast.broker.domain.owner;

import dev.holdfast.acl.Permission;
import dev.holdfast.acl.Principal;
import dev.holdfast.broker.domain.NodeError;
import dev.holdfast.broker.domain.NodeException;
import dev.holdfast.broker.domain.NodeName;
import dev.holdfast.broker.domain.QueueDefinition;
import dev.holdfast.broker.domain.QueueTemplate;
import dev.holdfast.deadletter.RetryPolicy;
import java.util.concurrent.CompletableFuture;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** Puts a template of queues, or deletes it. */
final class ChangeTemplate implements NodeChange {
  private final AdminContext context;
  private final Principal principal;
  private final String prefix;
  private final @Nullable Wanted wanted;
  private final CompletableFuture<@Nullable QueueTemplate> result;
  private @Nullable QueueTemplate staged;
  private boolean deleted;

  /**
   * What it shall be.
   *
   * @param settings from the defaults
   * @param createOnAttach whether it makes missing queues
   */
  record Wanted(UnaryOperator<QueueDefinition> settings, boolean createOnAttach) {}

  ChangeTemplate(
      AdminContext context,
      Principal principal,
      String prefix,
      @Nullable Wanted wanted,
      CompletableFuture<@Nullable QueueTemplate> result) {
    this.context = context;
    this.principal = principal;
    this.prefix = prefix;
    this.wanted = wanted;
    this.result = result;
  }

  @Override
  public boolean stage(StagedBatch batch) {
    try {
      NodeError denied = context.access().deniedBroker(principal, Permission.MANAGE);
      if (denied != null) {
        throw new NodeException(denied);
      }
      String key = context.nodes().templates().keyFor(prefix);
      if (wanted == null) {
        delete();
        batch.changes().deleteDefinition(key);
      } else {
        staged = template(wanted);
        batch.changes().putDefinition(key, NodeCodec.encode(staged));
      }
      return true;
    } catch (NodeException refused) {
      result.completeExceptionally(refused);
      return false;
    }
  }

  private void delete() {
    if (!deleted && !context.nodes().templates().has(prefix)) {
      throw new NodeException(
          new NodeError(NodeError.Code.NOT_FOUND, "there is no template for " + prefix));
    }
    deleted = true;
  }

  private QueueTemplate template(Wanted shall) {
    NodeName.problem(prefix)
        .ifPresent(
            problem -> {
              throw new NodeException(new NodeError(NodeError.Code.INVALID, problem));
            });
    QueueDefinition defaults =
        new QueueDefinition(prefix, context.settings().maxMessageBytes(), RetryPolicy.DEFAULT);
    QueueDefinition settings = shall.settings().apply(defaults);
    NodeError problem = context.definitionProblem(principal, settings);
    if (problem != null) {
      throw new NodeException(problem);
    }
    return new QueueTemplate(prefix, settings, shall.createOnAttach());
  }

  @Override
  public void committed() {
    context.nodes().templates().rebuild(context.store().view().definitions());
    result.complete(staged);
  }
}
