package dev.holdfast.broker.amqp;

import dev.holdfast.broker.domain.ConsumerPort;
import dev.holdfast.broker.domain.Delivery;
import dev.holdfast.broker.domain.DynamicNode;
import dev.holdfast.broker.domain.EdgeEvent;
import dev.holdfast.broker.domain.EdgeLoop;
import dev.holdfast.broker.domain.IncomingMessage;
import dev.holdfast.broker.domain.NodeError;
import dev.holdfast.broker.domain.NodeInfo;
import dev.holdfast.broker.domain.NodeKind;
import dev.holdfast.broker.domain.OpenedSource;
import dev.holdfast.broker.domain.Outcome;
import dev.holdfast.broker.domain.OwnerCommand;
import dev.holdfast.broker.domain.OwnerInbox;
import dev.holdfast.broker.domain.PublishAnswer;
import dev.holdfast.broker.domain.PublisherPort;
import dev.holdfast.broker.domain.SourceRequest;
import dev.holdfast.broker.domain.SubscriptionRequest;
import dev.holdfast.broker.domain.TargetRequest;
import dev.holdfast.storage.StoredMessage;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * Nodes in memory behind the edge's contract: one thread, any name but those with "missing"; those
 * with "topic" are topics by name, and queues in what they do.
 */
final class FakeDomain implements OwnerInbox, AutoCloseable {

  record Handed(
      StoredMessage message,
      int deliveryCount,
      boolean firstAcquirer,
      String queue,
      byte[] annotations)
      implements Delivery {

    Handed(StoredMessage message, String queue) {
      this(message, 0, true, queue, new byte[0]);
    }

    Handed again(int failures, byte[] others) {
      return new Handed(message, failures, false, queue, others == null ? annotations : others);
    }
  }

  private static final class Consumer {
    final ConsumerPort port;
    final String queue;
    final boolean preSettled;
    final Outcome whenLost;
    final List<Handed> out = new ArrayList<>();
    long handed;
    long bytes;
    long deliveryLimit;
    long byteLimit;
    boolean drain;

    Consumer(OwnerCommand.OpenConsumer open, String name) {
      port = open.port();
      queue = name;
      preSettled = open.preSettled();
      whenLost = open.defaultOutcome();
    }
  }

  private final ExecutorService thread =
      Executors.newSingleThreadExecutor(r -> new Thread(r, "fake-domain"));
  private final Map<String, ArrayDeque<Handed>> queues = new HashMap<>();
  private final Map<ConsumerPort, Consumer> consumers = new LinkedHashMap<>();
  private final Map<PublisherPort, String> publishers = new HashMap<>();
  private Map<EdgeLoop, List<EdgeEvent>> events = new HashMap<>();
  private final FakeSubscriptions subscriptions = new FakeSubscriptions();
  private long sequence;
  final FakeTransactions transactions = new FakeTransactions();
  private int dynamicNodes;
  final FakeParts parts = new FakeParts();

  final List<OwnerCommand> seen = new CopyOnWriteArrayList<>();
  volatile boolean record = true;
  volatile boolean answerPublishes = true;
  final List<Runnable> heldAnswers = new ArrayList<>();

  @Override
  public void submit(String principal, List<? extends OwnerCommand> batch) {
    thread.execute(
        () -> {
          for (OwnerCommand command : batch) {
            if (record) {
              seen.add(command);
            }
            handle(command);
          }
          consumers.values().forEach(this::dispatch);
          flush();
        });
  }

  void run(Runnable task) throws Exception {
    thread
        .submit(
            () -> {
              task.run();
              consumers.values().forEach(this::dispatch);
              flush();
            })
        .get();
  }

  void releaseAnswers() throws Exception {
    run(
        () -> {
          answerPublishes = true;
          heldAnswers.forEach(Runnable::run);
          heldAnswers.clear();
        });
  }

  int size(String queue) throws Exception {
    return thread.submit(() -> queue(queue).size()).get();
  }

