package dev.holdfast.broker.tls;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * By what a change of a file is noticed without reading it. Equal stamps: nothing has changed.
 *
 * @param stamps by file; links are followed, so a link that is changed to another file counts
 */
record FileStamps(Map<Path, Stamp> stamps) {

  /** Of one file; all null when it cannot be looked at. */
  record Stamp(@Nullable FileTime modified, long size, @Nullable Object identity) {}

  /** Looks at every file of TLS. Does file I/O. */
  static FileStamps of(TlsFiles files) {
    Map<Path, Stamp> stamps = new TreeMap<>();
    add(files.certificate(), stamps);
    add(files.privateKey(), stamps);
    files.hosts().ifPresent(directory -> addHosts(directory, stamps));
    files
        .clients()
        .ifPresent(
            clients -> {
              add(clients.authorities(), stamps);
              clients.revocationLists().ifPresent(file -> add(file, stamps));
              clients.revokedSerials().ifPresent(file -> add(file, stamps));
            });
    return new FileStamps(stamps);
  }

  private static void addHosts(Path directory, Map<Path, Stamp> stamps) {
    try {
      for (Path file : HostCertificates.certificateFiles(directory)) {
        add(file, stamps);
        add(HostCertificates.keyOf(file), stamps);
      }
    } catch (TlsException unreadable) {
      stamps.put(directory, new Stamp(null, 0, null));
    }
  }

  private static void add(Path file, Map<Path, Stamp> stamps) {
    stamps.put(file, stamp(file));
  }

  private static Stamp stamp(Path file) {
    try {
      BasicFileAttributes now = Files.readAttributes(file, BasicFileAttributes.class);
      return new Stamp(now.lastModifiedTime(), now.size(), now.fileKey());
    } catch (IOException missing) {
      return new Stamp(null, 0, null);
    }
  }
}
