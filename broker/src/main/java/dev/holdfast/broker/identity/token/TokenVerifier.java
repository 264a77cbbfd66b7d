package dev.holdfast.broker.identity.token;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.holdfast.acl.Principal;
import dev.holdfast.acl.Scope;
import dev.holdfast.broker.identity.token.TokenException.Code;
import java.io.IOException;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.bouncycastle.crypto.params.Ed25519PublicKeyParameters;
import org.bouncycastle.crypto.signers.Ed25519Signer;
import org.jspecify.annotations.Nullable;

/**
 * Checks tokens (SECURITY §2.7): JWS compact, {@code EdDSA} and nothing else, a header of exactly
 * {@code alg}, {@code kid} and {@code typ}. The signature is checked before a claim is looked at.
 * Immutable; any thread.
 */
final class TokenVerifier {
  static final int MAX_BYTES = 8 << 10;
  static final long MAX_LIFE_SECONDS = 24 * 3_600;
  private static final int MAX_HEADER_BYTES = 256;
  private static final int MAX_DEPTH = 4;
  private static final int MAX_NAME = 256;
  private static final int MIN_ID = 16;
  private static final long SKEW_SECONDS = 30;
  private static final int SIGNATURE_BYTES = 64;
  private static final int MAX_DIGITS = 20;

  private static final JsonMapper JSON =
      JsonMapper.builder(
              JsonFactory.builder()
                  .streamReadConstraints(
                      StreamReadConstraints.builder()
                          .maxNestingDepth(MAX_DEPTH)
                          .maxNumberLength(MAX_DIGITS)
                          .build())
                  .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                  .disable(StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION)
                  .build())
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
          .build();

  private final String issuer;
  private final String keyId;
  private final Ed25519PublicKeyParameters key;

  /** For the tokens of one issuer, who is their audience too, signed with one key. */
  TokenVerifier(String issuer, String keyId, Ed25519PublicKeyParameters key) {
    this.issuer = issuer;
    this.keyId = keyId;
    this.key = key;
  }

  /**
   * What the token says.
   *
   * @throws TokenException when it is not good now
   */
  TokenClaims verify(String token, long nowSeconds) {
    String[] parts = token.split("\\.", -1);
    check(token.length() <= MAX_BYTES && parts.length == 3, "three parts of at most 8 KiB");
    byte[] header = decode(parts[0]);
    byte[] payload = decode(parts[1]);
    byte[] signature = decode(parts[2]);
    check(header.length <= MAX_HEADER_BYTES, "a header of at most 256 bytes");
    checkHeader(object(header));
    check(signature.length == SIGNATURE_BYTES, "a signature of 64 bytes");
    byte[] signed = (parts[0] + "." + parts[1]).getBytes(StandardCharsets.US_ASCII);
    Ed25519Signer verifier = new Ed25519Signer();
    verifier.init(false, key);
    verifier.update(signed, 0, signed.length);
    check(verifier.verifySignature(signature), "a signature of its issuer");
    return claims(object(payload), nowSeconds);
  }

  private void checkHeader(ObjectNode header) {
    Set<String> names = new HashSet<>();
    header.fieldNames().forEachRemaining(names::add);
    check(names.equals(Set.of("alg", "kid", "typ")), "a header of alg, kid and typ");
    check("EdDSA".equals(header.path("alg").textValue()), "the algorithm EdDSA");
    check("at+jwt".equals(header.path("typ").textValue()), "the type at+jwt");
    check(keyId.equals(header.path("kid").textValue()), "a key that is known");
  }

  private TokenClaims claims(ObjectNode claims, long now) {
    check(issuer.equals(claims.path("iss").textValue()), "this issuer");
    check(audience(claims.path("aud")), "this audience");
    String subject = name(claims, "sub", 1);
    String id = name(claims, "jti", MIN_ID);
    long expires = time(claims, "exp");
    long issued = time(claims, "iat");
    check(expires - issued <= MAX_LIFE_SECONDS && expires > issued, "a life of at most 24 h");
    if (now >= expires + SKEW_SECONDS) {
      throw new TokenException(Code.EXPIRED, "the token has expired");
    }
    boolean early = claims.has("nbf") && time(claims, "nbf") - SKEW_SECONDS > now;
    if (early || issued - SKEW_SECONDS > now) {
      throw new TokenException(Code.EXPIRED, "the token is not valid yet");
    }
    JsonNode confirmation = claims.path("cnf");
    return new TokenClaims(
        subject,
        id,
        issued,
        expires,
        scopes(claims.path("scope")),
        roles(claims.path("roles")),
        uid(confirmation),
        thumbprint(confirmation));
  }

