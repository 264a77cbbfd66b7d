package dev.holdfast.cli.http;

import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Where the admin socket is: as told, or where this user's broker puts it. */
public final class AdminAddress {
  private static final String SOCKET = "admin.sock";
  private static final String DIRECTORY = "holdfast";

  private AdminAddress() {}

  /**
   * The path in {@code unix:///DIR/admin.sock}.
   *
   * @throws IllegalArgumentException when it is anything else, with a message for the user
   */
  public static Path parse(String url) {
    try {
      URI uri = new URI(url);
      String path = uri.getPath();
      if ("unix".equals(uri.getScheme())
          && uri.getAuthority() == null
          && path != null
          && path.startsWith("/")
          && path.indexOf('\0') < 0) {
        return Path.of(path);
      }
    } catch (URISyntaxException e) {
      throw new IllegalArgumentException(
          "the URL %s is wrong: %s".formatted(url, e.getReason()), e);
    }
    throw new IllegalArgumentException(
        "the URL %s is not of the form unix:///DIR/admin.sock".formatted(url));
  }

  /**
   * The first of the places of this user's broker where a socket is: {@code
   * $XDG_RUNTIME_DIR/holdfast}, {@code /run/holdfast}, {@code TMPDIR/holdfast-UID}. The last one
   * counts only when its directory belongs to this user and nobody else can write to it, because
   * anybody can make a directory of that name.
   */
  public static Optional<Path> find(Map<String, String> environment, Path temporary) {
    for (Path candidate : candidates(environment)) {
      if (Files.exists(candidate)) {
        return Optional.of(candidate);
      }
    }
    Optional<Path> own = ownTemporary(temporary);
    return own.filter(Files::exists);
  }

  private static List<Path> candidates(Map<String, String> environment) {
    List<Path> candidates = new ArrayList<>();
    String runtime = environment.getOrDefault("XDG_RUNTIME_DIR", "");
    if (runtime.startsWith("/")) {
      candidates.add(Path.of(runtime, DIRECTORY, SOCKET));
    }
    candidates.add(Path.of("/run", DIRECTORY, SOCKET));
    return candidates;
  }

  private static Optional<Path> ownTemporary(Path temporary) {
    try {
      int uid = uid();
      Path directory = temporary.resolve(DIRECTORY + '-' + uid);
      boolean owned =
          uid == (Integer) Files.getAttribute(directory, "unix:uid", LinkOption.NOFOLLOW_LINKS);
      int mode = (Integer) Files.getAttribute(directory, "unix:mode", LinkOption.NOFOLLOW_LINKS);
      boolean writableByOthers = (mode & 022) != 0;
      boolean isDirectory = Files.isDirectory(directory, LinkOption.NOFOLLOW_LINKS);
      return owned && isDirectory && !writableByOthers
          ? Optional.of(directory.resolve(SOCKET))
          : Optional.empty();
    } catch (IOException | UnsupportedOperationException e) {
      return Optional.empty();
    }
  }

  /** The effective uid; on systems without /proc the owner of the home directory stands for it. */
  private static int uid() throws IOException {
    Path self = Path.of("/proc/self");
    Path witness = Files.exists(self) ? self : Path.of(System.getProperty("user.home", "/"));
    return (Integer) Files.getAttribute(witness, "unix:uid");
  }
}
