package dev.holdfast.client;

import dev.holdfast.client.HoldfastException.Reason;
import dev.holdfast.client.wire.EncodedMessage;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * Sends messages to one node. Thread-safe; messages of one thread keep their order, also through a
 * lost connection: what was in flight without an answer is sent again in order. That makes it
 * at-least-once: a message whose answer was lost with the connection may be stored twice ({@link
 * Receipt#attempts} above 1). {@link ProducerBuilder#resend} switches it off.
 *
 * <p>A producer holds a bounded number of messages and bytes that have not been answered; who would
 * go above waits (see {@link ProducerBuilder#maxInFlight}).
 */
public final class Producer implements AutoCloseable {
  private final Holdfast holdfast;
  private final ProducerLink link;
  private final SendWindow window;
  private final String node;
  private final Duration sendTimeout;
  private final AtomicBoolean closed = new AtomicBoolean();

  Producer(Holdfast holdfast, ProducerLink link, SendWindow window, ProducerLink.Settings how) {
    this.holdfast = holdfast;
    this.link = link;
    this.window = window;
    this.node = how.node();
    this.sendTimeout = how.sendTimeout();
  }

  /** Address of the node it sends to. */
  public String node() {
    return node;
  }

  /** Messages admitted and not answered yet. */
  public int inFlight() {
    return window.messages();
  }

  /**
   * Sends a message and waits until the broker has it safe: AMQP outcome {@code accepted}.
   *
   * @throws HoldfastException REJECTED, RESOURCE_LIMIT, NOT_FOUND and so on when the broker
   *     refuses; RELEASED when it gives the message back; MESSAGE_TOO_LARGE; TIMEOUT after the send
   *     timeout (the message may still be stored); CLOSED; INVALID when called from a completion of
   *     {@link #sendAsync}, where waiting would stop all completions
   */
  public Receipt send(Message message) {
    if (holdfast.callbacks().isCurrent()) {
      throw new HoldfastException(
          Reason.INVALID, "send() waits and cannot be called from a callback; use sendAsync()");
    }
    PendingSend pending = admit(message, true);
    try {
      return pending.result.get();
    } catch (ExecutionException failed) {
      throw failed.getCause() instanceof HoldfastException known
          ? known.here()
          : new HoldfastException(Reason.INTERNAL, node + ": " + failed.getCause())
              .causedBy(failed);
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
      throw interrupted(stopped);
    }
  }

  /**
   * Sends a message; the future completes as {@link #send} returns or throws, on the connection's
   * callback thread (use the {@code …Async} methods of the future for work that blocks).
   *
   * <p>Returns at once while there is room in flight, else waits for room up to the send timeout.
   * On the callback thread it never waits: without room the future fails with RESOURCE_LIMIT.
   *
   * @throws HoldfastException INVALID for a message that cannot be encoded; everything else comes
   *     through the future
   */
  public CompletableFuture<Receipt> sendAsync(Message message) {
    try {
      return admit(message, false).result;
    } catch (HoldfastException refused) {
      if (refused.reason() == Reason.INVALID) {
        throw refused;
      }
      return CompletableFuture.failedFuture(refused);
    }
  }

  private PendingSend admit(Message message, boolean blocking) {
    EncodedMessage encoded = MessageCodec.encode(message);
    if (encoded.size() > link.maxMessageBytes()) {
      throw new HoldfastException(
          Reason.MESSAGE_TOO_LARGE,
          node + ": " + encoded.size() + " bytes; the node takes " + link.maxMessageBytes(),
          null,
          node);
    }
    boolean onCallback = holdfast.callbacks().isCurrent();
    try {
      if (!window.acquire(encoded.size(), onCallback ? Duration.ZERO : sendTimeout)) {
        throw onCallback ? SendWindow.full(node) : noRoom();
      }
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
      throw interrupted(stopped);
    }
    @Nullable String id = message.id().orElse(null);
    PendingSend pending = new PendingSend(encoded, id, blocking);
    link.submit(pending);
    return pending;
  }

  private HoldfastException noRoom() {
    return new HoldfastException(
        Reason.TIMEOUT,
        node + ": no room in flight within " + sendTimeout.toMillis() + " ms; it was not sent",
        null,
        node);
  }

  private HoldfastException interrupted(InterruptedException cause) {
    return new HoldfastException(
            Reason.INTERRUPTED, node + ": interrupted; the message may be stored", null, node)
        .causedBy(cause);
  }

  /**
   * Takes no more messages, waits up to the close timeout for the answers to those in flight, fails
   * the rest with CLOSED and detaches the link. Again: nothing.
   *
   * @throws HoldfastException reason INVALID on the callback thread, where it could never end
   */
  @Override
  public void close() {
    if (holdfast.callbacks().isCurrent()) {
      throw new HoldfastException(
          Reason.INVALID, "close() waits for callbacks and cannot be called from one");
    }
    if (!closed.compareAndSet(false, true)) {
      return;
    }
    window.shut(link.life().closedFailure());
    try {
      window.awaitEmpty(holdfast.options().timeouts().close());
      Holdfast.await(link.close(), holdfast.options().timeouts().connect(), node);
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
      link.close();
    } finally {
      holdfast.closed(this);
    }
  }
}
