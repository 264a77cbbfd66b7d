package dev.holdfast.client;

import dev.holdfast.client.HoldfastException.Reason;
import dev.holdfast.client.wire.EncodedMessage;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Sends messages to one node. Thread-safe; messages of one thread keep their order, also through a
 * lost connection: what was in flight without an answer is sent again in order, and stored once,
 * because every message carries an idempotency key: the application's or an automatic one ({@link
 * ProducerBuilder#automaticKeys}). Without keys it is at-least-once: a message whose answer was
 * lost with the connection may be stored twice. {@link ProducerBuilder#resend} switches it off.
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
  private final @Nullable String keyPrefix;
  private final AtomicLong keys = new AtomicLong();
  private final AtomicBoolean closed = new AtomicBoolean();

  Producer(Holdfast holdfast, ProducerLink link, SendWindow window, ProducerLink.Settings how) {
    this.holdfast = holdfast;
    this.link = link;
    this.window = window;
    this.node = how.node();
    this.sendTimeout = how.sendTimeout();
    this.keyPrefix = how.keyPrefix();
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
    return send(message, automaticKey(message));
  }

  /**
   * Sends a message under an idempotency key and waits, as {@link #send(Message)} does: within the
   * node's idempotency window it is stored once however often it is sent, also by other processes.
   * The receipt says when it had been stored before ({@link Receipt#duplicate}).
   *
   * @param key any text that is the same for the same message, for example an order's number; null
   *     sends without one
   * @throws HoldfastException as {@link #send(Message)}; REJECTED also when another message with
   *     this key and a different body is stored
   */
  public Receipt send(Message message, @Nullable String key) {
    if (holdfast.callbacks().isCurrent()) {
      throw new HoldfastException(
          Reason.INVALID, "send() waits and cannot be called from a callback; use sendAsync()");
    }
    PendingSend pending = admit(message, key, true);
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
    return sendAsync(message, automaticKey(message));
  }

  /**
   * Sends a message under an idempotency key, as {@link #send(Message, String)} and {@link
   * #sendAsync(Message)} say.
   *
   * @param key null sends without one
   */
  public CompletableFuture<Receipt> sendAsync(Message message, @Nullable String key) {
    try {
      return admit(message, key, false).result;
    } catch (HoldfastException refused) {
      if (refused.reason() == Reason.INVALID) {
        throw refused;
      }
      return CompletableFuture.failedFuture(refused);
    }
  }

  private @Nullable String automaticKey(Message message) {
    return keyPrefix == null || message.annotations().containsKey(Message.IDEMPOTENCY_KEY)
        ? null
        : keyPrefix + keys.incrementAndGet();
  }

  private PendingSend admit(Message message, @Nullable String key, boolean blocking) {
    EncodedMessage encoded = MessageCodec.encode(message, key);
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
