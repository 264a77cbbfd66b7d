package dev.holdfast.it.wire;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.TimeUnit;
import org.apache.qpid.proton.amqp.Symbol;
import org.apache.qpid.proton.amqp.messaging.Accepted;
import org.apache.qpid.proton.amqp.messaging.Source;
import org.apache.qpid.proton.amqp.messaging.Target;
import org.apache.qpid.proton.amqp.transport.DeliveryState;
import org.apache.qpid.proton.amqp.transport.ErrorCondition;
import org.apache.qpid.proton.amqp.transport.SenderSettleMode;
import org.apache.qpid.proton.engine.Delivery;
import org.apache.qpid.proton.engine.EndpointState;
import org.apache.qpid.proton.engine.Receiver;
import org.jspecify.annotations.Nullable;

/** A receiving link; used by its client's thread. */
public final class AmqpReceiver {
  private final AmqpClient client;
  private final Receiver link;
  private final Queue<Received> arrived = new ArrayDeque<>();
  private @Nullable Parts parts;

  /** Takes messages as they come, in whatever pieces. */
  @FunctionalInterface
  public interface Parts {
    /**
     * A piece of the message that is coming; of one whose last piece this is, the delivery too.
     *
     * @param bytes the piece
     * @param whole null: more follow
     */
    void piece(byte[] bytes, @Nullable Received whole);
  }

  /**
   * From now on messages are not gathered.
   *
   * @param listener gets them
   */
  public void onParts(Parts listener) {
    parts = listener;
  }

  AmqpReceiver(AmqpClient client, Receiver link, Source source) {
    this.client = client;
    this.link = link;
    link.setSource(source);
    link.setTarget(new Target());
    link.setSenderSettleMode(SenderSettleMode.UNSETTLED);
    link.setContext(this);
    link.open();
  }

  /**
   * A message that is ours until it is settled.
   *
   * @param delivery the engine's handle
   * @param bytes every section
   */
  public record Received(Delivery delivery, byte[] bytes) {
    /**
     * Tells the broker that it is done.
     *
     * @param outcome accepted, released…
     */
    public void settle(DeliveryState outcome) {
      delivery.disposition(outcome);
      delivery.settle();
    }

    /** Settles it as accepted. */
    public void accept() {
      settle(Accepted.getInstance());
    }
  }

  /**
   * Asks for more messages.
   *
   * @param credit how many more
   */
  public void flow(int credit) {
    link.flow(credit);
  }

  /**
   * Messages asked for and not come yet.
   *
   * @return the credit left
   */
  public int credit() {
    return link.getCredit() - link.getQueued();
  }

  /**
   * A message that has arrived.
   *
   * @return the oldest one, empty when none is here
   */
  public Optional<Received> poll() {
    return Optional.ofNullable(arrived.poll());
  }

  /**
   * Waits for a message, with one credit when there is none.
   *
   * @param millis to wait at most
   * @return the message, empty when none came
   * @throws IOException when the connection ends
   */
  public Optional<Received> receive(long millis) throws IOException {
    if (arrived.isEmpty() && link.getCredit() == 0) {
      flow(1);
    }
    long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
    while (arrived.isEmpty() && System.nanoTime() < deadline) {
      client.pump(20);
    }
    return poll();
  }

  /**
   * Has the broker send what it has and give the rest of the credit back.
   *
   * @param credit to ask for
   * @throws IOException when the connection ends
   */
  public void drain(int credit) throws IOException {
    link.drain(credit);
    client.until("the end of a drain", () -> !link.draining());
    link.setDrain(false);
  }

  /**
   * Whether the broker holds the link open with a source.
   *
   * @return false once it refused or detached
   */
  public boolean open() {
    return link.getRemoteState() == EndpointState.ACTIVE && link.getRemoteSource() != null;
  }

  /**
   * What the broker says of the link.
   *
   * @return its properties, maybe none
   */
  public Map<Symbol, Object> properties() {
    Map<Symbol, Object> properties = link.getRemoteProperties();
    return properties == null ? Map.of() : properties;
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
    return link.getRemoteState() == EndpointState.CLOSED || open();
  }

  void onDelivery(Delivery delivery) {
    if (parts != null && !delivery.isAborted()) {
      byte[] piece = new byte[delivery.available()];
      link.recv(piece, 0, piece.length);
      boolean whole = !delivery.isPartial();
      if (whole) {
        link.advance();
      }
      parts.piece(piece, whole ? new Received(delivery, piece) : null);
      return;
    }
    if (delivery.isAborted() || !delivery.isReadable() || delivery.isPartial()) {
      return;
    }
    byte[] bytes = new byte[delivery.available()];
    link.recv(bytes, 0, bytes.length);
    link.advance();
    arrived.add(new Received(delivery, bytes));
  }
}
