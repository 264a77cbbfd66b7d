package dev.holdfast.broker.identity;

import java.security.MessageDigest;
import java.util.Arrays;
import java.util.Base64;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.bouncycastle.crypto.generators.Argon2BytesGenerator;
import org.bouncycastle.crypto.params.Argon2Parameters;

/** A password kept as Argon2id (RFC 9106), printed as a PHC string. About 30 ms and 19 MiB each. */
record Argon2Hash(int memoryKib, int passes, int lanes, byte[] salt, byte[] hash) {

  private static final int MEMORY_KIB = 19_456;
  private static final int PASSES = 2;
  private static final int LANES = 1;
  private static final int HASH_BYTES = 32;
  private static final int MAX_MEMORY_KIB = 1 << 20;

  private static final Pattern PHC =
      Pattern.compile(
          "\\$argon2id\\$v=19\\$m=(\\d{1,7}),t=(\\d{1,3}),p=(\\d{1,2})"
              + "\\$([A-Za-z0-9+/]+)\\$([A-Za-z0-9+/]+)");

  static final int SALT_BYTES = 16;

  static Argon2Hash of(byte[] password, byte[] salt) {
    return new Argon2Hash(
        MEMORY_KIB,
        PASSES,
        LANES,
        salt,
        derive(new Argon2Hash(MEMORY_KIB, PASSES, LANES, salt, new byte[HASH_BYTES]), password));
  }

  boolean matches(byte[] password) {
    return MessageDigest.isEqual(hash, derive(this, password));
  }

  private static byte[] derive(Argon2Hash like, byte[] password) {
    Argon2BytesGenerator generator = new Argon2BytesGenerator();
    generator.init(
        new Argon2Parameters.Builder(Argon2Parameters.ARGON2_id)
            .withVersion(Argon2Parameters.ARGON2_VERSION_13)
            .withMemoryAsKB(like.memoryKib)
            .withIterations(like.passes)
            .withParallelism(like.lanes)
            .withSalt(like.salt)
            .build());
    byte[] result = new byte[like.hash.length];
    generator.generateBytes(password, result);
    return result;
  }

  /** The PHC string. */
  String print() {
    Base64.Encoder base64 = Base64.getEncoder().withoutPadding();
    return "$argon2id$v=19$m="
        + memoryKib
        + ",t="
        + passes
        + ",p="
        + lanes
        + "$"
        + base64.encodeToString(salt)
        + "$"
        + base64.encodeToString(hash);
  }

  /** Reads a PHC string; {@link IllegalArgumentException} says what is wrong. */
  static Argon2Hash parse(String text) {
    Matcher parts = PHC.matcher(text);
    if (!parts.matches()) {
      throw new IllegalArgumentException("not an argon2id PHC string");
    }
    Argon2Hash hash =
        new Argon2Hash(
            Integer.parseInt(parts.group(1)),
            Integer.parseInt(parts.group(2)),
            Integer.parseInt(parts.group(3)),
            Base64.getDecoder().decode(parts.group(4)),
            Base64.getDecoder().decode(parts.group(5)));
    boolean sane =
        hash.memoryKib >= 8 * Math.max(1, hash.lanes)
            && hash.memoryKib <= MAX_MEMORY_KIB
            && hash.passes >= 1
            && hash.lanes >= 1
            && hash.hash.length >= 16;
    if (!sane) {
      throw new IllegalArgumentException("argon2id parameters out of range");
    }
    return hash;
  }

  /** Same cost as a real one; nobody knows its password. */
  static Argon2Hash imitation(byte[] imitationKey) {
    byte[] salt = Arrays.copyOf(ScramHash.SHA_256.hmac(imitationKey, new byte[] {4}), SALT_BYTES);
    return new Argon2Hash(
        MEMORY_KIB, PASSES, LANES, salt, ScramHash.SHA_256.hmac(imitationKey, new byte[] {5}));
  }

  @Override
  public String toString() {
    return "argon2id hash";
  }
}
