package dev.holdfast.broker.domain.owner;

import dev.holdfast.acl.Permission;
import dev.holdfast.acl.Principal;
import dev.holdfast.broker.domain.NodeError;
import dev.holdfast.broker.domain.NodeException;
import dev.holdfast.broker.domain.OwnerCommand;
import dev.holdfast.broker.domain.OwnerInbox;
import dev.holdfast.broker.domain.QueueDefinition;
import dev.holdfast.broker.domain.QueueTemplate;
import dev.holdfast.broker.domain.TemplateAdmin;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** Management's way to templates; any thread. */
final class OwnerTemplateAdmin implements TemplateAdmin {
  private final OwnerInbox inbox;
  private final AdminContext context;

  OwnerTemplateAdmin(OwnerInbox inbox, AdminContext context) {
    this.inbox = inbox;
    this.context = context;
  }

  @Override
  public CompletionStage<List<QueueTemplate>> templates(Principal principal) {
    CompletableFuture<List<QueueTemplate>> result = new CompletableFuture<>();
    submit(
        () -> {
          NodeError denied = context.access().deniedBroker(principal, Permission.INSPECT);
          if (denied == null) {
            result.complete(context.nodes().templates().all());
          } else {
            result.completeExceptionally(new NodeException(denied));
          }
        });
    return result;
  }

  @Override
  public CompletionStage<QueueTemplate> putTemplate(
      Principal principal,
      String prefix,
      boolean createOnAttach,
      UnaryOperator<QueueDefinition> settings) {
    return change(principal, prefix, new ChangeTemplate.Wanted(settings, createOnAttach))
        .thenApply(Objects::requireNonNull);
  }

  @Override
  public CompletionStage<Void> deleteTemplate(Principal principal, String prefix) {
    return change(principal, prefix, null).thenAccept(gone -> {});
  }

  private CompletionStage<@Nullable QueueTemplate> change(
      Principal principal, String prefix, ChangeTemplate.@Nullable Wanted wanted) {
    CompletableFuture<@Nullable QueueTemplate> result = new CompletableFuture<>();
    submit(new ChangeTemplate(context, principal, prefix, wanted, result));
    return result;
  }

  private void submit(Runnable task) {
    inbox.submit(List.of(new OwnerCommand.Call(task)));
  }
}
