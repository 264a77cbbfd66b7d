package dev.holdfast.broker.domain.owner;

import dev.holdfast.acl.AccessPolicy;
import dev.holdfast.acl.Principal;
import dev.holdfast.broker.domain.EdgeEvent;
import dev.holdfast.broker.domain.EdgeLoop;
import dev.holdfast.broker.domain.FilterCodec;
import dev.holdfast.broker.domain.IncomingMessage;
import dev.holdfast.broker.domain.MessageFilter;
import dev.holdfast.broker.domain.NodeAdmin;
import dev.holdfast.broker.domain.NodeException;
import dev.holdfast.broker.domain.OwnerCommand;
import dev.holdfast.broker.domain.Peer;
import dev.holdfast.broker.domain.QueueDefinition;
import dev.holdfast.broker.domain.QueueInfo;
import dev.holdfast.broker.domain.StartFrom;
import dev.holdfast.broker.domain.SubscriptionDefinition;
import dev.holdfast.broker.domain.SubscriptionInfo;
import dev.holdfast.broker.domain.TopicAdmin;
import dev.holdfast.broker.domain.TopicDefinition;
import dev.holdfast.broker.domain.TopicInfo;
import dev.holdfast.deadletter.RetryPolicy;
import dev.holdfast.storage.FaultyMessageStore;
import dev.holdfast.storage.MessageStore;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletionStage;

/**
 * A loop without threads on a faulty store: turns, reads and the edge run when the test says so.
 */
final class Rig {
  static final Principal ADMIN = new Principal("uid:1", Set.of(Principal.ADMIN));

  /** A connection of its own. */
  static Peer peer() {
    return new Peer(ADMIN, "test");
  }

  static final Principal STRANGER = new Principal("user:eve", Set.of());

  final FaultyMessageStore store;
  final ManualClock clock = new ManualClock();
  final DomainSettings settings;
  final ArrayDeque<Runnable> reads = new ArrayDeque<>();
  final List<EdgeEvent> events = new ArrayList<>();
  final EdgeLoop edge = events::addAll;
  int pauses;
  AccessPolicy policy = AccessPolicy.adminOnly();
  FilterCodec filters = TextFilter::decode;
  Inbox inbox;
  LoopBody body;
  NodeAdmin admin;
  TopicAdmin topics;

  Rig() {
    this(FaultyMessageStore.create(), DomainSettings.defaults());
  }

  Rig(FaultyMessageStore store, DomainSettings settings) {
    this.store = store;
    this.settings = settings;
    boot(store);
  }

  /** Small sizes, so that a handful of messages does not fit into memory. */
  static DomainSettings tiny() {
    return new DomainSettings(
        16,
        4_000,
        1 << 20,
        2_400,
        6_000,
        400,
        600,
        5,
        250,
        1 << 20,
        6,
        TransactionLimits.defaults());
  }

  /** Starts a loop anew on what the store holds. */
  void boot(MessageStore on) {
    inbox = new Inbox();
    reads.clear();
    events.clear();
    body =
        new LoopBody(
            new LoopBody.Surroundings(
                on,
                policy,
                bytes -> filters.decode(bytes),
                clock,
                new Random(5),
                reads::add,
                ms -> pauses++),
            settings,
            inbox,
            inbox::put);
    admin = new OwnerAdmin(inbox::put, body.admin());
    topics = new OwnerTopicAdmin(inbox::put, body.admin());
    body.start();
  }

  void submit(OwnerCommand... commands) {
    inbox.put(List.of(commands));
  }

  /** One turn; the edge hears of it. */
  boolean turn() {
    boolean more = body.runOnce();
    edgeRuns();
    return more;
  }

  void edgeRuns() {
    List<EdgeEvent> heard = new ArrayList<>(events);
    events.clear();
    heard.forEach(EdgeEvent::apply);
  }

  /** Until nothing is left to do. */
  void settle() {
    boolean more = true;
    for (int i = 0; more; i++) {
      if (i > 10_000) {
        throw new AssertionError("the loop does not come to rest");
      }
      more = turn();
      while (!reads.isEmpty()) {
        reads.remove().run();
        more = true;
      }
      more |= !inbox.isEmpty();
    }
  }

  <T> T get(CompletionStage<T> stage) {
    settle();
    try {
      return stage.toCompletableFuture().getNow(null);
    } catch (java.util.concurrent.CompletionException e) {
      if (e.getCause() instanceof NodeException refused) {
        throw refused;
      }
      throw e;
    }
  }

  QueueInfo create(String name) {
    return create(name, RetryPolicy.DEFAULT.maxDeliveries());
  }

  QueueInfo create(String name, int maxDeliveries) {
    return get(
        admin.createQueue(
            ADMIN, new QueueDefinition(name, 1 << 20, RetryPolicy.atOnce(maxDeliveries))));
  }

  TopicInfo topic(String name) {
    return topic(name, TopicDefinition.Retention.NONE);
  }

  TopicInfo topic(String name, TopicDefinition.Retention retention) {
    return get(
        topics.createTopic(
            ADMIN, new TopicDefinition(name, 1 << 20, RetryPolicy.atOnce(3), retention)));
  }

  /** Makes a durable, shared subscription. */
  SubscriptionInfo subscribe(String source, String name, MessageFilter filter, StartFrom start) {
    SubscriptionDefinition definition =
        new SubscriptionDefinition(
            source, name, SubscriptionDefinition.Traits.DURABLE_SHARED, filter, "", "");
    return get(topics.createSubscription(ADMIN, definition, start));
  }

  SubscriptionInfo subscription(String address) {
    return get(topics.subscription(ADMIN, address));
  }

  QueueInfo info(String name) {
    return get(admin.queue(ADMIN, name));
  }

  long messages(String name) {
    return info(name).messages();
  }

  static IncomingMessage message(String text) {
    return message(text, true);
  }

  static IncomingMessage message(String text, boolean durable) {
    return new IncomingMessage(durable, (byte) 4, -1, 0, 0, text.getBytes(StandardCharsets.UTF_8));
  }

  static String text(byte[] body) {
    return new String(body, StandardCharsets.UTF_8);
  }

  /** Sends and settles; every message accepted. */
  void send(String queue, String... texts) {
    TestPublisher publisher = new TestPublisher(this).open(queue);
    for (String text : texts) {
      publisher.send(text);
    }
    settle();
    if (publisher.accepted().size() != texts.length) {
      throw new AssertionError("refused: " + publisher.answers);
    }
    publisher.close();
    settle();
  }
}
