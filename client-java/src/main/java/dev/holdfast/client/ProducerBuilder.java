package dev.holdfast.client;

import dev.holdfast.client.HoldfastException.Reason;
import java.time.Duration;
import java.util.UUID;

/** Options of a producer. Not thread-safe. */
public final class ProducerBuilder {
  private static final int DEFAULT_IN_FLIGHT = 1_000;
  private static final long DEFAULT_BYTES = 64L * 1024 * 1024;

  private final Holdfast holdfast;
  private final String node;
  private int maxInFlight = DEFAULT_IN_FLIGHT;
  private long maxInFlightBytes = DEFAULT_BYTES;
  private Duration sendTimeout = Duration.ofSeconds(30);
  private boolean resend = true;
  private boolean automaticKeys = true;

  ProducerBuilder(Holdfast holdfast, String node) {
    this.holdfast = holdfast;
    this.node = node;
  }

  /** Most messages sent and not answered, at least 1; 1,000 unless set. More wait. */
  public ProducerBuilder maxInFlight(int messages) {
    require(messages >= 1, "maxInFlight " + messages + ": must be at least 1");
    this.maxInFlight = messages;
    return this;
  }

  /** Most encoded bytes sent and not answered; 64 MiB unless set. A larger message goes alone. */
  public ProducerBuilder maxInFlightBytes(long bytes) {
    require(bytes >= 1, "maxInFlightBytes " + bytes + ": must be at least 1");
    this.maxInFlightBytes = bytes;
    return this;
  }

  /** How long to wait for room and, after that, for the answer; 30 s unless set. */
  public ProducerBuilder sendTimeout(Duration timeout) {
    require(timeout.toMillis() >= 1, "sendTimeout " + timeout + ": must be at least 1 ms");
    this.sendTimeout = timeout;
    return this;
  }

  /**
   * Whether messages whose answer was lost with the connection are sent again (true unless set) or
   * failed with CONNECTION_LOST (the caller decides).
   */
  public ProducerBuilder resend(boolean again) {
    this.resend = again;
    return this;
  }

  /**
   * Whether messages without an idempotency key get one each (true unless set), so that a message
   * that is sent again after a lost connection is stored once. A key costs the broker a few
   * microseconds and 64 bytes on disk for the node's idempotency window; a producer that {@link
   * #resend does not resend} needs none and gets none.
   */
  public ProducerBuilder automaticKeys(boolean give) {
    this.automaticKeys = give;
    return this;
  }

  /**
   * Attaches the producer and waits for it.
   *
   * @throws HoldfastException NOT_FOUND, UNAUTHORIZED and so on as the broker says; TIMEOUT
   */
  public Producer open() {
    ProducerLink.Settings settings =
        new ProducerLink.Settings(
            node,
            holdfast.linkName("producer", node),
            sendTimeout,
            resend,
            resend && automaticKeys ? UUID.randomUUID() + "-" : null);
    SendWindow window = new SendWindow(maxInFlight, maxInFlightBytes);
    ProducerLink link =
        new ProducerLink(
            holdfast.loop(),
            holdfast.supervisor(),
            holdfast.callbacks()::execute,
            window,
            settings);
    holdfast.attach(link, link.life(), node);
    Producer producer = new Producer(holdfast, link, window, settings);
    holdfast.opened(producer);
    return producer;
  }

  private static void require(boolean holds, String message) {
    if (!holds) {
      throw new HoldfastException(Reason.INVALID, message);
    }
  }
}
