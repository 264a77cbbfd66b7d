package dev.holdfast.broker.tls;

import java.nio.file.Path;
import java.util.Optional;

/**
 * Where TLS finds what it needs.
 *
 * @param certificate PEM file with the chain, leaf first, for clients that ask for no host name
 *     that another one is for
 * @param privateKey PEM file with its key
 * @param hosts directory with further certificates: {@code NAME.crt} beside {@code NAME.key}
 * @param clients how clients show who they are; empty: they are not asked
 */
public record TlsFiles(
    Path certificate, Path privateKey, Optional<Path> hosts, Optional<Clients> clients) {

  /**
   * Certificates of clients.
   *
   * @param required whether a client without one is refused
   * @param authorities PEM file with the certificates of who may issue them
   * @param revocationLists file with the authorities' CRLs, PEM or DER
   * @param revokedSerials file with serial numbers, hexadecimal, one a line
   */
  public record Clients(
      boolean required,
      Path authorities,
      Optional<Path> revocationLists,
      Optional<Path> revokedSerials) {}
}
