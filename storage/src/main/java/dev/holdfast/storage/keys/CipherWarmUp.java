package dev.holdfast.storage.keys;

import java.security.GeneralSecurityException;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * Runs AES-GCM until the JVM has compiled it to the processor's own instructions: before that a
 * chunk costs milliseconds instead of microseconds, and the first messages would pay for it.
 */
public final class CipherWarmUp {
  private static final int[] SIZES = {256, 4 * 1024, 64 * 1024};
  private static final int[] ROUNDS = {3_000, 1_000, 40};

  private CipherWarmUp() {}

  /** Seals and opens throw-away bytes under a throw-away key; returns how many bytes. */
  public static long run() {
    long done = 0;
    SecretKeySpec key = AesGcm.key(AesGcm.random(32));
    Cipher seal = AesGcm.cipher();
    Cipher open = AesGcm.cipher();
    byte[] plain = new byte[SIZES[SIZES.length - 1]];
    byte[] sealed = new byte[plain.length + Sealer.TAG_BYTES];
    byte[] nonce = new byte[AesGcm.NONCE_BYTES];
    try {
      for (int step = 0; step < SIZES.length; step++) {
        for (int i = 0; i < ROUNDS[step]; i++) {
          nonce[0] = (byte) step;
          nonce[1] = (byte) i;
          nonce[2] = (byte) (i >>> 8);
          GCMParameterSpec spec = new GCMParameterSpec(AesGcm.TAG_BITS, nonce);
          seal.init(Cipher.ENCRYPT_MODE, key, spec);
          int length = seal.doFinal(plain, 0, SIZES[step], sealed, 0);
          open.init(Cipher.DECRYPT_MODE, key, spec);
          done += open.doFinal(sealed, 0, length, plain, 0);
        }
      }
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("AES-GCM does not open what it sealed", e);
    }
    return done;
  }
}
