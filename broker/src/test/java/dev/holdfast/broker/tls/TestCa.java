package dev.holdfast.broker.tls;

import java.io.IOException;
import java.io.OutputStream;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.security.SecureRandom;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Date;
import java.util.List;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.CRLReason;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v2CRLBuilder;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.ContentSigner;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/** A certificate authority for tests. */
public final class TestCa {
  /** Of every key store made here. */
  public static final String PASSWORD = "changeit";

  private static final SecureRandom RANDOM = new SecureRandom();
  private final KeyPair keys;
  private final X509Certificate certificate;

  private TestCa(KeyPair keys, X509Certificate certificate) {
    this.keys = keys;
    this.certificate = certificate;
  }

  /**
   * Makes one.
   *
   * @param name its common name
   */
  public static TestCa create(String name) {
    try {
      KeyPair keys = generate("EC");
      X500Name subject = new X500Name("CN=" + name);
      Instant now = Instant.now();
      var builder =
          new JcaX509v3CertificateBuilder(
              subject,
              serial(),
              Date.from(now.minus(Duration.ofDays(1))),
              Date.from(now.plus(Duration.ofDays(3650))),
              subject,
              keys.getPublic());
      builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(0));
      builder.addExtension(
          Extension.keyUsage, true, new KeyUsage(KeyUsage.keyCertSign | KeyUsage.cRLSign));
      return new TestCa(keys, sign(builder, keys));
    } catch (GeneralSecurityException | IOException | OperatorCreationException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Its own certificate. */
  public X509Certificate certificate() {
    return certificate;
  }

  /** Its own certificate, PEM. */
  public String pem() {
    return TestCa.pem("CERTIFICATE", encoded(certificate));
  }

  /** A key store that trusts it, for clients. */
  public Path trustStore(Path file) throws IOException, GeneralSecurityException {
    KeyStore store = KeyStore.getInstance("PKCS12");
    store.load(null, null);
    store.setCertificateEntry("ca", certificate);
    try (OutputStream out = Files.newOutputStream(file)) {
      store.store(out, PASSWORD.toCharArray());
    }
    return file;
  }

  /** A list of what is revoked, PEM. */
  public String revocationList(X509Certificate... revoked) {
    try {
      var builder = new JcaX509v2CRLBuilder(certificate.getSubjectX500Principal(), new Date());
      builder.setNextUpdate(Date.from(Instant.now().plus(Duration.ofDays(7))));
      for (X509Certificate one : revoked) {
        builder.addCRLEntry(one.getSerialNumber(), new Date(), CRLReason.keyCompromise);
      }
      return pem("X509 CRL", builder.build(signer(keys)).getEncoded());
    } catch (IOException | OperatorCreationException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Begins a certificate. */
  public Request request(String commonName) {
    return new Request(this, commonName);
  }

  /** A certificate to be issued; valid for a day, for servers and clients. */
  public static final class Request {
    private final TestCa ca;
    private final String commonName;
    private final List<GeneralName> names = new ArrayList<>();
    private Instant from = Instant.now().minus(Duration.ofHours(1));
    private Instant until = Instant.now().plus(Duration.ofDays(1));
    private String algorithm = "EC";
    private KeyPurposeId[] usages = {KeyPurposeId.id_kp_serverAuth, KeyPurposeId.id_kp_clientAuth};

    private Request(TestCa ca, String commonName) {
      this.ca = ca;
      this.commonName = commonName;
    }

    /** With a host name. */
    public Request dns(String name) {
      names.add(new GeneralName(GeneralName.dNSName, name));
      return this;
    }

    /** With an address. */
    public Request ip(String address) {
      names.add(new GeneralName(GeneralName.iPAddress, address));
      return this;
    }

    /** With a URI. */
    public Request uri(String uri) {
      names.add(new GeneralName(GeneralName.uniformResourceIdentifier, uri));
      return this;
    }

    /** Valid at other times. */
    public Request valid(Instant notBefore, Instant notAfter) {
      from = notBefore;
      until = notAfter;
      return this;
    }

    /** With a key of another kind than EC. */
    public Request key(String keyAlgorithm) {
      algorithm = keyAlgorithm;
      return this;
    }

    /** For servers only. */
    public Request serverOnly() {
      usages = new KeyPurposeId[] {KeyPurposeId.id_kp_serverAuth};
      return this;
    }

    /** For clients only. */
    public Request clientOnly() {
      usages = new KeyPurposeId[] {KeyPurposeId.id_kp_clientAuth};
      return this;
    }

    /** Issues it. */
    public Issued issue() {
      try {
        KeyPair pair = generate(algorithm);
        var builder =
            new JcaX509v3CertificateBuilder(
                new X500Name(ca.certificate.getSubjectX500Principal().getName()),
                serial(),
                Date.from(from),
                Date.from(until),
                new X500Name("CN=" + commonName),
                pair.getPublic());
        builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(false));
        builder.addExtension(Extension.extendedKeyUsage, false, new ExtendedKeyUsage(usages));
        if (!names.isEmpty()) {
          builder.addExtension(
              Extension.subjectAlternativeName,
              false,
              new GeneralNames(names.toArray(GeneralName[]::new)));
        }
        return new Issued(ca, sign(builder, ca.keys), pair);
      } catch (GeneralSecurityException | IOException | OperatorCreationException e) {
        throw new IllegalStateException(e);
      }
    }
  }

  /**
   * A certificate with its key.
   *
   * @param ca that has issued it
   * @param certificate itself
   * @param keys its own
   */
  public record Issued(TestCa ca, X509Certificate certificate, KeyPair keys) {

    /** The chain, PEM. */
    public String pem() {
      return TestCa.pem("CERTIFICATE", encoded(certificate)) + ca.pem();
    }

    /** The private key, PEM, PKCS#8. */
    public String keyPem() {
      return TestCa.pem("PRIVATE KEY", keys.getPrivate().getEncoded());
    }

    /** Its serial number as operators write it. */
    public String serial() {
      return certificate.getSerialNumber().toString(16);
    }

    /** Puts both where a broker reads them, the certificate last. */
    public Issued write(Path certificateFile, Path keyFile) throws IOException {
      Files.writeString(keyFile, keyPem());
      Files.writeString(certificateFile, pem());
      return this;
    }

    /** A key store with it, for clients. */
    public Path keyStore(Path file) throws IOException, GeneralSecurityException {
      KeyStore store = KeyStore.getInstance("PKCS12");
      store.load(null, null);
      store.setKeyEntry(
          "client",
          keys.getPrivate(),
          PASSWORD.toCharArray(),
          new Certificate[] {certificate, ca.certificate});
      try (OutputStream out = Files.newOutputStream(file)) {
        store.store(out, PASSWORD.toCharArray());
      }
      return file;
    }
  }

  /** A PEM block. */
  public static String pem(String type, byte[] der) {
    return "-----BEGIN "
        + type
        + "-----\n"
        + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der)
        + "\n-----END "
        + type
        + "-----\n";
  }

  private static KeyPair generate(String algorithm) throws GeneralSecurityException {
    KeyPairGenerator generator = KeyPairGenerator.getInstance(algorithm);
    if (algorithm.equals("EC")) {
      generator.initialize(256);
    } else if (algorithm.equals("RSA")) {
      generator.initialize(2048);
    }
    return generator.generateKeyPair();
  }

  private static BigInteger serial() {
    return new BigInteger(120, RANDOM).setBit(119);
  }

  private static ContentSigner signer(KeyPair keys) throws OperatorCreationException {
    return new JcaContentSignerBuilder("SHA256withECDSA").build(keys.getPrivate());
  }

  private static X509Certificate sign(JcaX509v3CertificateBuilder builder, KeyPair keys)
      throws GeneralSecurityException, OperatorCreationException {
    return new JcaX509CertificateConverter().getCertificate(builder.build(signer(keys)));
  }

  private static byte[] encoded(X509Certificate certificate) {
    try {
      return certificate.getEncoded();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }
}
