package dev.holdfast.broker.amqp;

import dev.holdfast.acl.Principal;
import dev.holdfast.broker.limits.LimitTable;
import dev.holdfast.broker.limits.PrincipalLimits;
import java.util.function.Supplier;

/**
 * What one peer may cost the broker.
 *
 * @param maxFrameBytes largest frame taken and offered
 * @param maxMessageBytes largest message; a queue may take less
 * @param idleTimeOutMs silence after which a connection is closed; half of it is advertised
 * @param connections how many connections
 * @param handshake how long and how much before authentication
 * @param perConnection what one connection may have
 */
public record AmqpLimits(
    int maxFrameBytes,
    int maxMessageBytes,
    int idleTimeOutMs,
    Connections connections,
    Handshake handshake,
    PerConnection perConnection) {

  /** The defaults. */
  public static AmqpLimits defaults() {
    return new AmqpLimits(
        64 * 1024,
        16 * 1024 * 1024,
        60_000,
        new Connections(4_096, 256, 256, 64),
        new Handshake(5_000, 3_000, 10_000, 5_000, 16 * 1024),
        new PerConnection(256, 1_024, 2_048, 10_000, 2_000, Bytes.defaults()));
  }

  /**
   * Counts of connections.
   *
   * @param total of the broker
   * @param unauthenticated of the broker, before SASL is done
   * @param unauthenticatedPerOrigin of one address or uid, before SASL is done
   * @param principals what each of them may use, asked when its first connection comes
   */
  public record Connections(
      int total,
      int unauthenticated,
      int unauthenticatedPerOrigin,
      Supplier<LimitTable> principals) {

    /** With the default limits of principals, but for so many connections of each. */
    public Connections(
        int total, int perPrincipal, int unauthenticated, int unauthenticatedPerOrigin) {
      this(
          total,
          unauthenticated,
          unauthenticatedPerOrigin,
          () -> LimitTable.defaults().withConnections(perPrincipal));
    }

    PrincipalLimits of(Principal principal) {
      return principals.get().of(principal);
    }
  }

  /**
   * Before a connection is open, and when its token has expired.
   *
   * @param tlsMs until the end of the TLS handshake
   * @param headerMs until the protocol header, and before that until the end of a WebSocket's
   *     handshake
   * @param saslMs until the SASL outcome, waiting for the password check left out
   * @param openMs until the open frame
   * @param preAuthBytes taken before SASL is done
   * @param renewalMs for a new token, after the old one has expired
   */
  public record Handshake(
      int tlsMs, int headerMs, int saslMs, int openMs, int preAuthBytes, int renewalMs) {

    /** With the default time for a new token. */
    public Handshake(int tlsMs, int headerMs, int saslMs, int openMs, int preAuthBytes) {
      this(tlsMs, headerMs, saslMs, openMs, preAuthBytes, 30_000);
    }

    /** With another time for a new token. */
    public Handshake withRenewalMs(int millis) {
      return new Handshake(tlsMs, headerMs, saslMs, openMs, preAuthBytes, millis);
    }
  }

  /**
   * One connection.
   *
   * @param sessions at once; channel-max is one less
   * @param links at once, over all sessions
   * @param publisherCredit unanswered messages and credit of one sending link
   * @param consumerCredit credit of a receiving link that is made use of
   * @param controlFramesPerSecond begin, attach, detach, end and flow without progress
   * @param bytes budgets
   */
  public record PerConnection(
      int sessions,
      int links,
      int publisherCredit,
      int consumerCredit,
      int controlFramesPerSecond,
      Bytes bytes) {}

  /**
   * Budgets of one connection.
   *
   * @param unanswered of messages handed in and not answered
   * @param unfinished of messages that have not arrived whole
   * @param consumerWindow of deliveries handed to one receiving link and not written
   * @param unwritten in the socket's queue, above which no delivery is written
   * @param whole of one message, above which it is streamed to the store as it comes
   * @param uploads in the store, of messages that are not all there
   */
  public record Bytes(
      long unanswered,
      long unfinished,
      long consumerWindow,
      long unwritten,
      long whole,
      long uploads) {

    private static final long UPLOADS = 2L << 30;

    /** With the default for large messages on their way. */
    public Bytes(
        long unanswered, long unfinished, long consumerWindow, long unwritten, long whole) {
      this(unanswered, unfinished, consumerWindow, unwritten, whole, UPLOADS);
    }

    /** Of large messages on their way, over all connections. */
    long allUploads() {
      return 4 * uploads;
    }

    /** The same with another bound for large messages on their way. */
    public Bytes withUploads(long bytes) {
      return new Bytes(unanswered, unfinished, consumerWindow, unwritten, whole, bytes);
    }

    /** Of parts of large messages that are not stored: nothing more is read meanwhile. */
    long parts() {
      return 2L * Streaming.PART_BYTES;
    }

    /** The same with another bound for what is kept whole. */
    public Bytes withWhole(long bytes) {
      return new Bytes(unanswered, unfinished, consumerWindow, unwritten, bytes, uploads);
    }

    static Bytes defaults() {
      long mib = 1024L * 1024;
      return new Bytes(32 * mib, 32 * mib, 2 * mib, mib, mib / 4);
    }
  }
}
