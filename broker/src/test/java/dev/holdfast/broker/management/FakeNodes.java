package dev.holdfast.broker.management;

import dev.holdfast.acl.Principal;
import dev.holdfast.broker.domain.IncomingMessage;
import dev.holdfast.broker.domain.MessageAttributes;
import dev.holdfast.broker.domain.NodeAdmin;
import dev.holdfast.broker.domain.NodeError;
import dev.holdfast.broker.domain.NodeException;
import dev.holdfast.broker.domain.Outcome;
import dev.holdfast.broker.domain.Pause;
import dev.holdfast.broker.domain.QueueDefinition;
import dev.holdfast.broker.domain.QueueInfo;
import dev.holdfast.deadletter.RetryPolicy;
import dev.holdfast.storage.StoredMessage;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;

/** Queues as plain lists; completes on a thread of its own, as the owner thread does. */
final class FakeNodes implements NodeAdmin {
  private final Map<String, QueueDefinition> definitions = new ConcurrentSkipListMap<>();
  final Map<String, List<PeekedMessage>> messages = new ConcurrentSkipListMap<>();

  /** Sizes of the pages that were asked for. */
  final List<Integer> pages = new CopyOnWriteArrayList<>();

  private static <T> CompletionStage<T> later(Principal principal, Supplier<T> work) {
    return CompletableFuture.supplyAsync(
        () -> {
          if (!principal.roles().contains(Principal.ADMIN)) {
            throw refusal(NodeError.Code.UNAUTHORIZED, "you may not");
          }
          return work.get();
        });
  }

  private static NodeException refusal(NodeError.Code code, String why) {
    return new NodeException(new NodeError(code, why));
  }

  private QueueInfo info(String name) {
    QueueDefinition definition = definitions.get(name);
    if (definition == null) {
      throw refusal(NodeError.Code.NOT_FOUND, "there is no queue " + name);
    }
    List<PeekedMessage> all = messages.get(name);
    long bytes = all.stream().mapToLong(m -> m.message().bytes()).sum();
    long oldest = all.isEmpty() ? 0 : all.get(0).message().enqueuedMs();
    int size = all.size();
    return new QueueInfo(
        definition, Pause.NONE, size, bytes, 4, 0, 1, 2, 3, oldest, size, 5, 6, 7, 8, 0);
  }

  @Override
  public CompletionStage<List<QueueInfo>> queues(Principal principal) {
    return later(principal, () -> definitions.keySet().stream().map(this::info).toList());
  }

  @Override
  public CompletionStage<QueueInfo> queue(Principal principal, String name) {
    return later(principal, () -> info(name));
  }

  @Override
  public CompletionStage<QueueInfo> createQueue(
      Principal principal, String name, UnaryOperator<QueueDefinition> change) {
    return later(
        principal,
        () -> {
          QueueDefinition definition =
              change.apply(new QueueDefinition(name, 1 << 20, RetryPolicy.DEFAULT));
          if (definition.name().equals("broken")) {
            throw new IllegalStateException("secret detail in dev.holdfast.Internal");
          }
          if (definition.name().equals("full")) {
            throw refusal(NodeError.Code.RESOURCE_LIMIT_EXCEEDED, "the disk is full");
          }
          if (definitions.putIfAbsent(definition.name(), definition) != null) {
            throw refusal(NodeError.Code.CONFLICT, "the name is taken");
          }
          messages.put(definition.name(), new CopyOnWriteArrayList<>());
          return info(definition.name());
        });
  }

  @Override
  public CompletionStage<QueueInfo> editQueue(
      Principal principal, String name, UnaryOperator<QueueDefinition> change) {
    return later(
        principal,
        () -> {
          definitions.computeIfPresent(name, (any, before) -> change.apply(before));
          return info(name);
        });
  }

  @Override
  public CompletionStage<Long> deleteQueue(Principal principal, String name) {
    return later(
        principal,
        () -> {
          long lost = info(name).messages();
          definitions.remove(name);
          return lost;
        });
  }

  @Override
  public CompletionStage<Long> purgeQueue(Principal principal, String name) {
    return later(
        principal,
        () -> {
          long count = info(name).messages();
          messages.get(name).clear();
          return count;
        });
  }

  @Override
  public CompletionStage<List<PeekedMessage>> peek(
      Principal principal, String name, long fromSequence, int limit) {
    return later(
        principal,
        () -> {
          info(name);
          pages.add(limit);
          return messages.get(name).stream()
              .filter(m -> m.message().sequence() >= fromSequence)
              .limit(limit)
              .toList();
        });
  }

  @Override
  public CompletionStage<Published> publish(
      Principal principal, String name, IncomingMessage message) {
    return later(
        principal,
        () -> {
          info(name);
          List<PeekedMessage> all = messages.get(name);
          long sequence = all.isEmpty() ? 0 : all.get(all.size() - 1).message().sequence() + 1;
          byte flags = message.durable() ? StoredMessage.DURABLE : 0;
          long expiry = message.ttlMs() < 0 ? 0 : 1_000 + message.ttlMs();
          all.add(
              new PeekedMessage(
                  new StoredMessage(
                      sequence,
                      flags,
                      message.priority(),
                      1_000,
                      expiry,
                      0,
                      0,
                      MessageAttributes.of(message).encode(),
                      message.body()),
                  0,
                  false));
          return new Published(sequence, false);
        });
  }

  @Override
  public CompletionStage<List<PeekedMessage>> receive(
      Principal principal, String name, int limit, Outcome outcome) {
    return later(
        principal,
        () -> {
          info(name);
          pages.add(limit);
          List<PeekedMessage> all = messages.get(name);
          List<PeekedMessage> taken = new ArrayList<>(all.subList(0, Math.min(limit, all.size())));
          if (outcome != Outcome.RELEASED) {
            all.removeAll(taken);
          }
          return taken;
        });
  }
}
