package dev.holdfast.broker.domain.owner;

import dev.holdfast.acl.Permission;
import dev.holdfast.acl.Principal;
import dev.holdfast.broker.domain.DeadLetterTask;
import dev.holdfast.broker.domain.NodeCount;
import dev.holdfast.broker.domain.OwnerCommand;
import dev.holdfast.broker.domain.OwnerInbox;
import dev.holdfast.broker.domain.QueueInfo;
import dev.holdfast.broker.domain.Statistics;
import dev.holdfast.broker.domain.StatisticsPort;
import dev.holdfast.broker.domain.SubscriptionInfo;
import dev.holdfast.broker.domain.TopicInfo;
import dev.holdfast.storage.StoreView;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Counts; any thread. All of it is the owner thread's to do. */
final class OwnerStatistics implements StatisticsPort {
  /** Chunks that are read at once to find out how old messages are that only the disk knows. */
  private static final int READS = 8;

  private final OwnerInbox inbox;
  private final AdminContext context;

  /** Owner thread. */
  private int reading;

  /** A node, and what holds its messages in order of age; null: nothing does. */
  private record Counted(NodeCount count, @Nullable Subscription subscription) {}

  OwnerStatistics(OwnerInbox inbox, AdminContext context) {
    this.inbox = inbox;
    this.context = context;
  }

  @Override
  public CompletionStage<Statistics> statistics(Principal principal, int most) {
    return ask(() -> count(principal, most));
  }

  @Override
  public CompletionStage<Statistics.Commits> commits() {
    return ask(() -> context.nodes().traffic().commits.show());
  }

  @Override
  public CompletionStage<List<Statistics.StuckNode>> stuck(Principal principal) {
    return ask(() -> stuckFor(context.access().unrecorded(), principal));
  }

  private List<Statistics.StuckNode> stuckFor(AccessCheck access, Principal principal) {
    return context.stuck().all(context.store().view()).stream()
        .filter(node -> access.denied(principal, Permission.INSPECT, node.name()) == null)
        .toList();
  }

  private Statistics count(Principal principal, int most) {
    List<Counted> all = all(context.store().view());
    Map<NodeCount.Kind, Long> totals = new EnumMap<>(NodeCount.Kind.class);
    Map<NodeCount.Kind, NodeCount> others = new EnumMap<>(NodeCount.Kind.class);
    for (NodeCount.Kind kind : NodeCount.Kind.values()) {
      totals.put(kind, 0L);
      others.put(kind, NodeCount.none(kind));
    }
    all.sort(
        Comparator.comparingLong((Counted each) -> -each.count.messages())
            .thenComparing(each -> each.count.name()));
    AccessCheck access = context.access().unrecorded();
    List<NodeCount> named = new ArrayList<>();
    for (Counted each : all) {
      NodeCount count = each.count;
      totals.merge(count.kind(), 1L, Long::sum);
      if (named.size() < most
          && access.denied(principal, Permission.INSPECT, count.name()) == null) {
        named.add(count);
        learnOldest(each);
      } else {
        others.merge(count.kind(), count, (rest, one) -> rest.plus(one));
      }
    }
    named.addAll(others.values());
    Traffic traffic = context.nodes().traffic();
    return new Statistics(
        context.time().nowMs(),
        traffic.messages(),
        traffic.commits.show(),
        named,
        totals,
        tasks(),
        context.store().rememberedKeys(),
        stuckFor(access, principal));
  }

  private List<Counted> all(StoreView view) {
    List<Counted> all = new ArrayList<>();
    for (Node node : context.nodes().all()) {
      if (node instanceof Queue queue) {
        QueueInfo info = queue.info(view);
        all.add(
            new Counted(
                new NodeCount(
                    queue.deadLetters == null ? NodeCount.Kind.DEAD_LETTERS : NodeCount.Kind.QUEUE,
                    queue.name(),
                    info.messages(),
                    info.bytes(),
                    info.delayed(),
                    info.unsettled(),
                    info.consumers(),
                    info.publishers(),
                    info.oldestMs()),
                queue.subscription));
      } else if (node instanceof Topic topic) {
        TopicInfo info = topic.info(view);
        all.add(
            new Counted(
                new NodeCount(
                    NodeCount.Kind.TOPIC,
                    topic.name(),
                    info.messages(),
                    info.bytes(),
                    topic.delayed().messages(view),
                    0,
                    0,
                    info.publishers(),
                    0),
                null));
      }
    }
    for (TopicSubscription subscription : context.nodes().subscriptions().all()) {
      SubscriptionInfo info = subscription.info(view);
      all.add(
          new Counted(
              new NodeCount(
                  NodeCount.Kind.SUBSCRIPTION,
                  subscription.address(),
                  info.messages(),
                  info.bytes(),
                  0,
                  info.unsettled(),
                  info.consumers(),
                  0,
                  OldestMessages.knownMs(view, subscription.group)),
              subscription.group));
    }
    return all;
  }

  /** So that the next who asks can be told. */
  private void learnOldest(Counted node) {
    if (node.count.messages() == 0 || node.count.oldestMs() != 0 || node.subscription == null) {
      return;
    }
    for (LogCursor cursor : node.subscription.cursors()) {
      if (reading < READS && OldestMessages.learn(context, cursor, () -> reading--)) {
        reading++;
      }
    }
  }

  private Map<String, Long> tasks() {
    Map<String, Long> tasks = new LinkedHashMap<>();
    for (DeadLetterTask.State state : DeadLetterTask.State.values()) {
      tasks.put(state.code(), 0L);
    }
    context.tasks().all().forEach(run -> tasks.merge(run.progress.state().code(), 1L, Long::sum));
    return tasks;
  }

  private <T> CompletionStage<T> ask(Supplier<T> answer) {
    CompletableFuture<T> result = new CompletableFuture<>();
    inbox.submit(
        List.of(
            new OwnerCommand.Call(
                () -> {
                  try {
                    result.complete(answer.get());
                  } catch (RuntimeException e) {
                    // To count is not worth the broker's end.
                    result.completeExceptionally(e);
                  }
                })));
    return result;
  }
}
