package dev.holdfast.it.wire;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.function.BiConsumer;
import org.apache.qpid.proton.amqp.messaging.Source;
import org.apache.qpid.proton.amqp.transport.DeliveryState;
import org.apache.qpid.proton.amqp.transport.ErrorCondition;
import org.apache.qpid.proton.amqp.transport.SenderSettleMode;
import org.apache.qpid.proton.amqp.transport.Target;
import org.apache.qpid.proton.engine.Delivery;
import org.apache.qpid.proton.engine.EndpointState;
import org.apache.qpid.proton.engine.Sender;
import org.jspecify.annotations.Nullable;

/** A sending link; used by its client's thread. */
public final class AmqpSender {
  private final AmqpClient client;
  private final Sender link;
  private BiConsumer<Object, DeliveryState> onAnswer = (token, state) -> {};
  private long nextTag;

  AmqpSender(AmqpClient client, Sender link, Target target) {
    this.client = client;
    this.link = link;
    link.setTarget(target);
    link.setSource(new Source());
    link.setSenderSettleMode(SenderSettleMode.UNSETTLED);
    link.setContext(this);
    link.open();
  }

  /**
   * Whom to tell the broker's answers.
   *
   * @param listener gets the message's token and the broker's outcome
   */
  public void onAnswer(BiConsumer<Object, DeliveryState> listener) {
    onAnswer = listener;
  }

  /**
   * Messages the broker is ready to take now.
   *
   * @return the credit left
   */
  public int credit() {
    return link.getCredit();
  }

  /**
   * Hands a message to the engine; the next pump sends it.
   *
   * @param token comes back with the answer
   * @param encoded every section
   */
  public void send(Object token, byte[] encoded) {
    send(token, encoded, null);
  }

  /**
   * Hands a message to the engine, with a state to travel with it.
   *
   * @param token comes back with the answer
   * @param encoded every section
   * @param state as {@link AmqpCoordinator#within}, null for none
   */
  public void send(Object token, byte[] encoded, @Nullable DeliveryState state) {
    Delivery delivery = link.delivery(Long.toString(nextTag++).getBytes(StandardCharsets.US_ASCII));
    delivery.setContext(token);
    if (state != null) {
      delivery.disposition(state);
    }
    link.send(encoded, 0, encoded.length);
    link.advance();
  }

  /**
   * Hands a part of a message to the engine, which never gets the end of it.
   *
   * @param part bytes
   */
  public void sendPart(byte[] part) {
    if (link.current() == null) {
      link.delivery(Long.toString(nextTag++).getBytes(StandardCharsets.US_ASCII));
    }
    link.send(part, 0, part.length);
  }

  /**
   * Ends the message whose parts were handed over.
   *
   * @param token comes back with the answer
   */
  public void endParts(Object token) {
    link.current().setContext(token);
    link.advance();
  }

  /**
   * What the engine holds back of an unfinished message, because the broker's window is shut.
   *
   * @return bytes
   */
  public int unsent() {
    return link.current() == null ? 0 : link.current().pending();
  }

  /**
   * Sends one message and waits for its answer.
   *
   * @param encoded every section
   * @return the broker's outcome
   * @throws IOException when the connection or the link ends first
   */
  public DeliveryState sendAndWait(byte[] encoded) throws IOException {
    return sendAndWait(encoded, null);
  }

  /**
   * Sends one message with a state and waits for its answer.
   *
   * @param encoded every section
   * @param sent as {@link AmqpCoordinator#within}, null for none
   * @return the broker's outcome
   * @throws IOException when the connection or the link ends first
   */
  public DeliveryState sendAndWait(byte[] encoded, @Nullable DeliveryState sent)
      throws IOException {
    client.until("credit", () -> credit() > 0 || !open());
    if (!open()) {
      throw new IOException("the link is gone: " + error());
    }
    DeliveryState[] answer = new DeliveryState[1];
    Object token = new Object();
    onAnswer(
        (answered, state) -> {
          if (answered == token) {
            answer[0] = state;
          }
        });
    send(token, encoded, sent);
    client.until("the answer to a message", () -> answer[0] != null || !open());
    if (answer[0] == null) {
      throw new IOException("the link is gone: " + error());
    }
    return answer[0];
  }

  /**
   * Whether the broker holds the link open with a target.
   *
   * @return false once it refused or detached
   */
  public boolean open() {
    return link.getRemoteState() == EndpointState.ACTIVE && link.getRemoteTarget() != null;
  }

  /**
   * Why the broker detached.
   *
   * @return its condition, empty when none
   */
  public ErrorCondition error() {
    ErrorCondition condition = link.getRemoteCondition();
    return condition == null ? new ErrorCondition() : condition;
  }

  boolean answered() {
    // A refusal is an attach without target, followed by a detach that says why.
    return link.getRemoteState() == EndpointState.CLOSED
        || (link.getRemoteState() == EndpointState.ACTIVE && link.getRemoteTarget() != null);
  }

  void onDelivery(Delivery delivery) {
    DeliveryState state = delivery.getRemoteState();
    if (state != null || delivery.remotelySettled()) {
      Object token = delivery.getContext();
      delivery.settle();
      onAnswer.accept(token, state);
    }
  }
}
