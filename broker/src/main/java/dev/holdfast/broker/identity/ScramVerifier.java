package dev.holdfast.broker.identity;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.Base64;

/**
 * What the broker keeps of a password for SCRAM (RFC 5802 §3). From it a client can be recognised,
 * but nobody can log in with it.
 */
record ScramVerifier(
    ScramHash hash, int iterations, byte[] salt, byte[] storedKey, byte[] serverKey) {

  /** Enough for secrets of 192 bits; SCRAM is never used for passwords people think up. */
  static final int ITERATIONS = 4096;

  static final int SALT_BYTES = 16;

  private static final byte[] CLIENT_KEY = "Client Key".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] SERVER_KEY = "Server Key".getBytes(StandardCharsets.US_ASCII);

  static ScramVerifier of(ScramHash hash, byte[] password, byte[] salt, int iterations) {
    byte[] salted = hash.hi(password, salt, iterations);
    byte[] clientKey = hash.hmac(salted, CLIENT_KEY);
    try {
      return new ScramVerifier(
          hash, iterations, salt, hash.hash(clientKey), hash.hmac(salted, SERVER_KEY));
    } finally {
      Arrays.fill(salted, (byte) 0);
      Arrays.fill(clientKey, (byte) 0);
    }
  }

  /**
   * For names that do not exist: the salt is the same at every try, and no password fits, because
   * the stored key is no hash of anything known.
   */
  static ScramVerifier imitation(ScramHash hash, byte[] imitationKey, String name) {
    byte[] user = name.getBytes(StandardCharsets.UTF_8);
    byte[] salt = hash.hmac(imitationKey, new byte[] {1}, user);
    return new ScramVerifier(
        hash,
        ITERATIONS,
        Arrays.copyOf(salt, SALT_BYTES),
        hash.hmac(imitationKey, new byte[] {2}, user),
        hash.hmac(imitationKey, new byte[] {3}, user));
  }

  /** Whether this is the password, for PLAIN. Costs {@link #ITERATIONS} rounds of HMAC. */
  boolean matches(byte[] password) {
    return MessageDigest.isEqual(storedKey, of(hash, password, salt, iterations).storedKey());
  }

  /** Whether the client's proof shows that it knows the password (RFC 5802 §3). */
  boolean proves(byte[] proof, byte[] authMessage) {
    if (proof.length != hash.bytes()) {
      return false;
    }
    byte[] clientKey = hash.hmac(storedKey, authMessage);
    for (int i = 0; i < clientKey.length; i++) {
      clientKey[i] ^= proof[i];
    }
    return MessageDigest.isEqual(storedKey, hash.hash(clientKey));
  }

  /** ServerSignature: shows the client that the broker has the verifier. */
  byte[] signature(byte[] authMessage) {
    return hash.hmac(serverKey, authMessage);
  }

  /** As in the users file. */
  String print() {
    Base64.Encoder base64 = Base64.getEncoder();
    return String.join(
        ",",
        hash.label(),
        Integer.toString(iterations),
        base64.encodeToString(salt),
        base64.encodeToString(storedKey),
        base64.encodeToString(serverKey));
  }

  /** Reads {@link #print()}; {@link IllegalArgumentException} says what is wrong. */
  static ScramVerifier parse(String text) {
    String[] parts = text.split(",", -1);
    if (parts.length != 5) {
      throw new IllegalArgumentException("a SCRAM verifier has 5 parts");
    }
    ScramHash hash =
        Arrays.stream(ScramHash.values())
            .filter(h -> h.label().equals(parts[0]))
            .findFirst()
            .orElseThrow(() -> new IllegalArgumentException("unknown SCRAM hash"));
    Base64.Decoder base64 = Base64.getDecoder();
    ScramVerifier verifier =
        new ScramVerifier(
            hash,
            Integer.parseInt(parts[1]),
            base64.decode(parts[2]),
            base64.decode(parts[3]),
            base64.decode(parts[4]));
    if (verifier.iterations < ITERATIONS
        || verifier.storedKey.length != hash.bytes()
        || verifier.serverKey.length != hash.bytes()) {
      throw new IllegalArgumentException("a SCRAM verifier has the wrong size");
    }
    return verifier;
  }

  @Override
  public String toString() {
    return hash.mechanism() + " verifier";
  }
}
