package dev.holdfast.broker.identity.token;

import java.time.Instant;
import java.util.List;
import java.util.Set;

/**
 * A token as an administrator sees it; nothing in it is secret.
 *
 * @param id that revokes it
 * @param subject who it is for
 * @param scopes what it is for
 * @param roles its bearer has
 * @param uid the only one that may use it, -1 any
 * @param issued when
 * @param expires when
 * @param revoked whether it was
 */
public record TokenInfo(
    String id,
    String subject,
    List<String> scopes,
    Set<String> roles,
    long uid,
    Instant issued,
    Instant expires,
    boolean revoked) {}
