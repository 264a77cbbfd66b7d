package dev.holdfast.broker.identity;

/**
 * What the kernel says of a Unix socket's peer (SO_PEERCRED).
 *
 * @param uid user id
 * @param gid primary group id
 * @param pid process id for the audit log, -1 unknown; never a basis for a decision
 */
public record PeerCredentials(long uid, long gid, long pid) {}
