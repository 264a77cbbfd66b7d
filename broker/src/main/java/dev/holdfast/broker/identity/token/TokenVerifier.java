package dev.holdfast.broker.identity.token;

import com.fasterxml.jackson.databind.JsonNode;
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
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Checks tokens (SECURITY §2.7): JWS compact, signed with the one algorithm of its issuer, a header
 * of exactly {@code alg}, {@code kid} and {@code typ}. The signature is checked before a claim is
 * looked at. Immutable; any thread.
 */
final class TokenVerifier {
  static final int MAX_BYTES = 8 << 10;
  static final long MAX_LIFE_SECONDS = 24 * 3_600;
  private static final int MAX_HEADER_BYTES = 256;
  private static final int MAX_NAME = 256;
  private static final int MIN_ID = 16;
  private static final long SKEW_SECONDS = 30;
  private static final int SIGNATURE_BYTES = 64;

  private final Map<String, List<IssuerKey>> keys = new HashMap<>();

  /** For tokens signed with these keys. */
  TokenVerifier(List<IssuerKey> all) {
    all.forEach(key -> keys.computeIfAbsent(key.id(), id -> new ArrayList<>()).add(key));
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
    List<IssuerKey> candidates = candidates(object(header));
    check(signature.length == SIGNATURE_BYTES, "a signature of 64 bytes");
    byte[] signed = (parts[0] + "." + parts[1]).getBytes(StandardCharsets.US_ASCII);
    for (IssuerKey key : candidates) {
      // Two issuers may call their keys the same; the signature tells which of them it is.
      if (key.check().good(signed, signature)) {
        return claims(key, object(payload), nowSeconds);
      }
    }
    throw invalid("a signature of its issuer");
  }

  private List<IssuerKey> candidates(ObjectNode header) {
    Set<String> names = new HashSet<>();
    header.fieldNames().forEachRemaining(names::add);
    check(names.equals(Set.of("alg", "kid", "typ")), "a header of alg, kid and typ");
    check("at+jwt".equals(header.path("typ").textValue()), "the type at+jwt");
    String algorithm = header.path("alg").textValue();
    String id = header.path("kid").textValue();
    List<IssuerKey> known = id == null ? List.of() : keys.getOrDefault(id, List.of());
    List<IssuerKey> fit =
        known.stream().filter(key -> key.algorithm().text().equals(algorithm)).toList();
    check(!fit.isEmpty(), "a key that is known, with its algorithm");
    return fit;
  }

  private static TokenClaims claims(IssuerKey key, ObjectNode claims, long now) {
    check(key.issuer().equals(claims.path("iss").textValue()), "this issuer");
    check(audience(key, claims.path("aud")), "this audience");
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
        key,
        subject,
        id,
        issued,
        expires,
        scopes(claims.path("scope")),
        key.own() ? roles(claims.path("roles")) : Set.of(),
        uid(confirmation),
        thumbprint(confirmation),
        key.own() && claims.has("principal") ? name(claims, "principal", 1) : null);
  }

  private static boolean audience(IssuerKey key, JsonNode audience) {
    if (!audience.isArray()) {
      return audience.isTextual() && key.audiences().contains(audience.textValue());
    }
    for (JsonNode one : audience) {
      if (one.isTextual() && key.audiences().contains(one.textValue())) {
        return true;
      }
    }
    return false;
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
            && exact.scale() <= StrictJson.MAX_DIGITS;
    check(fits, "a time " + field);
    return exact.setScale(0, RoundingMode.FLOOR).longValueExact();
  }

  private static ObjectNode object(byte[] json) {
    try {
      return StrictJson.object(json);
    } catch (IOException e) {
      throw invalid("JSON objects");
    }
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
