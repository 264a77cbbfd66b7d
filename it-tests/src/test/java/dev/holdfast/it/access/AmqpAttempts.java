package dev.holdfast.it.access;

import dev.holdfast.it.wire.AmqpClient;
import dev.holdfast.it.wire.AmqpCoordinator;
import dev.holdfast.it.wire.AmqpReceiver;
import dev.holdfast.it.wire.AmqpSender;
import dev.holdfast.it.wire.ControlLinks;
import dev.holdfast.it.wire.Messages;
import java.io.IOException;
import java.util.Map;
import org.apache.qpid.proton.amqp.Binary;
import org.apache.qpid.proton.amqp.messaging.Accepted;
import org.apache.qpid.proton.amqp.messaging.AmqpValue;
import org.apache.qpid.proton.amqp.messaging.Rejected;
import org.apache.qpid.proton.amqp.transaction.TransactionalState;
import org.apache.qpid.proton.amqp.transport.DeliveryState;
import org.apache.qpid.proton.amqp.transport.ErrorCondition;
import org.apache.qpid.proton.engine.Session;
import org.apache.qpid.proton.message.Message;

/** Tries things over one AMQP connection. */
final class AmqpAttempts implements AutoCloseable {
  private static final int FORBIDDEN = 403;

  private final AmqpClient client;
  private final ControlLinks management;
  private final AmqpCoordinator coordinator;
  private final AmqpSender anonymous;

  AmqpAttempts(AmqpClient client) throws IOException {
    this.client = client;
    this.management = new ControlLinks(client, "$management");
    this.coordinator = client.coordinator();
    this.anonymous = client.sender(null);
  }

  /**
   * Tries it.
   *
   * @param attempt what
   * @return {@link Callers#ALLOWED}, {@link Callers#DENIED}, or what else was answered
   * @throws IOException when the connection ends
   */
  String attempt(Attempt attempt) throws IOException {
    return switch (attempt.door()) {
      case LINK -> link(attempt);
      case ANONYMOUS -> outcome(anonymous.sendAndWait(message(attempt)));
      case TRANSACTION -> transaction(attempt);
      case MANAGEMENT -> manage(attempt);
      case API -> throw new IllegalArgumentException(attempt.toString());
    };
  }

  private String link(Attempt attempt) throws IOException {
    // One session each: what is not closed one by one goes with it.
    Session session = client.begin();
    try {
      if (attempt.operation().equals("send")) {
        AmqpSender sender = client.sender(session, attempt.address());
        if (sender.open()) {
          return outcome(sender.sendAndWait(message(attempt)));
        }
        client.until("the reason", () -> sender.error().getCondition() != null);
        return refusal(sender.error());
      }
      AmqpReceiver receiver =
          attempt.operation().equals("browse")
              ? client.browser(session, attempt.address())
              : client.receiver(session, attempt.address());
      if (receiver.open()) {
        return Callers.ALLOWED;
      }
      client.until("the reason", () -> receiver.error().getCondition() != null);
      return refusal(receiver.error());
    } finally {
      session.close();
      client.pump(0);
    }
  }

  /** Asks for a queue of its own, as for replies; what came of it. */
  String makeDynamic() throws IOException {
    Session session = client.begin();
    try {
      AmqpReceiver receiver = client.dynamicReceiver(session);
      if (receiver.open()) {
        return Callers.ALLOWED;
      }
      client.until("the reason", () -> receiver.error().getCondition() != null);
      return refusal(receiver.error());
    } finally {
      session.close();
      client.pump(0);
    }
  }

  private String transaction(Attempt attempt) throws IOException {
    Binary id = coordinator.declare();
    DeliveryState posted =
        anonymous.sendAndWait(message(attempt), AmqpCoordinator.within(id, null));
    String first =
        outcome(
            posted instanceof TransactionalState state
                ? (DeliveryState) state.getOutcome()
                : posted);
    String last = outcome(coordinator.discharge(id, false));
    return first.equals(Callers.ALLOWED) ? last : first;
  }

  private String manage(Attempt attempt) throws IOException {
    String type =
        switch (attempt.kind()) {
          case QUEUE -> "holdfast:queue";
          case TOPIC -> "holdfast:topic";
          default -> "holdfast:subscription";
        };
    String operation =
        switch (attempt.operation()) {
          case "create" -> "CREATE";
          case "delete" -> "DELETE";
          case "inspect" -> "READ";
          default -> "UPDATE";
        };
    Map<String, Object> change =
        switch (attempt.kind()) {
          case QUEUE -> Map.of("maxMessages", 100L);
          case TOPIC -> Map.of("retentionMs", 1_000L);
          default -> Map.of("where", "a = 1");
        };
    Map<String, Object> body = operation.equals("UPDATE") ? change : Map.of();
    Message answer =
        management.ask(
            Map.of("operation", operation, "type", type, "name", attempt.address()), body);
    Map<String, Object> properties = answer.getApplicationProperties().getValue();
    int status = (int) properties.get("statusCode");
    if (status / 100 == 2) {
      return Callers.ALLOWED;
    }
    return status == FORBIDDEN ? Callers.DENIED : properties.toString();
  }

  private static byte[] message(Attempt attempt) {
    Message message = Message.Factory.create();
    message.setAddress(attempt.address());
    message.setDurable(true);
    message.setBody(new AmqpValue("x"));
    return Messages.encode(message);
  }

  private static String outcome(DeliveryState state) {
    if (state instanceof Accepted) {
      return Callers.ALLOWED;
    }
    return state instanceof Rejected rejected ? refusal(rejected.getError()) : "" + state;
  }

  private static String refusal(ErrorCondition error) {
    boolean denied = "amqp:unauthorized-access".equals("" + error.getCondition());
    return denied ? Callers.DENIED : error.toString();
  }

  @Override
  public void close() {
    client.close();
  }
}
