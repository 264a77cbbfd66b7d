package dev.holdfast.broker.domain.owner;

import dev.holdfast.acl.Permission;
import dev.holdfast.acl.Principal;
import dev.holdfast.broker.domain.IncomingMessage;
import dev.holdfast.broker.domain.NodeAdmin;
import dev.holdfast.broker.domain.NodeError;
import dev.holdfast.broker.domain.NodeException;
import dev.holdfast.broker.domain.Outcome;
import dev.holdfast.broker.domain.OwnerCommand;
import dev.holdfast.broker.domain.OwnerInbox;
import dev.holdfast.broker.domain.QueueDefinition;
import dev.holdfast.broker.domain.QueueInfo;
import dev.holdfast.storage.StoreView;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;

/** Management's way in; any thread. Everything is carried over to the owner thread. */
final class OwnerAdmin implements NodeAdmin {
  private final OwnerInbox inbox;
  private final AdminContext context;

  OwnerAdmin(OwnerInbox inbox, AdminContext context) {
    this.inbox = inbox;
    this.context = context;
  }

  @Override
  public CompletionStage<List<QueueInfo>> queues(Principal principal) {
    return call(result -> result.complete(list(principal)));
  }

  private List<QueueInfo> list(Principal principal) {
    List<QueueInfo> infos = new ArrayList<>();
    StoreView view = context.store().view();
    for (Node node : context.nodes().all()) {
      if (node instanceof Queue queue
          && queue.deadLetters != null
          && context.access().denied(principal, Permission.INSPECT, queue.name()) == null) {
        infos.add(queue.info(view));
      }
    }
    NodeError denied = context.access().deniedBroker(principal, Permission.INSPECT);
    if (infos.isEmpty() && denied != null) {
      throw new NodeException(denied);
    }
    infos.sort(Comparator.comparing(info -> info.definition().name()));
    return infos;
  }

  @Override
  public CompletionStage<QueueInfo> queue(Principal principal, String name) {
    return call(
        result -> {
          Queue queue = context.queue(principal, Permission.INSPECT, name);
          learnOldest(queue, 0, result);
        });
  }

  /** Reads what is not known of the oldest messages, log by log, and then tells. */
  private void learnOldest(Queue queue, int from, CompletableFuture<QueueInfo> result) {
    List<LogCursor> cursors = queue.subscription.cursors();
    for (int i = from; i < cursors.size(); i++) {
      int next = i + 1;
      if (OldestMessages.learn(context, cursors.get(i), () -> learnOldest(queue, next, result))) {
        return;
      }
    }
    result.complete(queue.info(context.store().view()));
  }

  @Override
  public CompletionStage<QueueInfo> createQueue(
      Principal principal, String name, UnaryOperator<QueueDefinition> change) {
    CompletableFuture<QueueInfo> result = new CompletableFuture<>();
    submit(new CreateQueue(context, principal, name, change, result));
    return result;
  }

  @Override
  public CompletionStage<QueueInfo> editQueue(
      Principal principal, String name, UnaryOperator<QueueDefinition> change) {
    CompletableFuture<QueueInfo> result = new CompletableFuture<>();
    submit(new EditQueue(context, principal, name, change, result));
    return result;
  }

  @Override
  public CompletionStage<Long> deleteQueue(Principal principal, String name) {
    CompletableFuture<Long> result = new CompletableFuture<>();
    submit(new DeleteQueue(context, principal, name, result));
    return result;
  }

  @Override
  public CompletionStage<Long> purgeQueue(Principal principal, String name) {
    CompletableFuture<Long> result = new CompletableFuture<>();
    submit(
        new PurgeCursors(
            context,
            () -> {
              Queue queue = context.queue(principal, Permission.PURGE, name);
              return new PurgeCursors.Purged(queue.subscription, queue.delayed().cursor());
            },
            result));
    return result;
  }

  @Override
  public CompletionStage<List<PeekedMessage>> peek(
      Principal principal, String name, long fromSequence, int limit) {
    return call(
        result -> {
          List<PeekTask.Place> places = context.places(principal, Permission.BROWSE, name);
          new PeekTask(context, places, limit, result).from(fromSequence);
        });
  }

  @Override
  public CompletionStage<Published> publish(
      Principal principal, String name, IncomingMessage message) {
    CompletableFuture<Published> result = new CompletableFuture<>();
    if (name.isEmpty()) {
      result.completeExceptionally(new NodeException(PublisherLinks.noSuchNode(name)));
    } else {
      new AdminLinks.Sender(inbox, result).send(principal, name, message);
    }
    return result;
  }

  @Override
  public CompletionStage<List<PeekedMessage>> receive(
      Principal principal, String name, int limit, Outcome outcome) {
    CompletableFuture<List<PeekedMessage>> result = new CompletableFuture<>();
    new AdminLinks.Receiver(inbox, outcome, result).receive(principal, name, limit);
    return result;
  }

  private <T> CompletionStage<T> call(Consumer<CompletableFuture<T>> work) {
    CompletableFuture<T> result = new CompletableFuture<>();
    submit(
        () -> {
          try {
            work.accept(result);
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
