package dev.holdfast.broker.identity.token;

import dev.holdfast.broker.identity.token.IssuerKey.SignatureCheck;
import java.math.BigInteger;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import org.bouncycastle.asn1.x9.X9ECParameters;
import org.bouncycastle.crypto.ec.CustomNamedCurves;
import org.bouncycastle.crypto.params.ECDomainParameters;
import org.bouncycastle.crypto.params.ECPublicKeyParameters;
import org.bouncycastle.crypto.params.Ed25519PublicKeyParameters;
import org.bouncycastle.crypto.signers.ECDSASigner;
import org.bouncycastle.crypto.signers.Ed25519Signer;
import org.bouncycastle.math.ec.ECPoint;
import org.bouncycastle.math.ec.rfc8032.Ed25519;

/** Signatures of tokens. Bouncy Castle checks both kinds several times faster than the JDK. */
final class SignatureChecks {
  private static final int COORDINATE = 32;
  private static final X9ECParameters CURVE = CustomNamedCurves.getByName("P-256");
  private static final ECDomainParameters P256 = new ECDomainParameters(CURVE);

  private SignatureChecks() {}

  /**
   * Ed25519.
   *
   * @throws IllegalArgumentException when it is no key
   */
  static SignatureCheck ed25519(byte[] key) {
    if (key.length != Ed25519.PUBLIC_KEY_SIZE || !Ed25519.validatePublicKeyFull(key, 0)) {
      throw new IllegalArgumentException("x is no Ed25519 public key");
    }
    return ed25519(new Ed25519PublicKeyParameters(key, 0));
  }

  static SignatureCheck ed25519(Ed25519PublicKeyParameters key) {
    return (message, signature) -> {
      Ed25519Signer verifier = new Ed25519Signer();
      verifier.init(false, key);
      verifier.update(message, 0, message.length);
      return verifier.verifySignature(signature);
    };
  }

  /**
   * ECDSA over P-256, signatures as r and s of 32 bytes each (RFC 7518 §3.4).
   *
   * @throws IllegalArgumentException when it is no point of the curve
   */
  static SignatureCheck es256(byte[] x, byte[] y) {
    if (x.length != COORDINATE || y.length != COORDINATE) {
      throw new IllegalArgumentException("x and y have 32 bytes each");
    }
    ECPoint point = CURVE.getCurve().validatePoint(new BigInteger(1, x), new BigInteger(1, y));
    ECPublicKeyParameters key = new ECPublicKeyParameters(point, P256);
    return (message, signature) -> {
      ECDSASigner verifier = new ECDSASigner();
      verifier.init(false, key);
      // Refuses r and s that are 0 or not below the order.
      return verifier.verifySignature(
          sha256(message),
          new BigInteger(1, Arrays.copyOf(signature, COORDINATE)),
          new BigInteger(1, Arrays.copyOfRange(signature, COORDINATE, 2 * COORDINATE)));
    };
  }

  private static byte[] sha256(byte[] message) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(message);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }
}
