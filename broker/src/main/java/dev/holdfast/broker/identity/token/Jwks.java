package dev.holdfast.broker.identity.token;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.holdfast.broker.identity.token.IssuerKey.Algorithm;
import dev.holdfast.broker.identity.token.IssuerKey.SignatureCheck;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Keys of another issuer: a JWK set (RFC 7517) with the member {@code issuer} beside {@code keys},
 * and {@code audience} when its tokens are not made out to the broker's own name. Keys of kinds
 * that are never taken are passed over; what is wrong with a key that could be taken is an error.
 */
final class Jwks {
  private static final int MAX_NAME = 256;
  private static final int MAX_KEYS = 64;

  private Jwks() {}

  /**
   * Reads one.
   *
   * @param name of the issuer when the file does not say
   * @param audience when the file does not say
   * @throws IOException with what is wrong, for people
   */
  static List<IssuerKey> read(byte[] json, String name, String audience) throws IOException {
    ObjectNode set;
    try {
      set = StrictJson.object(json);
    } catch (IOException e) {
      throw new IOException("it is not a JSON object without doubled names", e);
    }
    String issuer = text(set, "issuer", name);
    Set<String> audiences = Set.of(text(set, "audience", audience));
    List<IssuerKey> keys = new ArrayList<>();
    Set<String> ids = new HashSet<>();
    Set<Algorithm> algorithms = new HashSet<>();
    for (JsonNode jwk : set.path("keys")) {
      Algorithm algorithm = algorithm(jwk);
      if (algorithm != null) {
        String id = text(jwk, "kid", "");
        if (!ids.add(id)) {
          throw new IOException("two keys have the kid " + id);
        }
        algorithms.add(algorithm);
        keys.add(new IssuerKey(issuer, audiences, id, algorithm, false, check(jwk, algorithm)));
      }
    }
    if (keys.isEmpty() || keys.size() > MAX_KEYS) {
      throw new IOException("it has no key for EdDSA or ES256, or more than " + MAX_KEYS);
    }
    if (algorithms.size() > 1) {
      throw new IOException("an issuer signs with EdDSA or with ES256, not with both");
    }
    return keys;
  }

  /** Null: a kind that is not taken, or not for signatures. */
  private static @Nullable Algorithm algorithm(JsonNode jwk) {
    String kind = jwk.path("kty").asText() + " " + jwk.path("crv").asText();
    Algorithm algorithm =
        switch (kind) {
          case "OKP Ed25519" -> Algorithm.EDDSA;
          case "EC P-256" -> Algorithm.ES256;
          default -> null;
        };
    boolean otherUse = jwk.has("use") && !jwk.path("use").asText().equals("sig");
    boolean otherAlgorithm =
        algorithm != null && jwk.has("alg") && !jwk.path("alg").asText().equals(algorithm.text());
    return otherUse || otherAlgorithm ? null : algorithm;
  }

  private static SignatureCheck check(JsonNode jwk, Algorithm algorithm) throws IOException {
    if (jwk.has("d")) {
      throw new IOException(
          "it holds a private key, which is not the broker's to know: replace it");
    }
    try {
      byte[] x = Base64.getUrlDecoder().decode(jwk.path("x").asText());
      return algorithm == Algorithm.EDDSA
          ? SignatureChecks.ed25519(x)
          : SignatureChecks.es256(x, Base64.getUrlDecoder().decode(jwk.path("y").asText()));
    } catch (IllegalArgumentException e) {
      throw new IOException("the key " + jwk.path("kid").asText() + " is none", e);
    }
  }

  private static String text(JsonNode of, String member, String absent) throws IOException {
    JsonNode value = of.path(member);
    String text = value.isMissingNode() ? absent : value.textValue();
    boolean good =
        text != null
            && !text.isEmpty()
            && text.length() <= MAX_NAME
            && text.codePoints().allMatch(c -> c > ' ' && c < 0x7F && c != '"');
    if (!good || text == null) {
      throw new IOException(member + " must be 1 to 256 printable ASCII characters without blanks");
    }
    return text;
  }
}
