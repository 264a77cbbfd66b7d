package dev.holdfast.broker.amqp.management;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.acl.AccessPolicy;
import dev.holdfast.acl.Principal;
import dev.holdfast.broker.audit.AuditTrail;
import dev.holdfast.broker.domain.ConsumerPort;
import dev.holdfast.broker.domain.Delivery;
import dev.holdfast.broker.domain.EdgeEvent;
import dev.holdfast.broker.domain.EdgeLoop;
import dev.holdfast.broker.domain.IncomingMessage;
import dev.holdfast.broker.domain.LinkEnding;
import dev.holdfast.broker.domain.NodeError;
import dev.holdfast.broker.domain.NodeInfo;
import dev.holdfast.broker.domain.OpenedSource;
import dev.holdfast.broker.domain.Outcome;
import dev.holdfast.broker.domain.OwnerCommand;
import dev.holdfast.broker.domain.Peer;
import dev.holdfast.broker.domain.PublishAnswer;
import dev.holdfast.broker.domain.PublisherPort;
import dev.holdfast.broker.domain.SourceRequest;
import dev.holdfast.broker.domain.TargetRequest;
import dev.holdfast.broker.domain.owner.DomainSettings;
import dev.holdfast.broker.domain.owner.OwnerLoop;
import dev.holdfast.broker.management.QueueAttributes;
import dev.holdfast.storage.FaultyMessageStore;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.apache.qpid.proton.Proton;
import org.apache.qpid.proton.amqp.UnsignedInteger;
import org.apache.qpid.proton.amqp.messaging.AmqpValue;
import org.apache.qpid.proton.amqp.messaging.ApplicationProperties;
import org.apache.qpid.proton.message.Message;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** {@code $management} over a real owner, as the edge's links see it. */
class ManagementNodeTest {
  private static final Principal ADMIN = new Principal("uid:1", Set.of(Principal.ADMIN));

  private final OwnerLoop owner =
      new OwnerLoop(
          FaultyMessageStore.create(),
          DomainSettings.defaults(),
          AccessPolicy.adminOnly(),
          InstantSource.system());
  private ManagementNode node;

  @BeforeEach
  void start() {
    owner.start();
    ManagementOperations operations =
        new ManagementOperations(
            List.of(
                new QueueType(owner.admin(), new QueueAttributes(1 << 20)),
                new TopicType(owner.topicAdmin(), 1 << 20),
                new SubscriptionType(owner.topicAdmin())),
            AuditTrail.NONE);
    node = new ManagementNode(owner, owner.admin(), operations, Runnable::run);
  }

  @AfterEach
  void stop() throws Exception {
    owner.stop().toCompletableFuture().get(30, TimeUnit.SECONDS);
  }

  /** A connection's two links, or a link from another node. */
  private static final class Links implements ConsumerPort, PublisherPort {
    private final String address;
    private final LinkedBlockingQueue<Delivery> replies = new LinkedBlockingQueue<>();
    private final LinkedBlockingQueue<PublishAnswer> heard = new LinkedBlockingQueue<>();
    private volatile int answers;

    Links(String address) {
      this.address = address;
    }

    @Override
    public String targetAddress() {
      return address;
    }

    @Override
    public EdgeLoop loop() {
      return events -> events.forEach(EdgeEvent::apply);
    }

    @Override
    public void opened(OpenedSource source) {}

    @Override
    public void opened(NodeInfo info) {}

    @Override
    public void deliver(List<Delivery> deliveries) {
      replies.addAll(deliveries);
    }

    @Override
    public void outcomesStored(List<Delivery> deliveries) {}

    @Override
    public void drained(long available) {}

    @Override
    public void answered(List<PublishAnswer> more) {
      heard.addAll(more);
      answers += more.size();
    }

    @Override
    public void closed(NodeError error) {
      if (error.code() != NodeError.Code.FORCED) {
        throw new AssertionError(error);
      }
    }
  }

