package dev.holdfast.broker.amqp;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.broker.domain.DynamicNode;
import dev.holdfast.broker.domain.DynamicNode.Lifetime;
import dev.holdfast.broker.domain.NodeKind;
import dev.holdfast.broker.domain.OwnerCommand;
import dev.holdfast.broker.domain.SourceRequest;
import dev.holdfast.broker.domain.TargetRequest;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.qpid.proton.amqp.Symbol;
import org.apache.qpid.proton.amqp.UnsignedByte;
import org.apache.qpid.proton.amqp.UnsignedInteger;
import org.apache.qpid.proton.amqp.messaging.DeleteOnClose;
import org.apache.qpid.proton.amqp.messaging.DeleteOnNoLinks;
import org.apache.qpid.proton.amqp.messaging.DeleteOnNoLinksOrMessages;
import org.apache.qpid.proton.amqp.messaging.DeleteOnNoMessages;
import org.apache.qpid.proton.amqp.messaging.Source;
import org.apache.qpid.proton.amqp.messaging.Target;
import org.apache.qpid.proton.amqp.transport.Attach;
import org.apache.qpid.proton.amqp.transport.Detach;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What sources and targets ask for, as the domain hears it, and what the reply says of them. */
class TerminusTest {

  static EdgeFixture edge;

  @BeforeAll
  static void start() throws Exception {
    edge = new EdgeFixture(AmqpLimits.defaults());
  }

  @AfterAll
  static void stop() throws Exception {
    edge.close();
  }

  @BeforeEach
  void forget() {
    edge.domain.seen.clear();
  }

  private static Symbol symbol(String name) {
    return Symbol.getSymbol(name);
  }

  private static Attach attach(Attach asked) throws Exception {
    try (RawPeer peer = edge.peer()) {
      return peer.begin().send(0, asked).expect(Attach.class);
    }
  }

  private static String mode(Attach asked) throws Exception {
    return ((Source) attach(asked).getSource()).getDistributionMode().toString();
  }

  private static SourceRequest wanted() {
    List<OwnerCommand.OpenConsumer> opened = edge.domain.seen(OwnerCommand.OpenConsumer.class);
    return opened.get(opened.size() - 1).source();
  }

  private static TargetRequest wantedTarget() {
    List<OwnerCommand.OpenPublisher> opened = edge.domain.seen(OwnerCommand.OpenPublisher.class);
    return opened.get(opened.size() - 1).target();
  }

  private static void refused(Attach asked, String condition) throws Exception {
    try (RawPeer peer = edge.peer()) {
      peer.begin().send(0, asked).expect(Attach.class);
      Detach detach = peer.expect(Detach.class);
      assertThat(detach.getError().getCondition().toString()).isEqualTo(condition);
    }
  }

  // ---- kinds ----

  @Test
  void capabilitiesSayTheKindAndTheReplySaysTheRealOne() throws Exception {
    Map<String, NodeKind> kinds =
        Map.of(
            "queue",
            NodeKind.QUEUE,
            "temporary-queue",
            NodeKind.QUEUE,
            "topic",
            NodeKind.TOPIC,
            "temporary-topic",
            NodeKind.TOPIC);
    for (Map.Entry<String, NodeKind> entry : kinds.entrySet()) {
      Attach source = RawPeer.attachFrame("r", 0, false, "a.topic");
      ((Source) source.getSource()).setCapabilities(symbol(entry.getKey()), symbol("other"));
      Source used = (Source) attach(source).getSource();
      assertThat(wanted().kind()).isEqualTo(entry.getValue());
      assertThat(used.getCapabilities()).containsExactly(symbol("topic"));
      Attach target = RawPeer.attachFrame("s", 0, true, "a.queue");
      ((Target) target.getTarget()).setCapabilities(symbol(entry.getKey()));
      Target usedTarget = (Target) attach(target).getTarget();
      assertThat(wantedTarget().kind()).isEqualTo(entry.getValue());
      assertThat(usedTarget.getCapabilities()).containsExactly(symbol("queue"));
    }
    Attach anonymous = RawPeer.attachFrame("s", 0, true, null);
    assertThat(((Target) attach(anonymous).getTarget()).getCapabilities()).isNull();
    assertThat(wantedTarget().anonymous()).isTrue();
    Attach both = RawPeer.attachFrame("r", 0, false, "x");
    ((Source) both.getSource()).setCapabilities(symbol("queue"), symbol("topic"));
    refused(both, "amqp:invalid-field");
  }

