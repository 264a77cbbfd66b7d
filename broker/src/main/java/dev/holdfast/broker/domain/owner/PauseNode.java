package dev.holdfast.broker.domain.owner;

import dev.holdfast.acl.Permission;
import dev.holdfast.acl.Principal;
import dev.holdfast.broker.domain.NodeException;
import dev.holdfast.broker.domain.NodeKind;
import dev.holdfast.broker.domain.Pause;
import java.util.concurrent.CompletableFuture;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** Holds a node back, or lets it go on. */
final class PauseNode implements NodeChange {
  private final AdminContext context;
  private final Principal principal;
  private final NodeKind kind;
  private final String name;
  private final UnaryOperator<Pause> change;
  private final CompletableFuture<Pause> result;
  private Pause wanted = Pause.NONE;
  private @Nullable Node node;

  PauseNode(
      AdminContext context,
      Principal principal,
      NodeKind kind,
      String name,
      UnaryOperator<Pause> change,
      CompletableFuture<Pause> result) {
    this.context = context;
    this.principal = principal;
    this.kind = kind;
    this.name = name;
    this.change = change;
    this.result = result;
  }

  static Node find(
      AdminContext context,
      Principal principal,
      Permission permission,
      NodeKind kind,
      String name) {
    return kind == NodeKind.QUEUE
        ? context.queue(principal, permission, name)
        : context.topic(principal, permission, name);
  }

  @Override
  public boolean stage(StagedBatch batch) {
    try {
      Node found = find(context, principal, Permission.CONFIGURE, kind, name);
      node = found;
      wanted = change.apply(found.pause());
      if (wanted.isNone()) {
        batch.changes().deleteDefinition(Maintenance.key(found));
      } else {
        batch.changes().putDefinition(Maintenance.key(found), Maintenance.encode(wanted));
      }
      return true;
    } catch (NodeException refused) {
      result.completeExceptionally(refused);
      return false;
    }
  }

  @Override
  public void committed() {
    Node changed = node;
    if (changed != null) {
      changed.pause(wanted);
      // Those who waited may go on.
      for (NodeLog log : changed.logs()) {
        for (LogCursor cursor : log.cursors()) {
          cursor.subscription.touched(cursor);
          context.dirty().add(cursor.subscription);
        }
      }
    }
    result.complete(wanted);
  }
}