  private Links open(Principal principal, String source, String address) {
    Links links = new Links(address);
    Peer peer = new Peer(principal, "c");
    node.submit(
        List.of(
            new OwnerCommand.OpenPublisher(links, peer, TargetRequest.of("$management")),
            new OwnerCommand.OpenConsumer(
                links, peer, SourceRequest.of(source), true, Outcome.ACCEPTED),
            new OwnerCommand.Flow(links, 100, Long.MAX_VALUE, false)));
    return links;
  }

  private Message ask(Links links, String replyTo, Map<String, Object> parameters, Object body)
      throws Exception {
    Message request = Proton.message();
    request.setMessageId("m-1");
    request.setReplyTo(replyTo);
    request.setApplicationProperties(new ApplicationProperties(parameters));
    request.setBody(new AmqpValue(body));
    byte[] bytes = new byte[4096];
    byte[] sections = java.util.Arrays.copyOf(bytes, request.encode(bytes, 0, bytes.length));
    IncomingMessage message = new IncomingMessage(true, (byte) 4, -1, 0, 0, sections);
    node.submit(List.of(new OwnerCommand.Publish(links, "", message, "t", true)));
    Delivery delivery = links.replies.poll(30, TimeUnit.SECONDS);
    Message reply = Proton.message();
    byte[] got = delivery.message().body();
    reply.decode(got, 0, got.length);
    assertThat(reply.getCorrelationId()).isEqualTo("m-1");
    return reply;
  }

  private static int status(Message reply) {
    return (int) reply.getApplicationProperties().getValue().get("statusCode");
  }

  private static Map<?, ?> body(Message reply) {
    return (Map<?, ?>) ((AmqpValue) reply.getBody()).getValue();
  }

  private static Map<String, Object> operation(String name, String type, String what) {
    return Map.of("operation", name, "type", type, "name", what);
  }

  @Test
  void aRequestInATransactionIsRefusedAndFailsIt() {
    List<OwnerCommand> passed = new ArrayList<>();
    ManagementNode alone =
        new ManagementNode(
            (principal, batch) -> passed.addAll(batch),
            owner.admin(),
            new ManagementOperations(List.of(), AuditTrail.NONE),
            task -> {
              throw new AssertionError("carried out");
            });
    Links links = new Links("me");
    Peer peer = new Peer(ADMIN, "c");
    alone.submit(
        List.of(
            new OwnerCommand.OpenPublisher(links, peer, TargetRequest.of(ManagementNode.ADDRESS))));
    IncomingMessage request = new IncomingMessage(true, (byte) 4, -1, 0, 0, new byte[0]);
    alone.submit(List.of(new OwnerCommand.Publish(links, "", request, "token", true, 7)));
    assertThat(links.heard)
        .singleElement()
        .satisfies(
            answer -> assertThat(answer.error().code()).isEqualTo(NodeError.Code.NOT_ALLOWED));
    assertThat(passed)
        .singleElement()
        .isInstanceOfSatisfying(
            OwnerCommand.FailTransaction.class,
            fail -> {
              assertThat(fail.peer()).isSameAs(peer);
              assertThat(fail.transaction()).isEqualTo(7);
            });
  }

