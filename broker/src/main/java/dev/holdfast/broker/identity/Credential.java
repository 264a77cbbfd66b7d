package dev.holdfast.broker.identity;

import java.util.List;

/**
 * What is kept of a user's password. A user has one kind, never both: a SCRAM verifier is cheaper
 * to attack than an Argon2id hash, so it is kept only where guessing is hopeless anyway.
 */
sealed interface Credential {

  /** For generated passwords: one verifier per hash. */
  record Scram(List<ScramVerifier> verifiers) implements Credential {

    public Scram {
      verifiers = List.copyOf(verifiers);
      if (verifiers.size() != ScramHash.values().length) {
        throw new IllegalArgumentException("a SCRAM user has one verifier per hash");
      }
    }

    ScramVerifier verifier(ScramHash hash) {
      for (int i = 0; i < verifiers.size(); i++) {
        if (verifiers.get(i).hash() == hash) {
          return verifiers.get(i);
        }
      }
      throw new IllegalArgumentException("no verifier for " + hash.mechanism());
    }
  }

  /** For passwords people chose. Usable by PLAIN only. */
  record Argon2(Argon2Hash hash) implements Credential {}
}
