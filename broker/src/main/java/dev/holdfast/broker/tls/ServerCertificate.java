package dev.holdfast.broker.tls;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.List;
import java.util.Locale;

/**
 * A certificate of the broker with its key. Immutable.
 *
 * @param file it came from
 * @param chain leaf first
 * @param key of the leaf
 * @param hosts it is for, in lower case; one may begin with {@code *.}
 */
record ServerCertificate(
    Path file, List<X509Certificate> chain, PrivateKey key, List<String> hosts) {

  private static final String SERVER_AUTHENTICATION = "1.3.6.1.5.5.7.3.1";
  private static final String ANY_USAGE = "2.5.29.37.0";

  /**
   * Reads and checks it, so that no client has to find out that it cannot work.
   *
   * @throws TlsException when it cannot
   */
  static ServerCertificate read(Path file, Path keyFile, Instant now) throws TlsException {
    List<X509Certificate> chain = Pem.certificates(file);
    PrivateKey key = Pem.privateKey(keyFile);
    X509Certificate leaf = chain.get(0);
    checkTime(file, leaf, now);
    checkPair(file, keyFile, leaf, key);
    checkChain(file, chain);
    try {
      List<String> usages = leaf.getExtendedKeyUsage();
      if (usages != null
          && !usages.contains(SERVER_AUTHENTICATION)
          && !usages.contains(ANY_USAGE)) {
        throw new TlsException(
            file + ": the first certificate's extended key usage does not allow a TLS server");
      }
      List<String> hosts =
          CertificateNames.dns(leaf).stream().map(n -> n.toLowerCase(Locale.ROOT)).toList();
      return new ServerCertificate(file, chain, key, hosts);
    } catch (CertificateParsingException e) {
      throw new TlsException(file + ": the first certificate's extensions cannot be read", e);
    }
  }

  private static void checkTime(Path file, X509Certificate leaf, Instant now) throws TlsException {
    Instant from = leaf.getNotBefore().toInstant();
    Instant until = leaf.getNotAfter().toInstant();
    if (now.isAfter(until)) {
      throw new TlsException(file + ": the certificate has expired at " + until);
    }
    if (now.isBefore(from)) {
      throw new TlsException(file + ": the certificate is not valid before " + from);
    }
  }

  private static void checkPair(Path file, Path keyFile, X509Certificate leaf, PrivateKey key)
      throws TlsException {
    String algorithm =
        switch (key.getAlgorithm()) {
          case "EC" -> "SHA256withECDSA";
          case "RSA" -> "SHA256withRSA";
          default -> "EdDSA";
        };
    byte[] sample = "holdfast".getBytes(StandardCharsets.US_ASCII);
    try {
      Signature signature = Signature.getInstance(algorithm);
      signature.initSign(key);
      signature.update(sample);
      byte[] signed = signature.sign();
      signature.initVerify(leaf.getPublicKey());
      signature.update(sample);
      if (signature.verify(signed)) {
        return;
      }
    } catch (GeneralSecurityException differentKinds) {
      throw new TlsException(
          keyFile + " is not the key of the first certificate in " + file, differentKinds);
    }
    throw new TlsException(keyFile + " is not the key of the first certificate in " + file);
  }

  private static void checkChain(Path file, List<X509Certificate> chain) throws TlsException {
    for (int i = 1; i < chain.size(); i++) {
      try {
        chain.get(i - 1).verify(chain.get(i).getPublicKey());
      } catch (GeneralSecurityException e) {
        throw new TlsException(
            file
                + ": certificate "
                + i
                + " is not issued by certificate "
                + (i + 1)
                + "; the order is leaf, its issuer, the issuer's issuer",
            e);
      }
    }
  }

  X509Certificate leaf() {
    return chain.get(0);
  }
}
