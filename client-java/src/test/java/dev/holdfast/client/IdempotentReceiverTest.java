package dev.holdfast.client;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.client.jdbc.IdempotentReceiver;
import dev.holdfast.client.jdbc.Inbox;
import dev.holdfast.client.jdbc.InboxKey;
import dev.holdfast.client.jdbc.MessageRejected;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.qpid.proton.amqp.Symbol;
import org.apache.qpid.proton.amqp.messaging.Accepted;
import org.apache.qpid.proton.amqp.messaging.MessageAnnotations;
import org.apache.qpid.proton.amqp.messaging.Modified;
import org.apache.qpid.proton.amqp.messaging.Rejected;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class IdempotentReceiverTest {
  private final List<InboxKey> known = new CopyOnWriteArrayList<>();
  private final List<String> handled = new CopyOnWriteArrayList<>();
  private ScriptedPeer peer;
  private Holdfast holdfast;

  @BeforeEach
  void connect() throws Exception {
    peer = new ScriptedPeer();
    holdfast = Holdfast.connect(peer.uri());
  }

  @AfterEach
  void close() throws Exception {
    holdfast.close();
    peer.close();
  }

  @Test
  void aMessageThatComesAgainIsAcceptedWithoutTheHandler() throws Exception {
    holdfast.consumer("orders", receiver());
    peer.deliver(message("17", "order-17"));
    peer.deliver(message("18", "order-17"));
    peer.deliver(message("17", null));
    peer.deliver(message("17", null));

    Awaitility.await().until(() -> peer.outcomes.size() == 4);
    assertThat(peer.outcomes).allMatch(Accepted.class::isInstance);
    assertThat(handled).containsExactly("17", "17");
    assertThat(known)
        .containsExactly(
            new InboxKey("orders", "key", "order-17"), new InboxKey("orders", "id", "17"));
  }

  @Test
  void itIsAcceptedAfterTheCommitOnly() throws Exception {
    AtomicReference<Delivery> current = new AtomicReference<>();
    List<Boolean> settledAtCommit = new CopyOnWriteArrayList<>();
    Inbox<String> inbox =
        (key, effect) -> {
          effect.apply("transaction");
          settledAtCommit.add(current.get().isSettled());
          return true;
        };
    IdempotentReceiver<String> receiver =
        IdempotentReceiver.<String>of(inbox, (transaction, message) -> {})
            .withKeys(
                delivery -> {
                  current.set(delivery);
                  return InboxKey.of(delivery);
                });
    holdfast.consumer("orders", receiver);
    peer.deliver(message("17", null));

    Awaitility.await().until(() -> peer.outcomes.size() == 1);
    assertThat(settledAtCommit).containsExactly(false);
  }

  @Test
  void whatTheHandlerThrowsDecides() throws Exception {
    holdfast.consumer("orders", receiver());
    peer.deliver(message("fail", null));
    peer.deliver(message("refuse", null));

    Awaitility.await().until(() -> peer.outcomes.size() == 2);
    assertThat(((Modified) peer.outcomes.get(0)).getDeliveryFailed()).isTrue();
    assertThat(((Rejected) peer.outcomes.get(1)).getError().getDescription())
        .isEqualTo("no customer");
    assertThat(known).isEmpty();
  }

  @Test
  void aMessageWithoutAKeyIsRejectedUnlessTheApplicationKnowsOne() throws Exception {
    holdfast.consumer("orders", receiver());
    peer.deliver(message(null, null));
    Awaitility.await().until(() -> peer.outcomes.size() == 1);
    assertThat(((Rejected) peer.outcomes.get(0)).getError().getDescription())
        .contains("neither idempotency key nor message-id");

    holdfast.consumer(
        "orders",
        receiver().withKeys(d -> Optional.of(new InboxKey("o", "b", d.message().bodyAsText()))));
    peer.deliver(message(null, null));
    Awaitility.await().until(() -> peer.outcomes.size() == 2);
    assertThat(peer.outcomes.get(1)).isInstanceOf(Accepted.class);
    assertThat(known).containsExactly(new InboxKey("o", "b", "text"));
  }

  /** Keeps keys in memory; what an effect throws leaves none. */
  private IdempotentReceiver<String> receiver() {
    Inbox<String> inbox =
        (key, effect) -> {
          if (known.contains(key)) {
            return false;
          }
          effect.apply("transaction");
          return known.add(key);
        };
    return IdempotentReceiver.of(
        inbox,
        (transaction, message) -> {
          assertThat(transaction).isEqualTo("transaction");
          String id = message.id().orElse("none");
          switch (id) {
            case "fail" -> throw new IllegalStateException("no stock");
            case "refuse" -> throw new MessageRejected("no customer");
            default -> handled.add(id);
          }
        });
  }

  private static org.apache.qpid.proton.message.Message message(String id, String key) {
    org.apache.qpid.proton.message.Message message = ReceiveTest.text("text");
    message.setMessageId(id);
    if (key != null) {
      message.setMessageAnnotations(
          new MessageAnnotations(Map.of(Symbol.valueOf("x-opt-idempotency-key"), key)));
    }
    return message;
  }
}
