package dev.holdfast.it.harness;

import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The line by which the broker says that it accepts connections.
 *
 * @param tcp where it listens for AMQP
 * @param socket its Unix socket for AMQP
 * @param admin its Unix socket for management
 * @param pid of its process
 */
public record Ready(InetSocketAddress tcp, Path socket, Path admin, long pid) {
  private static final Pattern LINE =
      Pattern.compile(
          "holdfast ready amqp=(\\S+):(\\d+) socket=(\\S+) admin=(\\S+) pid=(\\d+)\\s*");

  static Optional<Ready> parse(String line) {
    Matcher matcher = LINE.matcher(line);
    if (!matcher.matches()) {
      return Optional.empty();
    }
    return Optional.of(
        new Ready(
            new InetSocketAddress(matcher.group(1), Integer.parseInt(matcher.group(2))),
            Path.of(matcher.group(3)),
            Path.of(matcher.group(4)),
            Long.parseLong(matcher.group(5))));
  }
}
