package dev.holdfast.broker.identity;

import dev.holdfast.acl.Principal;
import java.time.Instant;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** One line of the users file. */
record User(
    String name,
    boolean enabled,
    Set<String> roles,
    Credential credential,
    Instant created,
    @Nullable Instant expires) {

  /** What the name of its principal begins with. */
  static final String PREFIX = "user:";

  User {
    roles = Set.copyOf(roles);
  }

  boolean usableAt(Instant now) {
    return enabled && (expires == null || now.isBefore(expires));
  }

  User withCredential(Credential changed) {
    return new User(name, enabled, roles, changed, created, expires);
  }

  User withEnabled(boolean changed) {
    return new User(name, changed, roles, credential, created, expires);
  }

  Principal principal() {
    return new Principal(PREFIX + name, roles);
  }

  UserInfo info() {
    return new UserInfo(
        name,
        roles,
        credential instanceof Credential.Scram ? UserInfo.Scheme.SCRAM : UserInfo.Scheme.ARGON2ID,
        created,
        enabled);
  }
}
