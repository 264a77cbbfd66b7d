package dev.holdfast.broker.identity;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.spec.KeySpec;
import java.util.Arrays;
import javax.crypto.Mac;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.PBEKeySpec;
import javax.crypto.spec.SecretKeySpec;

/** The hash functions of the SCRAM mechanisms offered (RFC 5802, RFC 7677), strongest first. */
enum ScramHash {
  SHA_512("SCRAM-SHA-512", "sha512", "SHA-512", "HmacSHA512", 64),
  SHA_256("SCRAM-SHA-256", "sha256", "SHA-256", "HmacSHA256", 32);

  private final String mechanism;
  private final String label;
  private final String digest;
  private final String mac;
  private final int bytes;

  ScramHash(String mechanism, String label, String digest, String mac, int bytes) {
    this.mechanism = mechanism;
    this.label = label;
    this.digest = digest;
    this.mac = mac;
    this.bytes = bytes;
  }

  String mechanism() {
    return mechanism;
  }

  /** Its name in the users file. */
  String label() {
    return label;
  }

  int bytes() {
    return bytes;
  }

  /** H(data). */
  byte[] hash(byte[] data) {
    try {
      return MessageDigest.getInstance(digest).digest(data);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every JDK has " + digest, e);
    }
  }

  /** HMAC(key, parts joined). */
  byte[] hmac(byte[] key, byte[]... parts) {
    try {
      Mac hmac = Mac.getInstance(mac);
      hmac.init(new SecretKeySpec(key, mac));
      for (byte[] part : parts) {
        hmac.update(part);
      }
      return hmac.doFinal();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every JDK has " + mac, e);
    }
  }

  /** Hi(password, salt, iterations): PBKDF2. The caller clears the result. */
  byte[] hi(byte[] password, byte[] salt, int iterations) {
    CharBuffer chars = StandardCharsets.UTF_8.decode(ByteBuffer.wrap(password));
    char[] copy = new char[chars.remaining()];
    chars.get(copy);
    Arrays.fill(chars.array(), '\0');
    PBEKeySpec spec = new PBEKeySpec(copy, salt, iterations, bytes * 8);
    try {
      return derive(spec);
    } finally {
      spec.clearPassword();
      Arrays.fill(copy, '\0');
    }
  }

  private byte[] derive(KeySpec spec) {
    try {
      return SecretKeyFactory.getInstance("PBKDF2With" + mac).generateSecret(spec).getEncoded();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every JDK has PBKDF2With" + mac, e);
    }
  }
}
