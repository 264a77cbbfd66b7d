package dev.holdfast.broker.tls;

import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.Collection;
import java.util.List;

/** The names a certificate is for, by kind (RFC 5280 §4.2.1.6). */
public final class CertificateNames {

  private static final int DNS = 2;
  private static final int URI = 6;

  private CertificateNames() {}

  /**
   * Host names, in the certificate's order.
   *
   * @throws CertificateParsingException the extension cannot be read
   */
  public static List<String> dns(X509Certificate certificate) throws CertificateParsingException {
    return ofKind(certificate, DNS);
  }

  /**
   * URIs, in the certificate's order.
   *
   * @throws CertificateParsingException the extension cannot be read
   */
  public static List<String> uris(X509Certificate certificate) throws CertificateParsingException {
    return ofKind(certificate, URI);
  }

  private static List<String> ofKind(X509Certificate certificate, int kind)
      throws CertificateParsingException {
    Collection<List<?>> names = certificate.getSubjectAlternativeNames();
    return names == null
        ? List.of()
        : names.stream()
            .filter(name -> name.get(0) instanceof Integer is && is == kind)
            .map(name -> (String) name.get(1))
            .toList();
  }
}
