package dev.holdfast.broker.identity.token;

import dev.holdfast.acl.Scope;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a good token says.
 *
 * @param key that its signature is of
 * @param subject who it is for
 * @param id unique
 * @param issued in seconds since the epoch
 * @param expires in seconds since the epoch
 * @param scopes what it is for
 * @param roles its bearer has
 * @param uid the only one that may use it; -1 any
 * @param thumbprint base64url SHA-256 of the only certificate that may; null any
 * @param principal whom its bearer is instead of the subject; null: the subject
 */
record TokenClaims(
    IssuerKey key,
    String subject,
    String id,
    long issued,
    long expires,
    List<Scope> scopes,
    Set<String> roles,
    long uid,
    @Nullable String thumbprint,
    @Nullable String principal) {}