  @Test
  void thingsAreMadeReadListedAndDeleted() throws Exception {
    Links links = open(ADMIN, "$management", "replies");
    Map<String, Object> attributes = Map.of("maxDeliveries", 3);
    assertThat(
            status(ask(links, "replies", operation("CREATE", "holdfast:queue", "q"), attributes)))
        .isEqualTo(201);
    assertThat(status(ask(links, "replies", operation("CREATE", "queue", "q"), Map.of())))
        .isEqualTo(409);
    Message read = ask(links, "replies", operation("READ", "queue", "q"), Map.of());
    assertThat(body(read).get("maxDeliveries")).isEqualTo(3);
    ask(links, "replies", operation("CREATE", "topic", "t"), Map.of());
    assertThat(status(ask(links, "replies", operation("CREATE", "subscription", "t::s"), Map.of())))
        .isEqualTo(201);
    Message all =
        ask(
            links,
            "replies",
            Map.of("operation", "QUERY"),
            Map.of("attributeNames", List.of("name", "type")));
    assertThat(body(all).get("results"))
        .isEqualTo(
            List.of(
                List.of("q", "holdfast:queue"),
                List.of("t", "holdfast:topic"),
                List.of("t::s", "holdfast:subscription")));
    assertThat(status(ask(links, "replies", operation("DELETE", "topic", "t"), Map.of())))
        .isEqualTo(204);
    assertThat(status(ask(links, "replies", operation("READ", "topic", "t"), Map.of())))
        .isEqualTo(404);
    assertThat(links.answers).isEqualTo(8);
  }

  @Test
  void anUpdateChangesWhatItNamesAndNothingElse() throws Exception {
    Links links = open(ADMIN, "$management", "r");
    Map<String, Object> made = Map.of("maxDeliveries", 3, "retryJitter", 0.5, "prioritised", true);
    ask(links, "r", operation("CREATE", "queue", "q"), made);
    Message updated =
        ask(
            links,
            "r",
            operation("UPDATE", "queue", "q"),
            Map.of("maxMessages", UnsignedInteger.valueOf(7), "overflow", "reject"));
    assertThat(status(updated)).isEqualTo(200);
    Map<?, ?> read = body(ask(links, "r", operation("READ", "queue", "q"), Map.of()));
    assertThat(read).isEqualTo(body(updated));
    assertThat(read.get("maxMessages")).isEqualTo(7L);
    assertThat(read.get("maxDeliveries")).isEqualTo(3);
    assertThat(read.get("retryJitter")).isEqualTo(0.5);
    assertThat(read.get("prioritised")).isEqualTo(true);
  }

  @Test
  void anUpdateThatCannotBeSaysWhy() throws Exception {
    Links links = open(ADMIN, "$management", "r");
    Map<String, Object> queue = operation("UPDATE", "queue", "q");
    assertThat(status(ask(links, "r", queue, Map.of("maxMessages", 1)))).isEqualTo(404);
    ask(links, "r", operation("CREATE", "queue", "q"), Map.of());
    assertThat(status(ask(links, "r", queue, Map.of()))).isEqualTo(400);
    assertThat(status(ask(links, "r", queue, Map.of("maxMessages", -1)))).isEqualTo(400);
    assertThat(status(ask(links, "r", queue, Map.of("prioritised", true)))).isEqualTo(400);
    assertThat(status(ask(links, "r", queue, Map.of("overflow", List.of())))).isEqualTo(400);
    Map<String, Object> topic = operation("UPDATE", "topic", "t");
    assertThat(status(ask(links, "r", topic, Map.of("retentionMs", 1)))).isEqualTo(404);
    ask(links, "r", operation("CREATE", "topic", "t"), Map.of());
    assertThat(status(ask(links, "r", topic, Map.of()))).isEqualTo(400);
    assertThat(status(ask(links, "r", topic, Map.of("retentionMs", -1)))).isEqualTo(400);
    assertThat(status(ask(links, "r", topic, Map.of("name", "u")))).isEqualTo(400);
    Map<String, Object> subscription = operation("UPDATE", "subscription", "t::s");
    assertThat(status(ask(links, "r", subscription, Map.of("where", "a = 1")))).isEqualTo(404);
    ask(links, "r", operation("CREATE", "subscription", "t::s"), Map.of());
    assertThat(status(ask(links, "r", subscription, Map.of("where", "a =")))).isEqualTo(400);
    assertThat(status(ask(links, "r", subscription, Map.of("shared", false)))).isEqualTo(400);
    assertThat(status(ask(links, "r", subscription, Map.of()))).isEqualTo(400);
  }

