package dev.holdfast.broker.amqp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.holdfast.broker.domain.LinkEnding;
import dev.holdfast.broker.domain.OwnerCommand;
import dev.holdfast.broker.domain.SubscriptionRequest;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.apache.qpid.proton.amqp.Symbol;
import org.apache.qpid.proton.amqp.UnsignedInteger;
import org.apache.qpid.proton.amqp.messaging.Source;
import org.apache.qpid.proton.amqp.messaging.TerminusDurability;
import org.apache.qpid.proton.amqp.messaging.TerminusExpiryPolicy;
import org.apache.qpid.proton.amqp.transport.Attach;
import org.apache.qpid.proton.amqp.transport.Begin;
import org.apache.qpid.proton.amqp.transport.Detach;
import org.apache.qpid.proton.amqp.transport.Flow;
import org.apache.qpid.proton.amqp.transport.Open;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Subscriptions that links name: how they are asked for, found, deleted and taken over. */
class SubscriptionTest {

  static EdgeFixture edge;

  @BeforeAll
  static void start() throws Exception {
    // Two loops: connections that take links from each other are on different ones, in turn.
    edge = new EdgeFixture(AmqpLimits.defaults(), 2, Optional.empty());
  }

  @AfterAll
  static void stop() throws Exception {
    edge.close();
  }

  private final String container = "c-" + UUID.randomUUID();
  private final String topic = "topic-" + UUID.randomUUID();

  private static RawPeer peer(String container) throws Exception {
    RawPeer peer = edge.peer();
    peer.sasl().send(0, RawPeer.openFrame(container));
    peer.expect(Open.class);
    peer.send(0, RawPeer.beginFrame());
    peer.expect(Begin.class);
    return peer;
  }

  private Attach subscriber(String link, boolean durable, String... capabilities) {
    Attach attach = RawPeer.attachFrame(link, 0, false, topic);
    Source source = (Source) attach.getSource();
    if (durable) {
      source.setDurable(TerminusDurability.UNSETTLED_STATE);
      source.setExpiryPolicy(TerminusExpiryPolicy.NEVER);
      source.setDistributionMode(Symbol.getSymbol("copy"));
    }
    Symbol[] symbols = new Symbol[capabilities.length];
    for (int i = 0; i < symbols.length; i++) {
      symbols[i] = Symbol.getSymbol(capabilities[i]);
    }
    source.setCapabilities(symbols);
    return attach;
  }

  private static Attach lookup(String link, String... desired) {
    Attach attach = RawPeer.attachFrame(link, 0, false, null);
    attach.setSource(null);
    Symbol[] symbols = new Symbol[desired.length];
    for (int i = 0; i < symbols.length; i++) {
      symbols[i] = Symbol.getSymbol(desired[i]);
    }
    attach.setDesiredCapabilities(symbols);
    return attach;
  }

  private static Detach detach(boolean closed) {
    Detach detach = new Detach();
    detach.setHandle(UnsignedInteger.ZERO);
    detach.setClosed(closed);
    return detach;
  }

  // ---- asking ----

  @Test
  void subscriptionsAreNamedByTheirLinksAsJmsNamesThem() throws Exception {
    record Case(Attach attach, SubscriptionRequest wanted) {}
    List<Case> cases =
        List.of(
            new Case(
                subscriber("sub", true, "topic"),
                new SubscriptionRequest("sub", true, false, false)),
            new Case(
                subscriber("sub", true, "topic", "shared"),
                new SubscriptionRequest("sub", true, true, false)),
            new Case(
                subscriber("sub|2", true, "topic", "shared"),
                new SubscriptionRequest("sub", true, true, false)),
            new Case(
                subscriber("sub|global", true, "topic", "shared", "global"),
                new SubscriptionRequest("sub", true, true, true)),
            new Case(
                subscriber("sub|global2", true, "shared", "global"),
                new SubscriptionRequest("sub", true, true, true)),
            new Case(
                subscriber("sub|volatile1", false, "topic", "shared"),
                new SubscriptionRequest("sub", false, true, false)),
            new Case(
                subscriber("sub|global-volatile3", false, "topic", "shared", "global"),
                new SubscriptionRequest("sub", false, true, true)));
    for (Case one : cases) {
      edge.domain.seen.clear();
      try (RawPeer peer = peer("c-" + UUID.randomUUID())) {
        Attach reply = peer.send(0, one.attach).expect(Attach.class);
        assertThat(edge.domain.seen(OwnerCommand.OpenConsumer.class))
            .extracting(open -> open.source().subscription())
            .containsExactly(one.wanted);
        Source used = (Source) reply.getSource();
        assertThat(used.getAddress()).isEqualTo(topic);
        if (!one.wanted.global()) {
          assertThat(used.getExpiryPolicy())
              .isEqualTo(
                  one.wanted.durable()
                      ? TerminusExpiryPolicy.NEVER
                      : TerminusExpiryPolicy.LINK_DETACH);
          assertThat(used.getDurable())
              .isEqualTo(
                  one.wanted.durable()
                      ? TerminusDurability.CONFIGURATION
                      : TerminusDurability.NONE);
          assertThat(List.of(used.getCapabilities()).contains(Symbol.getSymbol("shared")))
              .isEqualTo(one.wanted.shared());
        }
      }
    }
  }

