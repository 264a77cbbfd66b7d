package dev.holdfast.broker.tls;

import java.io.ByteArrayInputStream;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.cert.CRL;
import java.security.cert.CRLException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509CRL;
import java.security.cert.X509CRLEntry;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import javax.security.auth.x500.X500Principal;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Certificates of clients that count no more: those in the authorities' CRLs (RFC 5280 §5), and
 * serial numbers an operator has listed. Immutable.
 */
final class Revocations {

  private static final Logger LOG = LoggerFactory.getLogger(Revocations.class);
  private static final String DELTA_INDICATOR = "2.5.29.27";
  private static final int HEX = 16;

  private final Set<Entry> entries;
  private final Set<BigInteger> serials;

  private record Entry(X500Principal issuer, BigInteger serial) {}

  private Revocations(Set<Entry> entries, Set<BigInteger> serials) {
    this.entries = Set.copyOf(entries);
    this.serials = Set.copyOf(serials);
  }

  /**
   * Reads the files.
   *
   * @param authorities whose lists are believed
   * @throws TlsException a file cannot be read, or a list is not signed by an authority
   */
  static Revocations read(TlsFiles.Clients files, List<X509Certificate> authorities, Instant now)
      throws TlsException {
    Set<Entry> entries = new HashSet<>();
    if (files.revocationLists().isPresent()) {
      Path file = files.revocationLists().get();
      for (X509CRL list : lists(file)) {
        check(file, list, authorities, now);
        addAll(list, entries);
      }
    }
    return new Revocations(
        entries,
        files.revokedSerials().isPresent() ? serials(files.revokedSerials().get()) : Set.of());
  }

  private static List<X509CRL> lists(Path file) throws TlsException {
    try {
      Collection<? extends CRL> all =
          CertificateFactory.getInstance("X.509")
              .generateCRLs(new ByteArrayInputStream(Pem.read(file)));
      if (all.isEmpty()) {
        throw new TlsException(file + " holds no revocation list (BEGIN X509 CRL)");
      }
      return all.stream().map(X509CRL.class::cast).toList();
    } catch (CertificateException | CRLException e) {
      throw new TlsException(file + " holds a revocation list that cannot be read: " + e, e);
    }
  }

  private static void check(Path file, X509CRL list, List<X509Certificate> authorities, Instant now)
      throws TlsException {
    X500Principal issuer = list.getIssuerX500Principal();
    boolean signed =
        authorities.stream()
            .filter(a -> a.getSubjectX500Principal().equals(issuer))
            .anyMatch(a -> verifies(list, a));
    if (!signed) {
      throw new TlsException(
          file + ": the list of " + issuer + " is not signed by a certificate of tls.client-ca");
    }
    if (list.getExtensionValue(DELTA_INDICATOR) != null || list.hasUnsupportedCriticalExtension()) {
      throw new TlsException(
          file + ": the list of " + issuer + " is a delta or of another kind; give the full list");
    }
    if (list.getNextUpdate() != null && now.isAfter(list.getNextUpdate().toInstant())) {
      LOG.warn(
          "{}: the list of {} should have been replaced by {}; it is used all the same",
          file,
          issuer,
          list.getNextUpdate().toInstant());
    }
  }

  private static boolean verifies(X509CRL list, X509Certificate authority) {
    try {
      list.verify(authority.getPublicKey());
      return true;
    } catch (GeneralSecurityException e) {
      return false;
    }
  }

  private static void addAll(X509CRL list, Set<Entry> entries) {
    Set<? extends X509CRLEntry> revoked = list.getRevokedCertificates();
    if (revoked != null) {
      for (X509CRLEntry one : revoked) {
        X500Principal issuer = one.getCertificateIssuer();
        entries.add(
            new Entry(
                issuer == null ? list.getIssuerX500Principal() : issuer, one.getSerialNumber()));
      }
    }
  }

  private static Set<BigInteger> serials(Path file) throws TlsException {
    Set<BigInteger> serials = new HashSet<>();
    int number = 0;
    for (String line : new String(Pem.read(file), StandardCharsets.UTF_8).lines().toList()) {
      number++;
      int comment = line.indexOf('#');
      String text = (comment < 0 ? line : line.substring(0, comment)).strip().replace(":", "");
      if (text.isEmpty()) {
        continue;
      }
      try {
        serials.add(new BigInteger(text, HEX));
      } catch (NumberFormatException e) {
        throw new TlsException(
            file + " line " + number + " is not a serial number in hexadecimal digits", e);
      }
    }
    return serials;
  }

  /** Whether any certificate of this chain is revoked. */
  boolean isRevoked(List<X509Certificate> chain) {
    return chain.stream()
        .anyMatch(
            c ->
                serials.contains(c.getSerialNumber())
                    || entries.contains(
                        new Entry(c.getIssuerX500Principal(), c.getSerialNumber())));
  }
}
