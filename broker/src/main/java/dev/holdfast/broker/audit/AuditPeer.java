package dev.holdfast.broker.audit;

import org.jspecify.annotations.Nullable;

/**
 * Who did it and how that is known.
 *
 * @param principal as in rules, null when there is none (yet)
 * @param mechanism of SASL, or {@code peercred}
 * @param via {@code unix}, {@code tcp}, {@code tls}, {@code ws}, {@code wss} or {@code http+unix}
 * @param uid of a Unix socket's peer, -1 unknown
 * @param pid of the same, -1 unknown
 * @param ip address without the port, null on Unix sockets
 * @param certificate serial number of the client's, hexadecimal
 */
public record AuditPeer(
    @Nullable String principal,
    @Nullable String mechanism,
    @Nullable String via,
    long uid,
    long pid,
    @Nullable String ip,
    @Nullable String certificate) {

  /** Somebody of whom only the name is known at this place. */
  public static AuditPeer named(String principal) {
    return new AuditPeer(principal, null, null, -1, -1, null, null);
  }
}