  <T> List<T> seen(Class<T> type) {
    return seen.stream().filter(type::isInstance).map(type::cast).toList();
  }

  private ArrayDeque<Handed> queue(String name) {
    return queues.computeIfAbsent(name, n -> new ArrayDeque<>());
  }

  /** Says something of its own accord. */
  void say(EdgeLoop loop, EdgeEvent event) throws Exception {
    run(() -> tell(loop, event));
  }

  private void tell(EdgeLoop loop, EdgeEvent event) {
    events.computeIfAbsent(loop, l -> new ArrayList<>()).add(event);
  }

  private void flush() {
    Map<EdgeLoop, List<EdgeEvent>> all = events;
    events = new HashMap<>();
    all.forEach(EdgeLoop::deliver);
  }

  private static NodeError missing(String node) {
    return new NodeError(NodeError.Code.NOT_FOUND, "queue " + node + " does not exist; create it");
  }

  private void handle(OwnerCommand command) {
    if (command instanceof OwnerCommand.OpenPublisher open) {
      tell(open.port().loop(), openPublisher(open));
    } else if (command instanceof OwnerCommand.Publish publish) {
      publish(publish);
    } else if (command instanceof OwnerCommand.ClosePublisher close) {
      publishers.remove(close.port());
    } else if (command instanceof OwnerCommand.OpenConsumer open) {
      tell(open.port().loop(), openConsumer(open));
    } else if (command instanceof OwnerCommand.FindSubscription find) {
      tell(find.port().loop(), subscriptions.find(find));
    } else if (command instanceof OwnerCommand.Flow flow && consumers.containsKey(flow.port())) {
      Consumer consumer = consumers.get(flow.port());
      consumer.deliveryLimit = flow.deliveryLimit();
      consumer.byteLimit = flow.byteLimit();
      consumer.drain = flow.drain();
    } else if (command instanceof OwnerCommand.Settle settle) {
      settle(settle);
    } else if (command instanceof OwnerCommand.CloseConsumer close) {
      closeConsumer(close);
    } else if (!parts.handle(command, this::tell)) {
      transactions.handle(command, this::tell);
    }
  }

  private EdgeEvent openPublisher(OwnerCommand.OpenPublisher open) {
    TargetRequest target = open.target();
    if (target.address().contains("missing")) {
      return new EdgeEvent.PublisherClosed(open.port(), missing(target.address()));
    }
    DynamicNode dynamic = target.dynamic();
    String name = dynamic == null ? target.address() : "dynamic-" + ++dynamicNodes;
    publishers.put(open.port(), name);
    NodeKind kind = dynamic != null ? dynamic.kind() : name.isEmpty() ? null : kind(name);
    return new EdgeEvent.PublisherOpened(open.port(), new NodeInfo(name, kind, 1L << 30));
  }

  private EdgeEvent openConsumer(OwnerCommand.OpenConsumer open) {
    SourceRequest source = open.source();
    if (source.address().contains("missing")) {
      return new EdgeEvent.ConsumerClosed(open.port(), missing(source.address()));
    }
    DynamicNode dynamic = source.dynamic();
    String name = dynamic == null ? source.address() : "dynamic-" + ++dynamicNodes;
    NodeKind kind = dynamic == null ? kind(name) : dynamic.kind();
    consumers.put(open.port(), new Consumer(open, name));
    SubscriptionRequest subscription = source.subscription();
    return subscription != null && kind == NodeKind.TOPIC
        ? subscriptions.open(open, subscription)
        : new EdgeEvent.ConsumerOpened(
            open.port(),
            new OpenedSource(
                name, kind, null, source.selection().filter(), source.selection().noLocal()));
  }

  private static NodeKind kind(String name) {
    return name.contains("topic") ? NodeKind.TOPIC : NodeKind.QUEUE;
  }

