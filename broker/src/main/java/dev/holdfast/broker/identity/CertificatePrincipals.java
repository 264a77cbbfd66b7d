package dev.holdfast.broker.identity;

import dev.holdfast.acl.Principal;
import dev.holdfast.broker.tls.CertificateNames;
import java.nio.charset.StandardCharsets;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.bouncycastle.asn1.x500.RDN;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x500.style.BCStyle;
import org.bouncycastle.asn1.x500.style.IETFUtils;

/**
 * Names the clients that have shown a certificate: {@code cert:} and its only URI (a SPIFFE id, for
 * one), else its first DNS name, else its common name where that is allowed. Whether the
 * certificate is good has been found out before. Immutable.
 */
public final class CertificatePrincipals {

  /** What the name of such a principal begins with. */
  static final String PREFIX = "cert:";

  private static final String ALTERNATIVE_NAMES = "2.5.29.17";
  private static final int MAX_BYTES = 256;

  private final boolean commonNames;
  private final Set<String> admins;

  /**
   * Makes one.
   *
   * @param commonNames whether a certificate without a URI or DNS name is called by its common name
   * @param admins names of administrators, without {@code cert:}
   */
  public CertificatePrincipals(boolean commonNames, Set<String> admins) {
    this.commonNames = commonNames;
    this.admins = Set.copyOf(admins);
  }

  /**
   * The client's identity; empty when it has shown no certificate, or one that gives no name.
   *
   * @param chain the client's own certificate first
   */
  public Optional<Principal> principal(List<X509Certificate> chain) {
    return chain.isEmpty()
        ? Optional.empty()
        : name(chain.get(0))
            .filter(CertificatePrincipals::acceptable)
            .map(name -> named(PREFIX + name));
  }

  /** The principal of this name, which begins with {@code cert:}. */
  Principal named(String principal) {
    boolean admin = admins.contains(principal.substring(PREFIX.length()));
    return new Principal(principal, admin ? Set.of(Principal.ADMIN) : Set.of());
  }

  private Optional<String> name(X509Certificate certificate) {
    try {
      List<String> uris = CertificateNames.uris(certificate);
      if (!uris.isEmpty()) {
        return uris.size() == 1 ? Optional.of(uris.get(0)) : Optional.empty();
      }
      List<String> hosts = CertificateNames.dns(certificate);
      if (!hosts.isEmpty()) {
        // A wildcard names many, and so nobody.
        return Optional.of(hosts.get(0)).filter(host -> host.indexOf('*') < 0);
      }
      // Names of a kind that is not known here are no reason to take another one.
      boolean others = certificate.getExtensionValue(ALTERNATIVE_NAMES) != null;
      return commonNames && !others ? commonName(certificate) : Optional.empty();
    } catch (CertificateParsingException unreadable) {
      return Optional.empty();
    }
  }

  private static Optional<String> commonName(X509Certificate certificate) {
    RDN[] names =
        X500Name.getInstance(certificate.getSubjectX500Principal().getEncoded())
            .getRDNs(BCStyle.CN);
    return names.length == 1 && !names[0].isMultiValued()
        ? Optional.of(IETFUtils.valueToString(names[0].getFirst().getValue()))
        : Optional.empty();
  }

  /** The same rules as for names of users, but for the characters that URIs consist of. */
  private static boolean acceptable(String name) {
    return !name.isEmpty()
        && name.equals(name.strip())
        && name.equals(UserName.normalise(name))
        && (PREFIX + name).getBytes(StandardCharsets.UTF_8).length <= MAX_BYTES
        && name.codePoints().noneMatch(UserName::invisible);
  }
}
