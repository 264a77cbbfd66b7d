package dev.holdfast.cli.audit;

import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.Signature;
import java.security.spec.X509EncodedKeySpec;
import java.util.Base64;
import java.util.HexFormat;

/** Ed25519 public keys as 32 bytes in base64url, verified by the JDK. Stateless. */
final class PublicKeys {
  private static final int BYTES = 32;

  /** What precedes the 32 bytes in a SubjectPublicKeyInfo (RFC 8410). */
  private static final byte[] PREFIX = HexFormat.of().parseHex("302a300506032b6570032100");

  private PublicKeys() {}

  /** Whether the text has the form of a key. */
  static boolean isKey(String text) {
    try {
      return Base64.getUrlDecoder().decode(text).length == BYTES;
    } catch (IllegalArgumentException e) {
      return false;
    }
  }

  /** Whether {@code signature} (base64url) of the message is this key's. */
  static boolean verifies(String key, byte[] message, String signature) {
    try {
      byte[] raw = Base64.getUrlDecoder().decode(key);
      if (raw.length != BYTES) {
        return false;
      }
      byte[] encoded = new byte[PREFIX.length + BYTES];
      System.arraycopy(PREFIX, 0, encoded, 0, PREFIX.length);
      System.arraycopy(raw, 0, encoded, PREFIX.length, BYTES);
      PublicKey publicKey =
          KeyFactory.getInstance("Ed25519").generatePublic(new X509EncodedKeySpec(encoded));
      Signature verifier = Signature.getInstance("Ed25519");
      verifier.initVerify(publicKey);
      verifier.update(message);
      return verifier.verify(Base64.getUrlDecoder().decode(signature));
    } catch (GeneralSecurityException | IllegalArgumentException e) {
      return false;
    }
  }
}