  private void closeConsumer(OwnerCommand.CloseConsumer close) {
    String subscription = subscriptions.key(close.port());
    if (subscriptions.close(close)) {
      answers(() -> tell(close.port().loop(), subscriptions.delete(close.port(), subscription)));
    }
    Consumer consumer = consumers.remove(close.port());
    if (consumer != null) {
      for (int i = consumer.out.size() - 1; i >= 0; i--) {
        apply(consumer, consumer.out.get(i), consumer.whenLost);
      }
    }
  }

  private void answers(Runnable answer) {
    if (answerPublishes) {
      answer.run();
    } else {
      heldAnswers.add(answer);
    }
  }

  private void publish(OwnerCommand.Publish publish) {
    String node = publishers.getOrDefault(publish.port(), "");
    String queue = node.isEmpty() ? publish.to() : node;
    NodeError error = queue.contains("missing") ? missing(queue) : null;
    long seq = error == null ? ++sequence : 0;
    if (error == null) {
      queue(queue)
          .add(
              new Handed(
                  parts.whole(stored(seq, publish.message()), publish.message().upload()), queue));
    }
    if (publish.confirm()) {
      Runnable answer =
          () ->
              tell(
                  publish.port().loop(),
                  new EdgeEvent.Published(
                      publish.port(), List.of(new PublishAnswer(publish.token(), seq, error))));
      answers(answer);
    }
  }

  static StoredMessage stored(long sequence, IncomingMessage m) {
    byte flags = (byte) (m.durability().flags() | (m.ttlMs() >= 0 ? StoredMessage.HAS_TTL : 0));
    return new StoredMessage(
        sequence,
        flags,
        m.priority(),
        0,
        m.expiryMs(),
        (int) Math.max(0, m.ttlMs()),
        m.messageFormat(),
        StoredMessage.NO_ATTRIBUTES,
        m.body());
  }

  private void dispatch(Consumer c) {
    List<Delivery> now = new ArrayList<>();
    ArrayDeque<Handed> queue = queue(c.queue);
    while (!queue.isEmpty() && c.handed < c.deliveryLimit && c.bytes < c.byteLimit) {
      Handed handed = queue.poll();
      c.handed++;
      c.bytes += handed.message().body().length;
      if (!c.preSettled) {
        c.out.add(handed);
      }
      now.add(handed);
    }
    if (!now.isEmpty()) {
      tell(c.port.loop(), new EdgeEvent.Deliver(c.port, now));
    }
    if (c.drain && (queue.isEmpty() || c.handed >= c.deliveryLimit)) {
      c.drain = false;
      c.deliveryLimit = c.handed;
      tell(c.port.loop(), new EdgeEvent.Drained(c.port, queue.size()));
    }
  }

  private void settle(OwnerCommand.Settle settle) {
    Consumer c = consumers.get(settle.port());
    if (c == null) {
      return;
    }
    if (settle.transaction() == OwnerCommand.NO_TRANSACTION) {
      carryOut(c, settle);
    } else {
      transactions.whenCommitted(settle.transaction(), () -> carryOut(c, settle));
    }
  }

  private void carryOut(Consumer c, OwnerCommand.Settle settle) {
    for (Handed handed : List.copyOf(c.out)) {
      if (handed == settle.delivery()) {
        apply(c, handed, settle.outcome());
        if (settle.confirm()) {
          tell(c.port.loop(), new EdgeEvent.OutcomesStored(c.port, List.of(handed)));
        }
      }
    }
  }

  private void apply(Consumer c, Handed handed, Outcome outcome) {
    c.out.removeIf(h -> h == handed);
    if (outcome instanceof Outcome.Released) {
      queue(c.queue).addFirst(handed.again(handed.deliveryCount(), null));
    } else if (outcome instanceof Outcome.Modified modified) {
      int count = handed.deliveryCount() + (modified.deliveryFailed() ? 1 : 0);
      // Nobody else is there to take what is undeliverable here.
      String where = modified.undeliverableHere() ? c.queue + "/elsewhere" : c.queue;
      queue(where).addFirst(handed.again(count, modified.annotations()));
    }
  }

  @Override
  public void close() {
    thread.shutdownNow();
  }
}
