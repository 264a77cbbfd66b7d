package dev.holdfast.it.wire;

import java.io.IOException;
import org.apache.qpid.proton.amqp.Binary;
import org.apache.qpid.proton.amqp.messaging.AmqpValue;
import org.apache.qpid.proton.amqp.messaging.Outcome;
import org.apache.qpid.proton.amqp.transaction.Declare;
import org.apache.qpid.proton.amqp.transaction.Declared;
import org.apache.qpid.proton.amqp.transaction.Discharge;
import org.apache.qpid.proton.amqp.transaction.TransactionalState;
import org.apache.qpid.proton.amqp.transport.DeliveryState;
import org.apache.qpid.proton.message.Message;
import org.jspecify.annotations.Nullable;

/** A link to the coordinator of transactions; used by its client's thread. */
public final class AmqpCoordinator {
  private final AmqpSender link;

  AmqpCoordinator(AmqpSender link) {
    this.link = link;
  }

  /**
   * Begins a transaction.
   *
   * @return its id
   * @throws IOException when the broker refuses or is gone
   */
  public Binary declare() throws IOException {
    DeliveryState answer = link.sendAndWait(encoded(new Declare()));
    if (answer instanceof Declared declared) {
      return declared.getTxnId();
    }
    throw new IOException("not declared: " + answer);
  }

  /**
   * Ends a transaction.
   *
   * @param transaction its id
   * @param fail true: roll back
   * @return the broker's outcome: accepted, or rejected with the reason
   * @throws IOException when the broker is gone
   */
  public DeliveryState discharge(Binary transaction, boolean fail) throws IOException {
    Discharge discharge = new Discharge();
    discharge.setTxnId(transaction);
    discharge.setFail(fail);
    return link.sendAndWait(encoded(discharge));
  }

  /**
   * The link itself.
   *
   * @return it
   */
  public AmqpSender link() {
    return link;
  }

  /**
   * What makes a message or an outcome part of a transaction.
   *
   * @param transaction its id
   * @param outcome of a delivery, null for a message that is sent
   * @return the state
   */
  public static TransactionalState within(Binary transaction, @Nullable Outcome outcome) {
    TransactionalState state = new TransactionalState();
    state.setTxnId(transaction);
    state.setOutcome(outcome);
    return state;
  }

  private static byte[] encoded(Object request) {
    Message message = Message.Factory.create();
    message.setBody(new AmqpValue(request));
    return Messages.encode(message);
  }
}
