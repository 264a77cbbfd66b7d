package dev.holdfast.broker.domain.owner;

import dev.holdfast.acl.Permission;
import dev.holdfast.acl.Principal;
import dev.holdfast.broker.domain.EdgeEvent;
import dev.holdfast.broker.domain.NodeException;
import dev.holdfast.broker.domain.NodeKind;
import dev.holdfast.broker.domain.Pause;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Objects;
import java.util.Set;
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
      IdentityHashMap<Subscription, String> before = reasons(changed);
      changed.pause(wanted);
      // Those who waited may go on.
      for (NodeLog log : changed.logs()) {
        for (LogCursor cursor : log.cursors()) {
          cursor.subscription.touched(cursor);
          context.dirty().add(cursor.subscription);
        }
      }
      tell(before, reasons(changed));
    }
    result.complete(wanted);
  }

  /** Why nothing comes, of each subscription of the node of which nothing does. */
  private IdentityHashMap<Subscription, String> reasons(Node of) {
    IdentityHashMap<Subscription, String> reasons = new IdentityHashMap<>();
    for (NodeLog log : of.logs()) {
      for (LogCursor cursor : log.cursors()) {
        String reason = context.nodes().paused(cursor.subscription);
        if (reason != null) {
          reasons.put(cursor.subscription, reason);
        }
      }
    }
    return reasons;
  }

  private static void tell(
      IdentityHashMap<Subscription, String> before, IdentityHashMap<Subscription, String> now) {
    Set<Subscription> all = Collections.newSetFromMap(new IdentityHashMap<>());
    all.addAll(before.keySet());
    all.addAll(now.keySet());
    for (Subscription subscription : all) {
      String reason = now.get(subscription);
      if (!Objects.equals(before.get(subscription), reason)) {
        for (ConsumerTarget consumer : subscription.consumers().present()) {
          consumer.emit(new EdgeEvent.DeliveryPaused(consumer.port, reason));
        }
      }
    }
  }
}