  @Test
  void copyIsBrowsingOnQueuesAndTheWayOfTopics() throws Exception {
    Attach queue = RawPeer.attachFrame("r", 0, false, "a.queue");
    assertThat(mode(queue)).isEqualTo("move");
    assertThat(wanted().selection().browse()).isFalse();
    ((Source) queue.getSource()).setDistributionMode(symbol("copy"));
    assertThat(mode(queue)).isEqualTo("copy");
    assertThat(wanted().selection().browse()).isTrue();
    Attach topic = RawPeer.attachFrame("r", 0, false, "a.topic");
    assertThat(mode(topic)).isEqualTo("copy");
  }

  // ---- dynamic nodes ----

  @Test
  void dynamicNodesComeWithAllLifetimes() throws Exception {
    Map<Lifetime, Object> policies =
        Map.of(
            Lifetime.DELETE_ON_CLOSE,
            DeleteOnClose.getInstance(),
            Lifetime.DELETE_ON_NO_LINKS,
            DeleteOnNoLinks.getInstance(),
            Lifetime.DELETE_ON_NO_MESSAGES,
            DeleteOnNoMessages.getInstance(),
            Lifetime.DELETE_ON_NO_LINKS_OR_MESSAGES,
            DeleteOnNoLinksOrMessages.getInstance());
    for (Map.Entry<Lifetime, Object> policy : policies.entrySet()) {
      Map<Symbol, Object> properties = Map.of(symbol("lifetime-policy"), policy.getValue());
      Attach asked = RawPeer.attachFrame("r", 0, false, null);
      Source source = (Source) asked.getSource();
      source.setDynamic(true);
      source.setDynamicNodeProperties(properties);
      Source used = (Source) attach(asked).getSource();
      assertThat(wanted().dynamic()).isEqualTo(new DynamicNode(NodeKind.QUEUE, policy.getKey()));
      assertThat(used.getAddress()).startsWith("dynamic-");
      assertThat(used.getDynamic()).isTrue();
      assertThat(used.getCapabilities()).containsExactly(symbol("temporary-queue"));
      assertThat(used.getDynamicNodeProperties().get(symbol("lifetime-policy")))
          .isInstanceOf(policy.getValue().getClass());
    }
  }

  @Test
  void aSenderToADynamicTargetMakesTemporaryDestinationsAsJmsWantsThem() throws Exception {
    Attach asked = RawPeer.attachFrame("qpid-jms:temp-topic-creator:1", 0, true, null);
    Target target = (Target) asked.getTarget();
    target.setDynamic(true);
    target.setCapabilities(symbol("temporary-topic"));
    target.setDynamicNodeProperties(Map.of(symbol("lifetime-policy"), DeleteOnClose.getInstance()));
    Target used = (Target) attach(asked).getTarget();
    assertThat(wantedTarget().dynamic())
        .isEqualTo(new DynamicNode(NodeKind.TOPIC, Lifetime.DELETE_ON_CLOSE));
    assertThat(wantedTarget().anonymous()).isFalse();
    assertThat(used.getAddress()).startsWith("dynamic-");
    assertThat(used.getCapabilities()).containsExactly(symbol("temporary-topic"));
  }

