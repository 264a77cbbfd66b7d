package dev.holdfast.broker.domain.owner;

import dev.holdfast.acl.Permission;
import dev.holdfast.acl.Principal;
import dev.holdfast.broker.domain.DeadLetterAdmin;
import dev.holdfast.broker.domain.DeadLetterFilter;
import dev.holdfast.broker.domain.DeadLetterTask;
import dev.holdfast.broker.domain.DeadLetterTask.Order;
import dev.holdfast.broker.domain.DeadLetterTask.State;
import dev.holdfast.broker.domain.IncomingMessage;
import dev.holdfast.broker.domain.NodeException;
import dev.holdfast.broker.domain.OwnerCommand;
import dev.holdfast.broker.domain.OwnerInbox;
import dev.holdfast.storage.ChunkInfo;
import dev.holdfast.storage.StoreView;
import dev.holdfast.storage.StoredMessage;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;

/** Management's way to dead letters and delayed messages; any thread. */
final class OwnerDeadLetterAdmin implements DeadLetterAdmin {
  private final OwnerInbox inbox;
  private final AdminContext context;

  OwnerDeadLetterAdmin(OwnerInbox inbox, AdminContext context) {
    this.inbox = inbox;
    this.context = context;
  }

  @Override
  public CompletionStage<Summary> summary(Principal principal, String address) {
    return call(
        result -> {
          String node = DeadLetterAccess.node(address);
          Queue queue = DeadLetterAccess.queue(context, principal, Permission.INSPECT, node);
          if (queue == null) {
            result.complete(new Summary(node, 0, 0, List.of()));
          } else {
            new SummariseDeadLetters(context, node, queue, result).run();
          }
        });
  }

  @Override
  public CompletionStage<Found> find(
      Principal principal, String address, DeadLetterFilter filter, long fromSequence, int limit) {
    return call(
        result -> {
          String node = DeadLetterAccess.node(address);
          Queue queue = DeadLetterAccess.queue(context, principal, Permission.BROWSE, node);
          if (queue == null) {
            result.complete(new Found(List.of(), 0));
          } else {
            new FindDeadLetters(context, queue, filter, limit, result)
                .from(Math.max(fromSequence, filter.death().fromSequence()));
          }
        });
  }

  @Override
  public CompletionStage<Count> count(Principal principal, Order order) {
    return call(
        result -> {
          Order own = own(order);
          Queue queue = DeadLetterAccess.source(context, principal, own);
          if (queue == null) {
            result.complete(new Count(0, 0, Map.of()));
          } else {
            new CountDeadLetters(context, principal, own, queue, result)
                .from(own.filter().death().fromSequence());
          }
        });
  }

  @Override
  public CompletionStage<DeadLetterTask> start(Principal principal, Order order) {
    CompletableFuture<DeadLetterTask> result = new CompletableFuture<>();
    submit(new StartTask(context, principal, own(order), result));
    return result;
  }

  private static Order own(Order order) {
    if (order.action().ofQueue()) {
      return order;
    }
    return new Order(
        order.action(),
        DeadLetterAccess.node(order.node()),
        order.filter(),
        order.to(),
        order.perSecond(),
        order.maxHops());
  }

  @Override
  public CompletionStage<List<DeadLetterTask>> tasks(Principal principal) {
    return call(
        result -> {
          List<DeadLetterTask> tasks = new ArrayList<>();
          for (DeadLetterTasks.Run run : context.tasks().all()) {
            if (DeadLetterAccess.visible(context, principal, run)) {
              tasks.add(run.task());
            }
          }
          if (tasks.isEmpty()) {
            DeadLetterAccess.checkBroker(context, principal);
          }
          Collections.reverse(tasks);
          result.complete(tasks);
        });
  }

  @Override
  public CompletionStage<DeadLetterTask> task(Principal principal, long id) {
    return call(
        result -> result.complete(DeadLetterAccess.run(context, principal, id, false).task()));
  }

  @Override
  public CompletionStage<DeadLetterTask> tell(Principal principal, long id, State state) {
    CompletableFuture<DeadLetterTask> result = new CompletableFuture<>();
    submit(new TellTask(context, principal, id, state, result));
    return result;
  }

  @Override
  public CompletionStage<String> resend(
      Principal principal,
      String address,
      long sequence,
      String to,
      Optional<IncomingMessage> edited) {
    ResendDeadLetter.Request request =
        new ResendDeadLetter.Request(
            principal, DeadLetterAccess.node(address), sequence, to, edited);
    return call(
        result -> {
          Queue queue = ResendDeadLetter.source(context, request);
          StoreView.LogView log = context.store().view().log(queue.log.id);
          ChunkInfo chunk = log == null ? null : log.chunkAtOrAfter(sequence);
          if (chunk == null) {
            throw ResendDeadLetter.missing(request);
          }
          context
              .reads()
              .read(queue.log.id, List.of(chunk), read -> resend(request, read.get(0), result));
        });
  }

  private void resend(
      ResendDeadLetter.Request request, ReadAhead.Result read, CompletableFuture<String> result) {
    if (read.messages() != null) {
      for (StoredMessage message : read.messages()) {
        if (message.sequence() == request.sequence()) {
          submit(new ResendDeadLetter(context, request, message, result));
          return;
        }
      }
    }
    result.completeExceptionally(ResendDeadLetter.missing(request));
  }

  @Override
  public CompletionStage<List<Scheduled>> scheduled(
      Principal principal, String node, long fromSequence, int limit) {
    return call(
        result -> new FindScheduled(context, limit, result).of(principal, node, fromSequence));
  }

  @Override
  public CompletionStage<Void> cancelScheduled(Principal principal, String node, long sequence) {
    return call(
        result -> new CancelScheduled(context, principal, node, sequence, result).read(inbox));
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
