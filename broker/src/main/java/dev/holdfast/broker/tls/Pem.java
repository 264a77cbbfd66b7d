package dev.holdfast.broker.tls;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.DERNull;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.pkcs.PrivateKeyInfo;
import org.bouncycastle.asn1.pkcs.RSAPrivateKey;
import org.bouncycastle.asn1.sec.ECPrivateKey;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.asn1.x9.X9ObjectIdentifiers;

/** PEM files (RFC 7468): text with blocks between BEGIN and END lines. Does file I/O. */
final class Pem {

  private static final int MAX_BYTES = 64 << 20;
  private static final Pattern BLOCK =
      Pattern.compile("-----BEGIN ([A-Z0-9 ]+)-----([^-]*)-----END \\1-----");

  /** RFC 8410 §3. */
  private static final ASN1ObjectIdentifier ED25519 = new ASN1ObjectIdentifier("1.3.101.112");

  private static final Map<ASN1ObjectIdentifier, String> KEY_ALGORITHMS =
      Map.of(
          PKCSObjectIdentifiers.rsaEncryption,
          "RSA",
          X9ObjectIdentifiers.id_ecPublicKey,
          "EC",
          ED25519,
          "EdDSA");

  private Pem() {}

  private record Block(String type, byte[] der) {}

  /** The whole file. */
  static byte[] read(Path file) throws TlsException {
    try {
      if (Files.size(file) > MAX_BYTES) {
        throw new TlsException(file + " is larger than " + MAX_BYTES + " bytes");
      }
      return Files.readAllBytes(file);
    } catch (NoSuchFileException e) {
      throw new TlsException(file + " does not exist", e);
    } catch (IOException e) {
      throw new TlsException(file + " cannot be read: " + e, e);
    }
  }

  /** All certificates in the order of the file; at least one. */
  static List<X509Certificate> certificates(Path file) throws TlsException {
    List<X509Certificate> certificates = new ArrayList<>();
    try {
      CertificateFactory factory = CertificateFactory.getInstance("X.509");
      for (Block block : blocks(file)) {
        if (block.type().equals("CERTIFICATE")) {
          certificates.add(
              (X509Certificate) factory.generateCertificate(new ByteArrayInputStream(block.der())));
        }
      }
    } catch (CertificateException e) {
      throw new TlsException(file + " holds a certificate that cannot be read: " + e, e);
    }
    if (certificates.isEmpty()) {
      throw new TlsException(file + " holds no certificate in PEM (BEGIN CERTIFICATE)");
    }
    return List.copyOf(certificates);
  }

  /** The first private key: PKCS#8, or what OpenSSL writes for RSA (PKCS#1) and EC (SEC 1). */
  static PrivateKey privateKey(Path file) throws TlsException {
    for (Block block : blocks(file)) {
      switch (block.type()) {
        case "PRIVATE KEY" -> {
          return key(file, block.der());
        }
        case "RSA PRIVATE KEY" -> {
          return key(file, fromPkcs1(file, block.der()));
        }
        case "EC PRIVATE KEY" -> {
          return key(file, fromSec1(file, block.der()));
        }
        case "ENCRYPTED PRIVATE KEY" ->
            throw new TlsException(
                file + " is encrypted; openssl pkey -in … -out … writes it without a password");
        default -> {
          // Parameters, certificates: a key may follow.
        }
      }
    }
    throw new TlsException(file + " holds no private key in PEM (BEGIN PRIVATE KEY)");
  }

  private static List<Block> blocks(Path file) throws TlsException {
    Matcher matcher = BLOCK.matcher(new String(read(file), StandardCharsets.ISO_8859_1));
    List<Block> blocks = new ArrayList<>();
    while (matcher.find()) {
      try {
        blocks.add(new Block(matcher.group(1), Base64.getMimeDecoder().decode(matcher.group(2))));
      } catch (IllegalArgumentException e) {
        throw new TlsException(file + " holds a block that is not Base64", e);
      }
    }
    return blocks;
  }

  private static PrivateKey key(Path file, byte[] pkcs8) throws TlsException {
    try {
      ASN1ObjectIdentifier kind =
          PrivateKeyInfo.getInstance(pkcs8).getPrivateKeyAlgorithm().getAlgorithm();
      String algorithm = KEY_ALGORITHMS.get(kind);
      if (algorithm == null) {
        throw new TlsException(
            file + " holds a private key of a kind (" + kind + ") other than RSA, EC or Ed25519");
      }
      return KeyFactory.getInstance(algorithm).generatePrivate(new PKCS8EncodedKeySpec(pkcs8));
    } catch (GeneralSecurityException | IllegalArgumentException e) {
      throw new TlsException(file + " holds a private key that cannot be read", e);
    }
  }

  private static byte[] fromPkcs1(Path file, byte[] der) throws TlsException {
    try {
      return new PrivateKeyInfo(
              new AlgorithmIdentifier(PKCSObjectIdentifiers.rsaEncryption, DERNull.INSTANCE),
              RSAPrivateKey.getInstance(der))
          .getEncoded();
    } catch (IOException | IllegalArgumentException e) {
      throw new TlsException(file + " holds an RSA key that cannot be read", e);
    }
  }

  private static byte[] fromSec1(Path file, byte[] der) throws TlsException {
    try {
      ECPrivateKey key = ECPrivateKey.getInstance(der);
      return new PrivateKeyInfo(
              new AlgorithmIdentifier(
                  X9ObjectIdentifiers.id_ecPublicKey, key.getParametersObject()),
              key)
          .getEncoded();
    } catch (IOException | IllegalArgumentException e) {
      throw new TlsException(file + " holds an EC key that cannot be read", e);
    }
  }
}
