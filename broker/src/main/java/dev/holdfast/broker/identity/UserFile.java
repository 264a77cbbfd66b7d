package dev.holdfast.broker.identity;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The users file: mode 0600, UTF-8, one user per line.
 *
 * <pre>
 * holdfast-users:1:BASE64KEY
 * NAME:enabled|disabled:ROLE,ROLE:scram|argon2id:DATA:CREATED:EXPIRES
 * </pre>
 *
 * CREATED and EXPIRES are epoch seconds; EXPIRES may be empty. The key in the first line seeds what
 * unknown names are answered with, so that those answers stay the same across restarts. A change
 * writes a new file, syncs it and renames it over the old one: a reader, or a crash, sees the old
 * or the new, never a mixture.
 */
final class UserFile {
  private static final String MAGIC = "holdfast-users:1:";
  private static final Set<PosixFilePermission> OWNER_ONLY =
      PosixFilePermissions.fromString("rw-------");
  private static final int FIELDS = 7;
  private static final long MAX_BYTES = 16 << 20;

  private final Path file;

  UserFile(Path file) {
    this.file = file;
  }

  /** What the file holds. */
  record Content(byte[] imitationKey, Map<String, User> users) {}

  boolean exists() {
    return Files.exists(file, LinkOption.NOFOLLOW_LINKS);
  }

  Content read() {
    try {
      requirePrivate();
      if (Files.size(file) > MAX_BYTES) {
        throw new UserException(UserException.Reason.CORRUPT, file + " is larger than 16 MiB");
      }
      try (FileChannel in =
          FileChannel.open(file, StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS)) {
        byte[] bytes = Channels.newInputStream(in).readAllBytes();
        return parse(new String(bytes, StandardCharsets.UTF_8));
      }
    } catch (IOException e) {
      throw new UserException(UserException.Reason.IO, "cannot read " + file + ": " + e);
    }
  }

  private void requirePrivate() throws IOException {
    if (Files.isSymbolicLink(file)) {
      throw new UserException(
          UserException.Reason.PERMISSIONS,
          file + " is a symbolic link; put the file itself in its place");
    }
    Set<PosixFilePermission> mode = Files.getPosixFilePermissions(file, LinkOption.NOFOLLOW_LINKS);
    if (!OWNER_ONLY.containsAll(mode)) {
      throw new UserException(
          UserException.Reason.PERMISSIONS,
          file
              + " has mode "
              + PosixFilePermissions.toString(mode)
              + "; only its owner may have access: chmod 600 "
              + file);
    }
  }

  private Content parse(String text) {
    List<String> lines = text.lines().collect(Collectors.toList());
    if (lines.isEmpty() || !lines.get(0).startsWith(MAGIC)) {
      throw new UserException(
          UserException.Reason.CORRUPT, file + " line 1: does not begin with " + MAGIC);
    }
    Map<String, User> users = new TreeMap<>();
    int number = 1;
    try {
      byte[] key = Base64.getDecoder().decode(lines.get(0).substring(MAGIC.length()));
      for (String line : lines.subList(1, lines.size())) {
        number++;
        if (!line.isBlank()) {
          User user = parseUser(line);
          if (users.put(user.name(), user) != null) {
            throw new IllegalArgumentException("this user has a line already");
          }
        }
      }
      return new Content(key, Map.copyOf(users));
    } catch (IllegalArgumentException e) {
      // The line itself is not quoted: it holds verifiers.
      throw new UserException(
          UserException.Reason.CORRUPT, file + " line " + number + ": " + e.getMessage());
    }
  }

  private static User parseUser(String line) {
    String[] fields = line.split(":", -1);
    if (fields.length != FIELDS) {
      throw new IllegalArgumentException("has " + fields.length + " fields instead of " + FIELDS);
    }
    Set<String> roles =
        Arrays.stream(fields[2].split(",")).filter(r -> !r.isEmpty()).collect(Collectors.toSet());
    return new User(
        fields[0],
        enabled(fields[1]),
        roles,
        credential(fields[3], fields[4]),
        time(fields[5]),
        fields[6].isEmpty() ? null : time(fields[6]));
  }

  private static boolean enabled(String text) {
    return switch (text) {
      case "enabled" -> true;
      case "disabled" -> false;
      default -> throw new IllegalArgumentException("state is neither enabled nor disabled");
    };
  }

  private static Credential credential(String scheme, String data) {
    return switch (scheme) {
      case "scram" ->
          new Credential.Scram(Arrays.stream(data.split(";")).map(ScramVerifier::parse).toList());
      case "argon2id" -> new Credential.Argon2(Argon2Hash.parse(data));
      default -> throw new IllegalArgumentException("scheme is neither scram nor argon2id");
    };
  }

  private static Instant time(String text) {
    return Instant.ofEpochSecond(Long.parseLong(text));
  }

  /** Replaces the file. When this throws, the old file is as it was. */
  void write(Content content) {
    StringBuilder text = new StringBuilder(MAGIC);
    text.append(Base64.getEncoder().encodeToString(content.imitationKey())).append('\n');
    new TreeMap<>(content.users()).values().forEach(u -> text.append(print(u)).append('\n'));
    Path fresh = file.resolveSibling(file.getFileName() + ".tmp");
    try {
      Files.deleteIfExists(fresh);
      writeSynced(fresh, text.toString());
      Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
      syncDirectory(file.toAbsolutePath().getParent());
    } catch (IOException e) {
      throw new UserException(
          UserException.Reason.IO, "cannot write " + file + ", nothing was changed: " + e);
    }
  }

  private static void writeSynced(Path fresh, String text) throws IOException {
    try (FileChannel out =
        FileChannel.open(
            fresh,
            Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
            PosixFilePermissions.asFileAttribute(OWNER_ONLY))) {
      ByteBuffer bytes = StandardCharsets.UTF_8.encode(text);
      while (bytes.hasRemaining()) {
        out.write(bytes);
      }
      out.force(true);
    }
  }

  /** A rename is durable only when the directory is. */
  private static void syncDirectory(@Nullable Path directory) throws IOException {
    if (directory != null) {
      try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
        channel.force(true);
      }
    }
  }

  private static String print(User user) {
    Instant expires = user.expires();
    return String.join(
        ":",
        user.name(),
        user.enabled() ? "enabled" : "disabled",
        user.roles().stream().sorted().collect(Collectors.joining(",")),
        user.credential() instanceof Credential.Scram ? "scram" : "argon2id",
        printCredential(user.credential()),
        Long.toString(user.created().getEpochSecond()),
        expires == null ? "" : Long.toString(expires.getEpochSecond()));
  }

  private static String printCredential(Credential credential) {
    if (credential instanceof Credential.Scram scram) {
      return scram.verifiers().stream().map(ScramVerifier::print).collect(Collectors.joining(";"));
    }
    return ((Credential.Argon2) credential).hash().print();
  }
}
