package dev.holdfast.broker.amqp;

import dev.holdfast.broker.identity.PeerInfo;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A connection as it is at one moment.
 *
 * @param id unique while the broker runs; the audit log has the same
 * @param principal who; null until it is authenticated
 * @param mechanism of SASL; empty until then
 * @param container the peer's container-id; empty until its open has come
 * @param peer where it comes from
 * @param sinceMs when it was accepted, epoch milliseconds
 * @param state what it does
 * @param sessions in the order of their channels
 */
public record ConnectionInfo(
    String id,
    @Nullable String principal,
    String mechanism,
    String container,
    PeerInfo peer,
    long sinceMs,
    State state,
    List<SessionInfo> sessions) {

  /** What a connection does. */
  public enum State {
    /** Its peer has not authenticated and opened it yet. */
    OPENING,
    /** It works. */
    OPEN,
    /** Its token has expired, and it waits for a new one. */
    FROZEN,
    /** It is being closed. */
    CLOSING
  }

  /**
   * A session.
   *
   * @param channel its number
   * @param unsettled deliveries that the peer has not settled
   * @param links in the order of their handles
   */
  public record SessionInfo(int channel, int unsettled, List<LinkInfo> links) {}

  /**
   * A link.
   *
   * @param name given by the peer
   * @param operation {@code send}, {@code receive}, {@code browse} or {@code transact}, as the peer
   *     does it; empty for the nodes of the broker itself
   * @param address of the node; empty when there is none
   * @param attached whether both sides have agreed
   */
  public record LinkInfo(String name, String operation, String address, boolean attached) {}
}
