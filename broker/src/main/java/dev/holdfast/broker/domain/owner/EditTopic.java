package dev.holdfast.broker.domain.owner;

import dev.holdfast.acl.Permission;
import dev.holdfast.acl.Principal;
import dev.holdfast.broker.domain.NodeError;
import dev.holdfast.broker.domain.NodeException;
import dev.holdfast.broker.domain.TopicDefinition;
import dev.holdfast.broker.domain.TopicInfo;
import java.util.concurrent.CompletableFuture;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** Changes what was chosen for a topic while it is in use. */
final class EditTopic implements NodeChange {
  private final AdminContext context;
  private final Principal principal;
  private final String name;
  private final UnaryOperator<TopicDefinition> change;
  private final CompletableFuture<TopicInfo> result;
  private @Nullable Topic topic;
  private @Nullable TopicDefinition changed;

  EditTopic(
      AdminContext context,
      Principal principal,
      String name,
      UnaryOperator<TopicDefinition> change,
      CompletableFuture<TopicInfo> result) {
    this.context = context;
    this.principal = principal;
    this.name = name;
    this.change = change;
    this.result = result;
  }

  @Override
  public boolean stage(StagedBatch batch) {
    try {
      Topic chosen = context.topic(principal, Permission.CONFIGURE, name);
      TopicDefinition wanted = change.apply(chosen.definition);
      NodeError problem = problem(wanted);
      if (problem != null) {
        throw new NodeException(problem);
      }
      boolean kept = chosen.definition.retention().keeps();
      boolean keeps = wanted.retention().keeps();
      int log = chosen.log.id;
      if (keeps && !kept) {
        batch.changes().createCursor(log, Topic.RETENTION, chosen.log.nextSequence);
      } else if (kept && !keeps) {
        batch.changes().dropCursor(log, Topic.RETENTION);
      }
      batch
          .changes()
          .putDefinition(
              NodeCodec.key(log), NodeCodec.encode(new NodeCodec.StoredTopic(wanted, log)));
      topic = chosen;
      changed = wanted;
      return true;
    } catch (NodeException refused) {
      result.completeExceptionally(refused);
      return false;
    }
  }

  private @Nullable NodeError problem(TopicDefinition wanted) {
    NodeError negative = CreateTopic.retentionProblem(wanted.retention());
    return negative == null ? context.messageSizeProblem(wanted.maxMessageBytes()) : negative;
  }

  @Override
  public void committed() {
    Topic edited = topic;
    TopicDefinition wanted = changed;
    if (edited != null && wanted != null && !edited.deleted) {
      edited.redefine(wanted);
      context.nodes().redefined(edited);
      result.complete(edited.info(context.store().view()));
    }
  }
}
