package dev.holdfast.broker.amqp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.holdfast.broker.domain.ConsumerPort;
import dev.holdfast.broker.domain.EdgeEvent;
import dev.holdfast.broker.domain.NodeError;
import dev.holdfast.broker.domain.OwnerCommand;
import dev.holdfast.broker.domain.PublishAnswer;
import dev.holdfast.broker.domain.PublisherPort;
import java.util.List;
import java.util.Map;
import org.apache.qpid.proton.amqp.Symbol;
import org.apache.qpid.proton.amqp.UnsignedLong;
import org.apache.qpid.proton.amqp.messaging.Rejected;
import org.apache.qpid.proton.amqp.transport.Attach;
import org.apache.qpid.proton.amqp.transport.Detach;
import org.apache.qpid.proton.amqp.transport.Disposition;
import org.apache.qpid.proton.amqp.transport.ErrorCondition;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What peers are told when the domain ends a link or refuses a message. */
class ExpelTest {

  /** Conditions by kinds of refusals, as clients know them. */
  private static final Map<NodeError.Code, String> CONDITIONS =
      Map.ofEntries(
          Map.entry(NodeError.Code.NOT_FOUND, "amqp:not-found"),
          Map.entry(NodeError.Code.UNAUTHORIZED, "amqp:unauthorized-access"),
          Map.entry(NodeError.Code.RESOURCE_LIMIT_EXCEEDED, "amqp:resource-limit-exceeded"),
          Map.entry(NodeError.Code.CONFLICT, "amqp:illegal-state"),
          Map.entry(NodeError.Code.LOCKED, "amqp:resource-locked"),
          Map.entry(NodeError.Code.NOT_ALLOWED, "amqp:not-allowed"),
          Map.entry(NodeError.Code.PRECONDITION_FAILED, "amqp:precondition-failed"),
          Map.entry(NodeError.Code.DUPLICATE, "holdfast:duplicate"),
          Map.entry(NodeError.Code.UNKNOWN_TRANSACTION, "amqp:transaction:unknown-id"),
          Map.entry(NodeError.Code.TRANSACTION_ROLLBACK, "amqp:transaction:rollback"),
          Map.entry(NodeError.Code.TRANSACTION_TIMEOUT, "amqp:transaction:timeout"),
          Map.entry(NodeError.Code.INVALID, "amqp:invalid-field"),
          Map.entry(NodeError.Code.MESSAGE_TOO_LARGE, "amqp:link:message-size-exceeded"),
          Map.entry(NodeError.Code.DELETED, "amqp:resource-deleted"),
          Map.entry(NodeError.Code.FORCED, "amqp:link:detach-forced"),
          Map.entry(NodeError.Code.NOT_IMPLEMENTED, "amqp:not-implemented"),
          Map.entry(NodeError.Code.INTERNAL, "amqp:internal-error"));

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

  private static void assertEnded(RawPeer peer, NodeError.Code code) throws Exception {
    Detach detach = peer.skipTo(Detach.class);
    assertThat(detach.getClosed()).isTrue();
    assertThat(detach.getError().getCondition().toString()).isEqualTo(CONDITIONS.get(code));
    assertThat(detach.getError().getDescription()).isEqualTo("because");
    // The handle is free once the peer has answered, and the session lives.
    Detach answer = new Detach();
    answer.setHandle(detach.getHandle());
    answer.setClosed(true);
    peer.send(0, answer).send(0, RawPeer.attachFrame("next", 0, false, "fine"));
    assertThat(peer.expect(Attach.class).getSource()).isNotNull();
  }

  @Test
  void everyKindOfRefusalHasItsCondition() {
    assertThat(CONDITIONS).containsOnlyKeys(NodeError.Code.values());
  }

  @Test
  void consumersAreEndedByTheDomain() throws Exception {
    for (NodeError.Code code : NodeError.Code.values()) {
      edge.domain.seen.clear();
      try (RawPeer peer = edge.peer()) {
        peer.receiver("q");
        ConsumerPort port = edge.domain.seen(OwnerCommand.OpenConsumer.class).get(0).port();
        edge.domain.say(
            port.loop(), new EdgeEvent.ConsumerClosed(port, new NodeError(code, "because")));
        assertEnded(peer, code);
        // It is the domain that ended it, and needs no news of it.
        assertThat(edge.domain.seen(OwnerCommand.CloseConsumer.class))
            .noneMatch(close -> close.port() == port);
      }
    }
  }

  @Test
  void publishersAreEndedByTheDomain() throws Exception {
    for (NodeError.Code code :
        List.of(NodeError.Code.UNAUTHORIZED, NodeError.Code.DELETED, NodeError.Code.FORCED)) {
      edge.domain.seen.clear();
      try (RawPeer peer = edge.peer()) {
        peer.sender("q");
        PublisherPort port = edge.domain.seen(OwnerCommand.OpenPublisher.class).get(0).port();
        edge.domain.say(
            port.loop(), new EdgeEvent.PublisherClosed(port, new NodeError(code, "because")));
        assertEnded(peer, code);
        assertThat(edge.domain.seen(OwnerCommand.ClosePublisher.class))
            .noneMatch(close -> close.port() == port);
      }
    }
  }

  @Test
  void aDuplicateIsReportedWithItsFirstCopysSequence() throws Exception {
    edge.domain.answerPublishes = false;
    try (RawPeer peer = edge.peer()) {
      peer.sender("q").send(0, RawPeer.transferFrame(0, 0), RawPeer.data(5));
      await().until(() -> edge.domain.seen(OwnerCommand.Publish.class).size() == 1);
      OwnerCommand.Publish publish = edge.domain.seen(OwnerCommand.Publish.class).get(0);
      edge.domain.say(
          publish.port().loop(),
          new EdgeEvent.Published(
              publish.port(),
              List.of(
                  new PublishAnswer(
                      publish.token(), 4711, new NodeError(NodeError.Code.DUPLICATE, "again")))));
      Disposition answer = peer.skipTo(Disposition.class);
      ErrorCondition error = ((Rejected) answer.getState()).getError();
      assertThat(error.getCondition().toString()).isEqualTo("holdfast:duplicate");
      assertThat(error.getInfo().get(Symbol.getSymbol("sequence")))
          .isEqualTo(UnsignedLong.valueOf(4711));
    } finally {
      edge.domain.run(edge.domain.heldAnswers::clear);
      edge.domain.answerPublishes = true;
    }
  }
}
