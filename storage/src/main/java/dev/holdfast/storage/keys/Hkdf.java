package dev.holdfast.storage.keys;

import java.security.GeneralSecurityException;
import java.util.Arrays;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** HKDF with SHA-256 (RFC 5869) for outputs of 32 bytes: one block of expansion. */
final class Hkdf {
  private static final String HMAC = "HmacSHA256";

  private Hkdf() {}

  static byte[] derive(byte[] salt, byte[] secret, byte[] info) {
    byte[] pseudoRandom = new byte[0];
    try {
      pseudoRandom = hmac(salt).doFinal(secret);
      Mac expand = hmac(pseudoRandom);
      expand.update(info);
      expand.update((byte) 1);
      return expand.doFinal();
    } finally {
      Arrays.fill(pseudoRandom, (byte) 0);
    }
  }

  static Mac hmac(byte[] key) {
    try {
      Mac mac = Mac.getInstance(HMAC);
      mac.init(new SecretKeySpec(key, HMAC));
      return mac;
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("this Java runtime has no HMAC-SHA-256", e);
    }
  }
}
