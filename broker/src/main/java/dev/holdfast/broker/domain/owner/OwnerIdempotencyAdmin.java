package dev.holdfast.broker.domain.owner;

import dev.holdfast.acl.Permission;
import dev.holdfast.acl.Principal;
import dev.holdfast.broker.domain.IdempotencyAdmin;
import dev.holdfast.broker.domain.NodeError;
import dev.holdfast.broker.domain.NodeException;
import dev.holdfast.broker.domain.OwnerCommand;
import dev.holdfast.broker.domain.OwnerInbox;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;

/** Management's way to idempotency keys; any thread. */
final class OwnerIdempotencyAdmin implements IdempotencyAdmin {
  private final OwnerInbox inbox;
  private final AdminContext context;

  OwnerIdempotencyAdmin(OwnerInbox inbox, AdminContext context) {
    this.inbox = inbox;
    this.context = context;
  }

  @Override
  public CompletionStage<Usage> usage(Principal principal) {
    return ask(
        () -> {
          NodeError denied = context.access().deniedBroker(principal, Permission.INSPECT);
          if (denied != null) {
            throw new NodeException(denied);
          }
          long keys = context.store().rememberedKeys();
          return new Usage(
              keys, keys * IdempotencyCheck.BYTES_PER_KEY, context.settings().maxKeyBytes());
        });
  }

  @Override
  public CompletionStage<Optional<Known>> find(Principal principal, String node, String key) {
    return ask(() -> ForgetKey.find(context, principal, Permission.INSPECT, node, key));
  }

  @Override
  public CompletionStage<Known> forget(Principal principal, String node, String key) {
    CompletableFuture<Known> result = new CompletableFuture<>();
    submit(new ForgetKey(context, principal, node, key, result));
    return result;
  }

  private <T> CompletionStage<T> ask(Supplier<T> answer) {
    CompletableFuture<T> result = new CompletableFuture<>();
    submit(
        () -> {
          try {
            result.complete(answer.get());
          } catch (NodeException refused) {
            result.completeExceptionally(refused);
          }
        });
    return result;
  }

  private void submit(Runnable task) {
    inbox.submit(List.of(new OwnerCommand.Call(task)));
  }
}
