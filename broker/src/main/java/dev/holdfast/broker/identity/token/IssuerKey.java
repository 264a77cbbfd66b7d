package dev.holdfast.broker.identity.token;

import java.util.Set;

/**
 * A key that tokens are signed with.
 *
 * @param issuer the only one whose tokens it vouches for
 * @param audiences of which a token has to be meant for one
 * @param id as {@code kid} names it
 * @param algorithm the only one it is used with
 * @param own whether it is the broker's, whose tokens may name roles
 * @param check of signatures
 */
record IssuerKey(
    String issuer,
    Set<String> audiences,
    String id,
    Algorithm algorithm,
    boolean own,
    SignatureCheck check) {

  /** What a token may be signed with; never anything that is none, shared or old. */
  enum Algorithm {
    /** Ed25519. */
    EDDSA("EdDSA"),
    /** ECDSA over P-256 with SHA-256. */
    ES256("ES256");

    private final String text;

    Algorithm(String text) {
      this.text = text;
    }

    /** As headers spell it. */
    String text() {
      return text;
    }
  }

  /** Checks a signature of 64 bytes. Any thread. */
  interface SignatureCheck {
    boolean good(byte[] message, byte[] signature);
  }

  /** Names issuer and key, for what comes of its tokens. */
  String reference() {
    return issuer + " " + id;
  }
}
