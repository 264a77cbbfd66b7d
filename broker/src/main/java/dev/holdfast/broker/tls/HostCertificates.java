package dev.holdfast.broker.tls;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The broker's certificates by the host name a client asks for (SNI, RFC 6066 §3). Immutable. */
final class HostCertificates {

  static final String CERTIFICATE_SUFFIX = ".crt";
  static final String KEY_SUFFIX = ".key";
  private static final String WILDCARD = "*.";

  private final ServerCertificate otherwise;
  private final Map<String, ServerCertificate> byHost;

  private HostCertificates(ServerCertificate otherwise, Map<String, ServerCertificate> byHost) {
    this.otherwise = otherwise;
    this.byHost = byHost;
  }

  /**
   * Reads them all.
   *
   * @throws TlsException one of them cannot be used
   */
  static HostCertificates read(TlsFiles files, Instant now) throws TlsException {
    ServerCertificate otherwise =
        ServerCertificate.read(files.certificate(), files.privateKey(), now);
    Map<String, ServerCertificate> byHost = new HashMap<>();
    if (files.hosts().isPresent()) {
      for (Path file : certificateFiles(files.hosts().get())) {
        ServerCertificate one = ServerCertificate.read(file, keyOf(file), now);
        if (one.hosts().isEmpty()) {
          throw new TlsException(
              file + " is for no host: it has no DNS name among its alternative names");
        }
        for (String host : one.hosts()) {
          ServerCertificate other = byHost.put(host, one);
          if (other != null) {
            throw new TlsException(one.file() + " and " + other.file() + " are both for " + host);
          }
        }
      }
    }
    return new HostCertificates(otherwise, Map.copyOf(byHost));
  }

  /** Files of certificates in a directory, sorted. */
  static List<Path> certificateFiles(Path directory) throws TlsException {
    List<Path> files = new ArrayList<>();
    try (DirectoryStream<Path> entries =
        Files.newDirectoryStream(directory, "*" + CERTIFICATE_SUFFIX)) {
      entries.forEach(files::add);
    } catch (IOException e) {
      throw new TlsException("the directory " + directory + " cannot be read: " + e, e);
    }
    files.sort(null);
    return files;
  }

  /** The file of the key that belongs to a certificate's. */
  static Path keyOf(Path certificate) {
    String name = String.valueOf(certificate.getFileName());
    String base = name.substring(0, name.length() - CERTIFICATE_SUFFIX.length());
    return certificate.resolveSibling(base + KEY_SUFFIX);
  }

  /** The one to show to a client that asks for this host, or for none. */
  ServerCertificate forHost(@Nullable String host) {
    if (host == null || byHost.isEmpty()) {
      return otherwise;
    }
    String asked = host.toLowerCase(Locale.ROOT);
    ServerCertificate exact = byHost.get(asked);
    if (exact != null) {
      return exact;
    }
    int dot = asked.indexOf('.');
    ServerCertificate wildcard = dot < 0 ? null : byHost.get(WILDCARD + asked.substring(dot + 1));
    return wildcard == null ? otherwise : wildcard;
  }

  /** The default one, then the others. */
  List<ServerCertificate> all() {
    List<ServerCertificate> all = new ArrayList<>();
    all.add(otherwise);
    byHost.values().stream().distinct().forEach(all::add);
    return all;
  }
}
