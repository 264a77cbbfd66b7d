package dev.holdfast.broker.identity.token;

import dev.holdfast.storage.keys.SecureFiles;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * Other issuers whose tokens are taken: the files {@code *.jwks} of a directory. What cannot be
 * used leaves the keys that the file had before in force; a file that is gone takes its keys along.
 * One thread at a time.
 */
final class Issuers {
  private static final String SUFFIX = ".jwks";
  private static final int MAX_BYTES = 256 << 10;
  private static final int MAX_FILES = 64;
  private static final Set<PosixFilePermission> WRITABLE_BY_OTHERS =
      Set.of(PosixFilePermission.GROUP_WRITE, PosixFilePermission.OTHERS_WRITE);

  private final Path directory;
  private final IssuerKey own;
  private final Map<Path, Known> known = new TreeMap<>();

  /** A file as it was looked at last, and the keys of the last time that it was good. */
  private record Known(String stamp, List<IssuerKey> keys) {}

  /**
   * What became of a file that has changed.
   *
   * @param file its name
   * @param problem why its former keys stay in force; empty: it was taken, or is gone
   */
  record Change(String file, String problem) {}

  Issuers(Path directory, IssuerKey own) {
    this.directory = directory;
    this.own = own;
  }

  /** Every key, the broker's own first. */
  List<IssuerKey> keys() {
    List<IssuerKey> all = new ArrayList<>(List.of(own));
    known.values().forEach(one -> all.addAll(one.keys()));
    return all;
  }

  /** Looks for changes. Does file I/O. */
  List<Change> poll() {
    List<Change> changes = new ArrayList<>();
    List<Path> present;
    try {
      present = files();
    } catch (IOException e) {
      return changes;
    }
    for (Path gone : List.copyOf(known.keySet())) {
      if (!present.contains(gone)) {
        known.remove(gone);
        changes.add(new Change(name(gone), ""));
      }
    }
    for (Path file : present) {
      String stamp = stamp(file);
      Known before = known.getOrDefault(file, new Known("", List.of()));
      if (!stamp.equals(before.stamp())) {
        changes.add(load(file, stamp, before));
      }
    }
    return changes;
  }

  private Change load(Path file, String stamp, Known before) {
    try {
      List<IssuerKey> keys = read(file);
      known.put(file, new Known(stamp, keys));
      return new Change(name(file), "");
    } catch (IOException e) {
      known.put(file, new Known(stamp, before.keys()));
      return new Change(name(file), String.valueOf(e.getMessage()));
    }
  }

  private List<IssuerKey> read(Path file) throws IOException {
    PosixFileAttributes about =
        Files.readAttributes(file, PosixFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
    if (!about.isRegularFile() || about.size() > MAX_BYTES) {
      throw new IOException("it is no file, or larger than 256 KiB");
    }
    if (about.permissions().stream().anyMatch(WRITABLE_BY_OTHERS::contains)) {
      throw new IOException("others can write it: chmod go-w");
    }
    String name = name(file);
    List<IssuerKey> keys =
        Jwks.read(
            SecureFiles.read(file),
            name.substring(0, name.length() - SUFFIX.length()),
            own.issuer());
    checkApart(file, keys.get(0).issuer());
    return keys;
  }

  /** Names of principals are {@code token:ISSUER/SUBJECT}: no two issuers may come to the same. */
  private void checkApart(Path file, String issuer) throws IOException {
    List<String> others = new ArrayList<>(List.of(own.issuer()));
    known.forEach(
        (other, one) -> {
          if (!other.equals(file) && !one.keys().isEmpty()) {
            others.add(one.keys().get(0).issuer());
          }
        });
    for (String other : others) {
      if ((issuer + "/").startsWith(other + "/") || (other + "/").startsWith(issuer + "/")) {
        throw new IOException("its issuer " + issuer + " begins like the issuer " + other);
      }
    }
  }

  private List<Path> files() throws IOException {
    List<Path> files = new ArrayList<>();
    try (DirectoryStream<Path> found = Files.newDirectoryStream(directory, "*" + SUFFIX)) {
      found.forEach(files::add);
    } catch (NoSuchFileException none) {
      return files;
    }
    files.sort(null);
    return files.size() > MAX_FILES ? files.subList(0, MAX_FILES) : files;
  }

  private static String stamp(Path file) {
    try {
      PosixFileAttributes now =
          Files.readAttributes(file, PosixFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
      return now.lastModifiedTime() + " " + now.size() + " " + now.fileKey() + now.permissions();
    } catch (IOException missing) {
      return "unreadable";
    }
  }

  private static String name(Path file) {
    return String.valueOf(file.getFileName());
  }
}