  @Test
  void withoutAPolicyADynamicNodeGoesWithItsLinkAndAnUnknownPolicyIsRefused() throws Exception {
    Attach asked = RawPeer.attachFrame("r", 0, false, null);
    Source source = (Source) asked.getSource();
    source.setDynamic(true);
    Source used = (Source) attach(asked).getSource();
    assertThat(used.getDynamicNodeProperties().get(symbol("lifetime-policy")))
        .isInstanceOf(DeleteOnClose.class);
    source.setDynamicNodeProperties(Map.of(symbol("lifetime-policy"), "forever"));
    refused(asked, "amqp:invalid-field");
  }

  // ---- turns ----

  @Test
  void priorityAndExclusivityAreReadAndAnswered() throws Exception {
    Map<Map<Symbol, Object>, SourceRequest.Turn> cases = new HashMap<>();
    cases.put(Map.of(symbol("priority"), 7), new SourceRequest.Turn(7, false));
    cases.put(Map.of(symbol("priority"), (byte) -3), new SourceRequest.Turn(-3, false));
    cases.put(
        Map.of(symbol("rabbitmq:priority"), UnsignedByte.valueOf((byte) 9)),
        new SourceRequest.Turn(9, false));
    cases.put(Map.of(symbol("exclusive"), true), new SourceRequest.Turn(0, true));
    cases.put(Map.of(symbol("unknown"), "x"), SourceRequest.Turn.ORDINARY);
    for (Map.Entry<Map<Symbol, Object>, SourceRequest.Turn> entry : cases.entrySet()) {
      Attach asked = RawPeer.attachFrame("r", 0, false, "q");
      asked.setProperties(entry.getKey());
      Map<?, ?> answered = attach(asked).getProperties();
      assertThat(wanted().turn()).isEqualTo(entry.getValue());
      if (entry.getValue().equals(SourceRequest.Turn.ORDINARY)) {
        assertThat((Object) answered).isNull();
      } else {
        assertThat(answered.get(symbol("priority"))).isEqualTo(entry.getValue().priority());
        assertThat(answered.get(symbol("exclusive"))).isEqualTo(entry.getValue().exclusive());
      }
    }
    Attach asked = RawPeer.attachFrame("r", 0, false, "q");
    ((Source) asked.getSource()).setCapabilities(symbol("exclusive"));
    assertThat(((Source) attach(asked).getSource()).getCapabilities())
        .containsExactly(symbol("queue"), symbol("exclusive"));
    assertThat(wanted().turn().exclusive()).isTrue();
  }

  @Test
  void prioritiesAndExclusivityOfTheWrongTypeAreRefused() throws Exception {
    for (Map<Symbol, Object> properties :
        List.<Map<Symbol, Object>>of(
            Map.of(symbol("priority"), "high"),
            Map.of(symbol("priority"), 1.5),
            Map.of(symbol("priority"), 1L << 40),
            Map.of(symbol("priority"), UnsignedInteger.MAX_VALUE),
            Map.of(symbol("exclusive"), "yes"))) {
      Attach asked = RawPeer.attachFrame("r", 0, false, "q");
      asked.setProperties(properties);
      refused(asked, "amqp:invalid-field");
    }
  }

  // ---- link capabilities ----

  @Test
  void desiredLinkCapabilitiesAreOfferedWhenTheyHold() throws Exception {
    Attach sender = RawPeer.attachFrame("s", 0, true, "q");
    sender.setDesiredCapabilities(
        symbol("holdfast:duplicate-report"), symbol("other"), symbol("DELAYED_DELIVERY"));
    assertThat(attach(sender).getOfferedCapabilities())
        .containsExactlyInAnyOrder(symbol("holdfast:duplicate-report"), symbol("DELAYED_DELIVERY"));
    assertThat(wantedTarget().duplicateReport()).isTrue();
    Attach receiver = RawPeer.attachFrame("r", 0, false, "q");
    receiver.setDesiredCapabilities(symbol("holdfast:duplicate-report"));
    assertThat(attach(receiver).getOfferedCapabilities()).isNull();
  }
}
