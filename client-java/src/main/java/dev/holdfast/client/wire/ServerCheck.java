package dev.holdfast.client.wire;

import io.netty.channel.Channel;
import io.netty.channel.epoll.EpollDomainSocketChannel;
import io.netty.channel.socket.nio.NioChannelOption;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.UserPrincipal;
import java.util.Objects;
import jdk.net.ExtendedSocketOptions;
import jdk.net.UnixDomainPrincipal;
import org.jspecify.annotations.Nullable;

/**
 * Asks the kernel who answers on a Unix socket, and requires that it is the owner of the directory
 * the socket lies in: whoever else managed to listen there would be handed messages and passwords.
 * On epoll uids are compared; the JDK's sockets give user names only, so names are.
 */
final class ServerCheck {
  private ServerCheck() {}

  static void requireOwner(Channel channel, Path socket) {
    Path directory = Objects.requireNonNull(socket.toAbsolutePath().getParent());
    String owner;
    String server;
    try {
      if (channel instanceof EpollDomainSocketChannel epoll) {
        owner = "uid " + Files.getAttribute(directory, "unix:uid");
        server = "uid " + Integer.toUnsignedLong(epoll.peerCredentials().uid());
      } else {
        owner = "user " + Files.getOwner(directory).getName();
        server = "user " + nameOf(channel);
      }
    } catch (IOException | UnsupportedOperationException failed) {
      throw new UntrustedServerException(
          "HF-TLS-PEER: cannot tell who listens on " + socket + ": " + failed.getMessage());
    }
    if (!owner.equals(server)) {
      throw new UntrustedServerException(
          "HF-TLS-PEER: the server on "
              + socket
              + " runs as "
              + server
              + " but its directory belongs to "
              + owner
              + "; start the broker as the directory's owner, or switch the check off");
    }
  }

  private static String nameOf(Channel channel) throws IOException {
    @Nullable UnixDomainPrincipal peer =
        channel.config().getOption(NioChannelOption.of(ExtendedSocketOptions.SO_PEERCRED));
    if (peer == null) {
      throw new IOException("the kernel does not say");
    }
    UserPrincipal user = peer.user();
    return user.getName();
  }
}
