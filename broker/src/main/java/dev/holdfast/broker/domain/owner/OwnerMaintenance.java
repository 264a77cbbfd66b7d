package dev.holdfast.broker.domain.owner;

import dev.holdfast.acl.Permission;
import dev.holdfast.acl.Principal;
import dev.holdfast.broker.domain.BrokerMode;
import dev.holdfast.broker.domain.MaintenanceAdmin;
import dev.holdfast.broker.domain.NodeError;
import dev.holdfast.broker.domain.NodeException;
import dev.holdfast.broker.domain.NodeKind;
import dev.holdfast.broker.domain.OwnerCommand;
import dev.holdfast.broker.domain.OwnerInbox;
import dev.holdfast.broker.domain.Pause;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;

/** Management's way to hold something back; any thread. All of it is the owner thread's to do. */
final class OwnerMaintenance implements MaintenanceAdmin {
  private final OwnerInbox inbox;
  private final AdminContext context;

  OwnerMaintenance(OwnerInbox inbox, AdminContext context) {
    this.inbox = inbox;
    this.context = context;
  }

  @Override
  public CompletionStage<BrokerMode> mode() {
    return ask(() -> context.nodes().maintenance().mode());
  }

  @Override
  public CompletionStage<BrokerMode> readOnly(Principal principal, boolean on, String reason) {
    CompletableFuture<BrokerMode> result = new CompletableFuture<>();
    submit(
        () -> {
          NodeError denied = context.access().deniedBroker(principal, Permission.MANAGE);
          if (denied == null) {
            submit(new SetReadOnly(context, on, reason, result));
          } else {
            result.completeExceptionally(new NodeException(denied));
          }
        });
    return result;
  }

  @Override
  public CompletionStage<BrokerMode> drain(Principal principal, boolean on, String reason) {
    return ask(
        () -> {
          NodeError denied = context.access().deniedBroker(principal, Permission.MANAGE);
          if (denied != null) {
            throw new NodeException(denied);
          }
          Maintenance maintenance = context.nodes().maintenance();
          maintenance.mode(new BrokerMode(maintenance.mode().readOnly(), on, reason));
          return maintenance.mode();
        });
  }

  @Override
  public CompletionStage<Pause> pause(
      Principal principal, NodeKind kind, String name, UnaryOperator<Pause> change) {
    CompletableFuture<Pause> result = new CompletableFuture<>();
    submit(new PauseNode(context, principal, kind, name, change, result));
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
