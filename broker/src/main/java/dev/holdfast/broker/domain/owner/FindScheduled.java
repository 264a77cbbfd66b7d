package dev.holdfast.broker.domain.owner;

import dev.holdfast.acl.Permission;
import dev.holdfast.acl.Principal;
import dev.holdfast.broker.domain.DeadLetterAdmin.Scheduled;
import dev.holdfast.broker.domain.MessageAttributes;
import dev.holdfast.broker.domain.NodeAdmin.PeekedMessage;
import dev.holdfast.broker.domain.NodeException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** Looks at the messages of a node that wait for their moment. Owner thread. */
final class FindScheduled {
  private final AdminContext context;
  private final int limit;
  private final CompletableFuture<List<Scheduled>> result;

  FindScheduled(AdminContext context, int limit, CompletableFuture<List<Scheduled>> result) {
    this.context = context;
    this.limit = limit;
    this.result = result;
  }

  void of(Principal principal, String name, long fromSequence) {
    LogCursor cursor = waiting(context, principal, Permission.BROWSE, name).cursor();
    if (cursor == null) {
      result.complete(List.of());
      return;
    }
    CompletableFuture<List<PeekedMessage>> peeked = new CompletableFuture<>();
    peeked.thenAccept(messages -> result.complete(show(messages)));
    PeekTask.Place place = new PeekTask.Place(cursor.log.id, cursor.id, cursor, name);
    new PeekTask(context, List.of(place), limit, peeked).from(fromSequence);
  }

  private static List<Scheduled> show(List<PeekedMessage> messages) {
    List<Scheduled> scheduled = new ArrayList<>();
    for (PeekedMessage message : messages) {
      long dueMs = MessageAttributes.decode(message.message().attributes()).dueMs();
      scheduled.add(new Scheduled(message, dueMs));
    }
    return scheduled;
  }

  /** What waits for a queue or topic, if the principal may do this to it. */
  static Delayed waiting(
      AdminContext context, Principal principal, Permission permission, String name) {
    context.check(principal, permission, name);
    Node node = context.nodes().find(name);
    if (node == null) {
      throw new NodeException(PublisherLinks.noSuchNode(name));
    }
    return node.delayed();
  }
}