  @Test
  void othersAreNotNamedByTheirLinks() throws Exception {
    Attach byAddress = subscriber("sub", true, "topic");
    ((Source) byAddress.getSource()).setAddress(topic + "::billing");
    Attach notForEver = subscriber("sub", true, "topic");
    ((Source) notForEver.getSource()).setExpiryPolicy(TerminusExpiryPolicy.SESSION_END);
    Attach notDurable = subscriber("sub", true, "topic");
    ((Source) notDurable.getSource()).setDurable(TerminusDurability.NONE);
    for (Attach asked :
        List.of(subscriber("s", false, "topic"), byAddress, notForEver, notDurable)) {
      edge.domain.seen.clear();
      try (RawPeer peer = peer(container)) {
        Attach reply = peer.send(0, asked).expect(Attach.class);
        assertThat(edge.domain.seen(OwnerCommand.OpenConsumer.class).get(0).source().subscription())
            .isNull();
        assertThat(((Source) reply.getSource()).getDurable()).isEqualTo(TerminusDurability.NONE);
      }
    }
  }

  @Test
  void aNameOfNothingIsRefused() throws Exception {
    for (Attach asked : List.of(subscriber("|global", true, "shared"), lookup("|2"))) {
      try (RawPeer peer = peer(container)) {
        assertThat(peer.send(0, asked).expect(Attach.class).getSource()).isNull();
        assertThat(peer.expect(Detach.class).getError().getCondition().toString())
            .isEqualTo("amqp:invalid-field");
      }
    }
  }

  // ---- finding and deleting ----

  @Test
  void aLinkWithoutASourceFindsTheSubscriptionAndDeletesItByClosing() throws Exception {
    try (RawPeer peer = peer(container)) {
      peer.send(0, subscriber("sub", true, "topic")).expect(Attach.class);
      peer.send(0, detach(false));
      assertThat(peer.expect(Detach.class).getClosed()).isFalse();
      Attach reply = peer.send(0, lookup("sub")).expect(Attach.class);
      Source found = (Source) reply.getSource();
      assertThat(found.getAddress()).isEqualTo(topic);
      assertThat(found.getExpiryPolicy()).isEqualTo(TerminusExpiryPolicy.NEVER);
      peer.send(0, detach(true));
      Detach deleted = peer.expect(Detach.class);
      assertThat(deleted.getClosed()).isTrue();
      assertThat(deleted.getError()).isNull();
      assertThat(peer.send(0, lookup("sub")).expect(Attach.class).getSource()).isNull();
      assertThat(peer.expect(Detach.class).getError().getCondition().toString())
          .isEqualTo("amqp:not-found");
    }
  }

  @Test
  void theDetachOfADeletionIsAnsweredAfterItAndNotBefore() throws Exception {
    try (RawPeer peer = peer(container)) {
      peer.send(0, subscriber("sub", true, "topic")).expect(Attach.class);
      edge.domain.answerPublishes = false;
      peer.send(0, detach(true));
      Flow echo = RawPeer.flowFrame(null, 0, 0);
      echo.setEcho(true);
      peer.send(0, echo);
      assertThat(peer.next().body()).isInstanceOf(Flow.class);
      edge.domain.releaseAnswers();
      assertThat(peer.expect(Detach.class).getClosed()).isTrue();
      // The handle is free again.
      peer.send(0, subscriber("sub", true, "topic")).expect(Attach.class);
    } finally {
      edge.domain.answerPublishes = true;
    }
  }

  @Test
  void aGlobalSubscriptionIsFoundFromAnywhereAndStaysWhileItHasConsumers() throws Exception {
    String name = "g-" + UUID.randomUUID();
    try (RawPeer consumer = peer(container);
        RawPeer other = peer("c-" + UUID.randomUUID())) {
      consumer
          .send(0, subscriber(name + "|global", true, "topic", "shared", "global"))
          .expect(Attach.class);
      Attach lookup = lookup(name + "|global", "shared", "global");
      assertThat(other.send(0, lookup).expect(Attach.class).getSource()).isNotNull();
      other.send(0, detach(true));
      assertThat(other.expect(Detach.class).getError().getCondition().toString())
          .isEqualTo("amqp:resource-locked");
      consumer.send(0, detach(false)).expect(Detach.class);
      other.send(0, lookup).expect(Attach.class);
      other.send(0, detach(true));
      assertThat(other.expect(Detach.class).getError()).isNull();
    }
  }

  // ---- taking over ----

  @Test
  void theSameContainerTakesItsDurableSubscriptionOver() throws Exception {
    for (int round = 0; round < 10; round++) {
      try (RawPeer first = peer(container);
          RawPeer second = peer(container)) {
        Attach asked = subscriber("sub", true, "topic");
        assertThat(first.send(0, asked).expect(Attach.class).getSource()).isNotNull();
        // Credit that comes with the attach has to reach the domain all the same.
        edge.domain.seen.clear();
        second.send(
            RawPeer.join(
                second.frame(0, 0, asked), second.frame(0, 0, RawPeer.flowFrame(0, 0, 5))));
        assertThat(second.expect(Attach.class).getSource()).isNotNull();
        assertThat(first.expect(Detach.class).getError().getCondition().toString())
            .isEqualTo("amqp:link:stolen");
        await().until(() -> !edge.domain.seen(OwnerCommand.Flow.class).isEmpty());
        assertThat(edge.domain.seen(OwnerCommand.Flow.class).get(0).deliveryLimit()).isEqualTo(5);
        assertThat(edge.domain.seen(OwnerCommand.CloseConsumer.class))
            .extracting(OwnerCommand.CloseConsumer::ending)
            .containsExactly(LinkEnding.DETACHED);
      }
    }
  }

  @Test
  void anotherContainerDoesNot() throws Exception {
    try (RawPeer first = peer(container);
        RawPeer second = peer("c-" + UUID.randomUUID())) {
      first.send(0, subscriber("sub", true, "topic")).expect(Attach.class);
      second.send(0, subscriber("sub", true, "topic")).expect(Attach.class);
      Flow echo = RawPeer.flowFrame(null, 0, 0);
      echo.setEcho(true);
      assertThat(first.send(0, echo).next().body()).isInstanceOf(Flow.class);
    }
  }
}