  @Test
  void topicsAndSubscriptionsAreUpdatedToo() throws Exception {
    Links links = open(ADMIN, "$management", "r");
    ask(links, "r", operation("CREATE", "topic", "t"), Map.of("maxDeliveries", 3));
    Message updated =
        ask(links, "r", operation("UPDATE", "topic", "t"), Map.of("retentionMs", 60_000));
    assertThat(status(updated)).isEqualTo(200);
    Map<?, ?> read = body(ask(links, "r", operation("READ", "topic", "t"), Map.of()));
    assertThat(read).isEqualTo(body(updated));
    assertThat(read.get("retentionMs")).isEqualTo(60_000L);
    assertThat(read.get("maxDeliveries")).isEqualTo(3);
    ask(links, "r", operation("CREATE", "subscription", "t::s"), Map.of("where", "a = 1"));
    Map<String, Object> change = operation("UPDATE", "subscription", "t::s");
    assertThat(body(ask(links, "r", change, Map.of("where", "a = 2"))).get("where"))
        .isEqualTo("a = 2");
    assertThat(body(ask(links, "r", change, Map.of("where", ""))).get("where")).isEqualTo("");
    Map<?, ?> operations = body(ask(links, "r", Map.of("operation", "GET-OPERATIONS"), Map.of()));
    assertThat(operations.values()).allSatisfy(all -> assertThat((List<?>) all).hasSize(5));
  }

  @Test
  void aSubscriptionMayHaveASelector() throws Exception {
    Links links = open(ADMIN, "$management", "r");
    ask(links, "r", operation("CREATE", "topic", "t"), Map.of());
    Map<String, Object> create = operation("CREATE", "subscription", "t::s");
    assertThat(status(ask(links, "r", create, Map.of("where", "weight >")))).isEqualTo(400);
    Message made = ask(links, "r", create, Map.of("where", "weight > 5"));
    assertThat(body(made).get("where")).isEqualTo("weight > 5");
  }

  @Test
  void badRequestsSayWhatIsWrong() throws Exception {
    Links links = open(ADMIN, "$management", "");
    Message reply = ask(links, "$management", operation("CREATE", "queue", "q"), Map.of("x", 1));
    assertThat(status(reply)).isEqualTo(400);
    assertThat(reply.getApplicationProperties().getValue().get("statusDescription").toString())
        .contains("x is not known");
    assertThat(status(ask(links, "$management", operation("READ", "car", "q"), Map.of())))
        .isEqualTo(400);
    assertThat(status(ask(links, "$management", Map.of("operation", "JUMP"), Map.of())))
        .isEqualTo(501);
    assertThat(status(ask(links, "$management", Map.of("operation", "GET-TYPES"), Map.of())))
        .isEqualTo(200);
  }

  @Test
  void whoMayNotIsTold() throws Exception {
    Links links = open(new Principal("user:eve", Set.of()), "$management", "r");
    assertThat(status(ask(links, "r", operation("CREATE", "queue", "q"), Map.of()))).isEqualTo(403);
    assertThat(status(ask(links, "r", operation("READ", "queue", "q"), Map.of()))).isEqualTo(403);
  }

  /** As clients do that make a reply queue of their own. */
  @Test
  void repliesGoToAnyNode() throws Exception {
    Links links = open(ADMIN, "$management", "r");
    ask(links, "r", operation("CREATE", "queue", "answers"), Map.of());
    Links mine = open(ADMIN, "answers", "");
    assertThat(status(ask(mine, "answers", operation("READ", "queue", "answers"), Map.of())))
        .isEqualTo(200);
    node.submit(
        List.of(
            new OwnerCommand.CloseConsumer(links, LinkEnding.CLOSED),
            new OwnerCommand.ClosePublisher(links, LinkEnding.CLOSED)));
  }
}
