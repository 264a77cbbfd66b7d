package dev.holdfast.broker.domain.owner;

import dev.holdfast.acl.Permission;
import dev.holdfast.acl.Principal;
import dev.holdfast.broker.domain.MessageFilter;
import dev.holdfast.broker.domain.NodeError;
import dev.holdfast.broker.domain.NodeException;
import dev.holdfast.broker.domain.OwnerCommand;
import dev.holdfast.broker.domain.OwnerInbox;
import dev.holdfast.broker.domain.StartFrom;
import dev.holdfast.broker.domain.SubscriptionDefinition;
import dev.holdfast.broker.domain.SubscriptionInfo;
import dev.holdfast.broker.domain.TopicAdmin;
import dev.holdfast.broker.domain.TopicDefinition;
import dev.holdfast.broker.domain.TopicInfo;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** Management of topics; any thread. Everything is carried over to the owner thread. */
final class OwnerTopicAdmin implements TopicAdmin {
  private final OwnerInbox inbox;
  private final AdminContext context;

  OwnerTopicAdmin(OwnerInbox inbox, AdminContext context) {
    this.inbox = inbox;
    this.context = context;
  }

  @Override
  public CompletionStage<List<TopicInfo>> topics(Principal principal) {
    return ask(() -> listTopics(principal));
  }

  private List<TopicInfo> listTopics(Principal principal) {
    List<TopicInfo> infos = new ArrayList<>();
    for (Node node : context.nodes().all()) {
      if (node instanceof Topic topic && mayInspect(principal, topic.name())) {
        infos.add(topic.info(context.store().view()));
      }
    }
    checkEmpty(principal, infos);
    infos.sort(Comparator.comparing(info -> info.definition().name()));
    return infos;
  }

  @Override
  public CompletionStage<TopicInfo> topic(Principal principal, String name) {
    return ask(
        () -> context.topic(principal, Permission.INSPECT, name).info(context.store().view()));
  }

  @Override
  public CompletionStage<TopicInfo> createTopic(Principal principal, TopicDefinition definition) {
    return change(result -> new CreateTopic(context, principal, definition, result));
  }

  @Override
  public CompletionStage<TopicInfo> editTopic(
      Principal principal, String name, UnaryOperator<TopicDefinition> edit) {
    return change(result -> new EditTopic(context, principal, name, edit, result));
  }

  @Override
  public CompletionStage<SubscriptionInfo> editSubscription(
      Principal principal, String address, @Nullable MessageFilter filter) {
    return change(result -> new EditSubscription(context, principal, address, filter, result));
  }

  @Override
  public CompletionStage<Long> deleteTopic(Principal principal, String name) {
    return change(result -> new DeleteTopic(context, principal, name, result));
  }

  @Override
  public CompletionStage<List<SubscriptionInfo>> subscriptions(Principal principal, String source) {
    return ask(() -> listSubscriptions(principal, source));
  }

  private List<SubscriptionInfo> listSubscriptions(Principal principal, String source) {
    List<SubscriptionInfo> infos = new ArrayList<>();
    for (TopicSubscription subscription : context.nodes().subscriptions().all()) {
      boolean asked = source.isEmpty() || subscription.definition.source().equals(source);
      if (asked && mayInspect(principal, subscription.address())) {
        infos.add(subscription.info(context.store().view()));
      }
    }
    checkEmpty(principal, infos);
    infos.sort(Comparator.comparing(info -> info.definition().address()));
    return infos;
  }

  @Override
  public CompletionStage<SubscriptionInfo> subscription(Principal principal, String address) {
    return ask(
        () ->
            context
                .subscription(principal, Permission.INSPECT, address)
                .info(context.store().view()));
  }

  @Override
  public CompletionStage<SubscriptionInfo> createSubscription(
      Principal principal, SubscriptionDefinition definition, StartFrom start) {
    return change(result -> new CreateSubscription(context, principal, definition, start, result));
  }

  @Override
  public CompletionStage<Long> deleteSubscription(Principal principal, String address) {
    return change(result -> new DeleteSubscription(context, principal, address, result));
  }

  @Override
  public CompletionStage<Long> purgeSubscription(Principal principal, String address) {
    return change(
        result ->
            new PurgeCursors(
                context,
                () ->
                    new PurgeCursors.Purged(
                        context.subscription(principal, Permission.PURGE, address).group, null),
                result));
  }

  @Override
  public CompletionStage<SubscriptionInfo> seekSubscription(
      Principal principal, String address, StartFrom start) {
    return change(result -> new SeekSubscription(context, principal, address, start, result));
  }

  private boolean mayInspect(Principal principal, String address) {
    return context.access().denied(principal, Permission.INSPECT, address) == null;
  }

  private void checkEmpty(Principal principal, List<?> infos) {
    NodeError denied = context.access().deniedBroker(principal, Permission.INSPECT);
    if (infos.isEmpty() && denied != null) {
      throw new NodeException(denied);
    }
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

  private <T> CompletionStage<T> change(Function<CompletableFuture<T>, NodeChange> make) {
    CompletableFuture<T> result = new CompletableFuture<>();
    submit(make.apply(result));
    return result;
  }

  private void submit(Runnable task) {
    inbox.submit(List.of(new OwnerCommand.Call(task)));
  }
}
