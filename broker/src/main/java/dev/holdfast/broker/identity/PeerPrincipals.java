package dev.holdfast.broker.identity;

import dev.holdfast.acl.Principal;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Names the peers of Unix sockets: the kernel has vouched for their uid. Immutable.
 *
 * <p>Administrators are the uid that runs the broker and those listed; root is one only when it is
 * listed or runs the broker itself.
 */
public final class PeerPrincipals {
  private static final String PREFIX = "uid:";

  /** What the kernel reports for a uid that has no mapping in this user namespace. */
  private static final long OVERFLOW_UID = 65_534;

  private final Set<Long> adminUids;
  private final LocalGroups groups;

  /** One that knows no groups but those that the kernel tells. */
  public PeerPrincipals(long ownUid, Set<Long> listedUids) {
    this(ownUid, listedUids, LocalGroups.NONE);
  }

  /**
   * Makes one.
   *
   * @param ownUid of this process
   * @param listedUids of further administrators
   * @param groups which users of this host belong to which
   */
  public PeerPrincipals(long ownUid, Set<Long> listedUids, LocalGroups groups) {
    this.groups = groups;
    Set<Long> uids = new HashSet<>(listedUids);
    uids.add(ownUid);
    this.adminUids = Set.copyOf(uids);
  }

  /** The peer's identity; empty when the kernel could not tell it. */
  public Optional<Principal> principal(@Nullable PeerCredentials peer) {
    return peer == null ? Optional.empty() : of(peer.uid(), peer.gid());
  }

  /** The principal of this name, {@code uid:N}; empty when that names nobody. */
  Optional<Principal> named(String principal) {
    try {
      return principal.startsWith(PREFIX)
          ? of(Long.parseLong(principal.substring(PREFIX.length())), -1)
          : Optional.empty();
    } catch (NumberFormatException e) {
      return Optional.empty();
    }
  }

  private Optional<Principal> of(long uid, long gid) {
    if (uid < 0 || uid == OVERFLOW_UID) {
      return Optional.empty();
    }
    Set<String> roles = adminUids.contains(uid) ? Set.of(Principal.ADMIN) : Set.of();
    return Optional.of(new Principal(PREFIX + uid, roles).in(groups.of(uid, gid)));
  }
}
