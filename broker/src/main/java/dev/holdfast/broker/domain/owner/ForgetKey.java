package dev.holdfast.broker.domain.owner;

import dev.holdfast.acl.Permission;
import dev.holdfast.acl.Principal;
import dev.holdfast.broker.domain.IdempotencyAdmin.Known;
import dev.holdfast.broker.domain.NodeError;
import dev.holdfast.broker.domain.NodeException;
import dev.holdfast.storage.StoreException;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Forgets one idempotency key of a node. */
final class ForgetKey implements NodeChange {
  private static final Logger LOG = LoggerFactory.getLogger(ForgetKey.class);

  private final AdminContext context;
  private final Principal principal;
  private final String name;
  private final String key;
  private final CompletableFuture<Known> result;
  private @Nullable Known known;

  ForgetKey(
      AdminContext context,
      Principal principal,
      String name,
      String key,
      CompletableFuture<Known> result) {
    this.context = context;
    this.principal = principal;
    this.name = name;
    this.key = key;
    this.result = result;
  }

  /** What is known of a key now, if the principal may do this to the node. */
  static Optional<Known> find(
      AdminContext context, Principal principal, Permission permission, String name, String key) {
    Node node = node(context, principal, permission, name);
    long windowMs = node.idempotency().windowMs();
    try {
      return context
          .store()
          .remembered(node.id(), IdempotencyCheck.bytes(key))
          .filter(found -> context.time().nowMs() - found.storedMs() < windowMs)
          .map(found -> new Known(found.sequence(), found.storedMs(), found.storedMs() + windowMs));
    } catch (StoreException e) {
      LOG.error("an idempotency key of {} cannot be looked up", name, e);
      throw new NodeException(
          new NodeError(NodeError.Code.INTERNAL, "the key cannot be looked up; try again"));
    }
  }

  private static Node node(
      AdminContext context, Principal principal, Permission permission, String name) {
    context.check(principal, permission, name);
    Node node = context.nodes().find(name);
    if (node == null) {
      throw new NodeException(PublisherLinks.noSuchNode(name));
    }
    return node;
  }

  @Override
  public boolean stage(StagedBatch batch) {
    try {
      Known found = find(context, principal, Permission.PURGE, name, key).orElse(known);
      if (found == null) {
        throw new NodeException(
            new NodeError(NodeError.Code.NOT_FOUND, name + " does not know this key"));
      }
      known = found;
      batch
          .changes()
          .forgetKey(
              node(context, principal, Permission.PURGE, name).id(), IdempotencyCheck.bytes(key));
      return true;
    } catch (NodeException refused) {
      result.completeExceptionally(refused);
      return false;
    }
  }

  @Override
  public void committed() {
    LOG.info("{} made {} forget an idempotency key", principal.name(), name);
    result.complete(known);
  }
}
