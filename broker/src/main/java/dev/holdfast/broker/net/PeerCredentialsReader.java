package dev.holdfast.broker.net;

import dev.holdfast.broker.identity.PeerCredentials;
import io.netty.channel.Channel;
import io.netty.channel.epoll.EpollDomainSocketChannel;
import io.netty.channel.socket.nio.NioChannelOption;
import io.netty.channel.socket.nio.NioDomainSocketChannel;
import java.io.IOException;
import java.util.Optional;
import java.util.OptionalLong;
import jdk.net.ExtendedSocketOptions;
import jdk.net.UnixDomainPrincipal;
import org.jspecify.annotations.Nullable;

/** Asks the kernel who is at the other end of a Unix socket (SO_PEERCRED). */
public final class PeerCredentialsReader {

  /** What the kernel shows for a user of another user namespace: nobody it can vouch for. */
  static final long OVERFLOW_ID = 65_534;

  private static final long UNSIGNED_INT = 0xFFFF_FFFFL;

  private PeerCredentialsReader() {}

  /**
   * The peer's credentials; empty when the channel is no Unix socket, or the kernel cannot vouch
   * for the peer (uid -1 or 65534, a user that has no number here).
   *
   * <p>Any thread. With the native transport this is one system call; without it the JDK gives
   * names only, which are looked up in {@code /etc/passwd}, and the pid is -1.
   */
  public static Optional<PeerCredentials> read(Channel channel) {
    try {
      if (channel instanceof EpollDomainSocketChannel epoll) {
        var kernel = epoll.peerCredentials();
        int[] gids = kernel.gids();
        long gid = gids.length == 0 ? OVERFLOW_ID : gids[0] & UNSIGNED_INT;
        return vouched(kernel.uid() & UNSIGNED_INT, gid, kernel.pid());
      }
      if (channel instanceof NioDomainSocketChannel nio) {
        return fromNames(
            nio.config().getOption(NioChannelOption.of(ExtendedSocketOptions.SO_PEERCRED)));
      }
      return Optional.empty();
    } catch (IOException gone) {
      // The peer has left already: there is nobody to have credentials.
      return Optional.empty();
    }
  }

  private static Optional<PeerCredentials> fromNames(@Nullable UnixDomainPrincipal names)
      throws IOException {
    if (names == null) {
      return Optional.empty();
    }
    OptionalLong uid = AccountFile.USERS.idOf(names.user().getName());
    OptionalLong gid = AccountFile.GROUPS.idOf(names.group().getName());
    return uid.isEmpty() ? Optional.empty() : vouched(uid.getAsLong(), gid.orElse(OVERFLOW_ID), -1);
  }

  /** Keeps only what may become a principal. */
  static Optional<PeerCredentials> vouched(long uid, long gid, long pid) {
    return uid < 0 || uid == UNSIGNED_INT || uid == OVERFLOW_ID
        ? Optional.empty()
        : Optional.of(new PeerCredentials(uid, gid, pid));
  }
}