  private boolean audience(JsonNode audience) {
    if (audience.isArray()) {
      for (JsonNode one : audience) {
        if (issuer.equals(one.textValue())) {
          return true;
        }
      }
      return false;
    }
    return issuer.equals(audience.textValue());
  }

  private static List<Scope> scopes(JsonNode scope) {
    String text = scope.textValue();
    if (text == null) {
      throw invalid("a scope");
    }
    List<Scope> scopes = new ArrayList<>();
    try {
      for (String one : text.split(" ", -1)) {
        scopes.add(Scope.parse(one));
      }
    } catch (IllegalArgumentException e) {
      throw invalid("scopes that are known");
    }
    return scopes;
  }

  private static Set<String> roles(JsonNode roles) {
    Set<String> all = new HashSet<>();
    check(roles.isMissingNode() || roles.isArray(), "roles in an array");
    for (JsonNode role : roles) {
      check(Principal.ADMIN.equals(role.textValue()), "roles that are known");
      all.add(role.textValue());
    }
    return all;
  }

  /** What binds a token and is not understood would not bind it. */
  private static long uid(JsonNode confirmation) {
    check(
        confirmation.isMissingNode() || (confirmation.isObject() && confirmation.size() == 1),
        "one way of binding");
    JsonNode uid = confirmation.path("uid");
    if (uid.isMissingNode()) {
      check(
          confirmation.isMissingNode() || confirmation.path("x5t#S256").isTextual(),
          "a binding that is known");
      return -1;
    }
    check(uid.isIntegralNumber() && uid.canConvertToLong() && uid.longValue() >= 0, "a uid");
    return uid.longValue();
  }

  private static @Nullable String thumbprint(JsonNode confirmation) {
    return confirmation.path("x5t#S256").textValue();
  }

  private static String name(ObjectNode claims, String field, int min) {
    String text = claims.path(field).textValue();
    if (text == null
        || text.length() < min
        || text.length() > MAX_NAME
        || text.codePoints()
            .anyMatch(c -> c < ' ' || c == 0x7F || Character.getType(c) == Character.FORMAT)) {
      throw invalid("a " + field);
    }
    return text;
  }

  /** Whole seconds of an integer or a decimal number; nothing that would become another one. */
  private static long time(ObjectNode claims, String field) {
    JsonNode value = claims.path(field);
    if (!value.isNumber()) {
      throw invalid("a number " + field);
    }
    BigDecimal exact = value.decimalValue();
    boolean fits =
        exact.signum() > 0
            && exact.precision() - exact.scale() <= 11
            && exact.scale() <= MAX_DIGITS;
    check(fits, "a time " + field);
    return exact.setScale(0, RoundingMode.FLOOR).longValueExact();
  }

  private static ObjectNode object(byte[] json) {
    try {
      if (JSON.readTree(json) instanceof ObjectNode object) {
        return object;
      }
    } catch (IOException e) {
      throw invalid("JSON");
    }
    throw invalid("JSON objects");
  }

  /** Base64url has several spellings of the same bytes; only one is taken. */
  private static byte[] decode(String text) {
    try {
      byte[] bytes = Base64.getUrlDecoder().decode(text);
      check(
          Base64.getUrlEncoder().withoutPadding().encodeToString(bytes).equals(text), "base64url");
      return bytes;
    } catch (IllegalArgumentException e) {
      throw invalid("base64url");
    }
  }

  private static void check(boolean good, String wanted) {
    if (!good) {
      throw invalid(wanted);
    }
  }

  private static TokenException invalid(String wanted) {
    return new TokenException(Code.INVALID, "the token has not " + wanted);
  }
}
