package dev.holdfast.broker.audit;

import java.util.Arrays;
import java.util.Base64;
import org.bouncycastle.crypto.params.Ed25519PrivateKeyParameters;
import org.bouncycastle.crypto.signers.Ed25519Signer;

/** An Ed25519 key that signs one checkpoint and is destroyed then. */
final class SigningKey {
  static final int SEED_BYTES = 32;

  private final byte[] seed;

  /** Takes the seed. */
  SigningKey(byte[] seed) {
    this.seed = seed;
  }

  byte[] seed() {
    return seed;
  }

  /** The public half, base64url. */
  String publicKey() {
    return text(new Ed25519PrivateKeyParameters(seed, 0).generatePublicKey().getEncoded());
  }

  /** A signature, base64url. */
  String sign(byte[] message) {
    Ed25519Signer signer = new Ed25519Signer();
    signer.init(true, new Ed25519PrivateKeyParameters(seed, 0));
    signer.update(message, 0, message.length);
    return text(signer.generateSignature());
  }

  void wipe() {
    Arrays.fill(seed, (byte) 0);
  }

  private static String text(byte[] bytes) {
    return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
  }

  @Override
  public String toString() {
    return "SigningKey[***]";
  }
}
