package dev.holdfast.broker.identity.token;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import dev.holdfast.acl.AccessPolicy;
import dev.holdfast.acl.Permission;
import dev.holdfast.acl.Principal;
import dev.holdfast.acl.Resource;
import dev.holdfast.broker.identity.token.TokenException.Code;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.bouncycastle.crypto.params.Ed25519PrivateKeyParameters;
import org.bouncycastle.crypto.signers.Ed25519Signer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

class TokenTest {
  private static final long NOW = 1_772_366_400;
  private static final byte[] SEED =
      "0123456789abcdef0123456789abcdef".getBytes(StandardCharsets.US_ASCII);
  private static final TokenService.Bearer ANYBODY = new TokenService.Bearer(-1, Set.of());
  private static final String KEY_ID = keyId();
  private static final String HEADER =
      "{\"alg\":\"EdDSA\",\"kid\":\"" + KEY_ID + "\",\"typ\":\"at+jwt\"}";
  private static final String ISSUER = "holdfast-b1";

  @TempDir private Path directory;
  private Instant now = Instant.ofEpochSecond(NOW);
  private TokenService tokens;
  private String id = "";

  @BeforeEach
  void open() {
    tokens = service();
    id = issue(Duration.ofMinutes(15), -1).info().id();
  }

  private TokenService service() {
    InstantSource clock = () -> now;
    return TokenService.open(
        directory.resolve("tokens"), directory.resolve("issuers"), SEED, "b1", clock);
  }

  private TokenService.Issued issue(Duration life, long uid) {
    return tokens.issue(
        new TokenService.Request(
            "svc", List.of("send:queue:orders.#"), Set.of("admin"), life, uid));
  }

  private static String keyId() {
    byte[] key = new Ed25519PrivateKeyParameters(SEED, 0).generatePublicKey().getEncoded();
    return base64(key).substring(0, 8);
  }

  private static String base64(byte[] bytes) {
    return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
  }

  private static String base64(String text) {
    return base64(text.getBytes(StandardCharsets.UTF_8));
  }

  private static String signed(String header, String claims) {
    return signed(header, claims, SEED);
  }

  private static String signed(String header, String claims, byte[] seed) {
    String message = base64(header) + "." + base64(claims);
    Ed25519Signer signer = new Ed25519Signer();
    signer.init(true, new Ed25519PrivateKeyParameters(seed, 0));
    byte[] bytes = message.getBytes(StandardCharsets.US_ASCII);
    signer.update(bytes, 0, bytes.length);
    return message + "." + base64(signer.generateSignature());
  }

  /** Good claims with one name's value replaced by JSON, or left out when that is empty. */
  private String claims(String name, String json) {
    String[][] all = {
      {"iss", "\"" + ISSUER + "\""},
      {"aud", "\"" + ISSUER + "\""},
      {"sub", "\"svc\""},
      {"iat", Long.toString(NOW)},
      {"exp", Long.toString(NOW + 900)},
      {"jti", "\"" + id + "\""},
      {"scope", "\"send:queue:orders.#\""},
    };
    List<String> fields = new ArrayList<>();
    boolean replaced = false;
    for (String[] field : all) {
      boolean it = field[0].equals(name);
      replaced |= it;
      String value = it ? json : field[1];
      if (!value.isEmpty()) {
        fields.add("\"" + field[0] + "\":" + value);
      }
    }
    if (!replaced && !json.isEmpty()) {
      fields.add("\"" + name + "\":" + json);
    }
    return "{" + String.join(",", fields) + "}";
  }

  private Code refusal(String token) {
    try {
      tokens.verify(token, ANYBODY);
    } catch (TokenException e) {
      return e.code();
    }
    throw new AssertionError("it was taken: " + token);
  }

  @Test
  void aGoodTokenIsTaken() {
    Principal who = tokens.verify(signed(HEADER, claims("", "")), ANYBODY);
    assertThat(who.name()).isEqualTo("token:holdfast-b1/svc");
    assertThat(who.grant().orElseThrow().id()).isEqualTo(id);
    for (String time : List.of("" + (NOW + 900), NOW + 900 + ".9", "1.7723673e9")) {
      assertThat(tokens.verify(signed(HEADER, claims("exp", time)), ANYBODY)).isNotNull();
    }
    String among = "[\"other\",\"" + ISSUER + "\"]";
    assertThat(tokens.verify(signed(HEADER, claims("aud", among)), ANYBODY)).isNotNull();
    assertThat(tokens.verify(signed(HEADER, claims("nbf", "" + (NOW + 29))), ANYBODY)).isNotNull();
    assertThat(tokens.verify(signed(HEADER, claims("unknown", "{\"a\":[1]}")), ANYBODY))
        .isNotNull();
  }

  private static List<String> vectors(String name) throws IOException {
    return Files.readAllLines(Path.of("src/test/resources/tokens").resolve(name));
  }

  /** One header a line; KEY stands for the id of the right key. */
  @TestFactory
  Stream<DynamicTest> headersThatAreRefused() throws IOException {
    return vectors("headers").stream()
        .map(line -> line.replace("KEY", KEY_ID))
        .map(header -> refused("header " + header, signed(header, claims("", ""))));
  }

  /** A claim's name, a tab, and the JSON it has instead; nothing: it is left out. */
  @TestFactory
  Stream<DynamicTest> claimsThatAreRefused() throws IOException {
    return vectors("claims").stream()
        .map(line -> line.split("\t", 2))
        .map(one -> refused(one[0] + " = " + one[1], signed(HEADER, claims(one[0], one[1]))));
  }

  private DynamicTest refused(String name, String token) {
    return dynamicTest(name, () -> assertThat(refusal(token)).isEqualTo(Code.INVALID));
  }

  @Test
  void timesMayBeHalfAMinuteOff() {
    String token = signed(HEADER, claims("", ""));
    now = Instant.ofEpochSecond(NOW + 929);
    assertThat(tokens.verify(token, ANYBODY)).isNotNull();
    now = Instant.ofEpochSecond(NOW + 930);
    assertThat(refusal(token)).isEqualTo(Code.EXPIRED);
    now = Instant.ofEpochSecond(NOW - 30);
    assertThat(tokens.verify(token, ANYBODY)).isNotNull();
    now = Instant.ofEpochSecond(NOW - 31);
    assertThat(refusal(token)).isEqualTo(Code.EXPIRED);
    now = Instant.ofEpochSecond(NOW);
    assertThat(refusal(signed(HEADER, claims("nbf", "" + (NOW + 31))))).isEqualTo(Code.EXPIRED);
  }

  @Test
  void signaturesAndSpellingsThatAreRefused() {
    String good = signed(HEADER, claims("", ""));
    String[] parts = good.split("\\.");
    byte[] other = SEED.clone();
    other[0] ^= 1;
    List<String> bad =
        new ArrayList<>(
            List.of(
                "",
                ".",
                "..",
                "a.b",
                "a.b.c",
                good + ".",
                "." + good,
                good + ".x",
                good + "=",
                good + "\n",
                " " + good,
                parts[0] + "." + parts[1] + ".",
                parts[0] + ".." + parts[2],
                parts[1] + "." + parts[0] + "." + parts[2],
                "x".repeat(9_000),
                signed(HEADER, claims("", ""), other)));
    for (int i = 0; i < good.length(); i += 7) {
      char changed = good.charAt(i) == 'A' ? 'B' : 'A';
      bad.add(good.substring(0, i) + changed + good.substring(i + 1));
    }
    // Another spelling of the same last byte.
    char last = good.charAt(good.length() - 1);
    bad.add(good.substring(0, good.length() - 1) + (char) (last + 1));
    for (String token : bad) {
      assertThat(refusal(token)).as(token).isEqualTo(Code.INVALID);
    }
  }

  @Test
  void aBoundTokenIsForItsPeerOnly() {
    String token = issue(Duration.ofMinutes(1), 1001).token();
    assertThat(tokens.verify(token, new TokenService.Bearer(1001, Set.of()))).isNotNull();
    for (long uid : new long[] {-1, 0, 1002}) {
      assertThatThrownBy(() -> tokens.verify(token, new TokenService.Bearer(uid, Set.of())))
          .isInstanceOfSatisfying(
              TokenException.class, e -> assertThat(e.code()).isEqualTo(Code.BOUND));
    }
    String certificate = signed(HEADER, claims("cnf", "{\"x5t#S256\":\"abc\"}"));
    assertThat(tokens.verify(certificate, new TokenService.Bearer(-1, Set.of("abc")))).isNotNull();
    assertThat(refusal(certificate)).isEqualTo(Code.BOUND);
  }

  @Test
  void revokingIsDurableAndLosingTheListRevokesAll() throws Exception {
    TokenService.Issued one = issue(Duration.ofMinutes(5), -1);
    Principal who = tokens.verify(one.token(), ANYBODY);
    assertThat(tokens.ended(who)).isEmpty();
    assertThat(Files.readString(directory.resolve("tokens"))).doesNotContain(one.token());
    assertThat(tokens.revoke(one.info().id())).isEqualTo(1);
    assertThat(tokens.revoke(one.info().id())).isZero();
    assertThat(tokens.ended(who)).contains(Code.REVOKED);
    tokens = service();
    assertThat(refusal(one.token())).isEqualTo(Code.REVOKED);
    TokenService.Issued two = issue(Duration.ofMinutes(5), -1);
    assertThat(tokens.revoke("svc")).isEqualTo(2);
    assertThat(refusal(two.token())).isEqualTo(Code.REVOKED);
    TokenService.Issued three = issue(Duration.ofMinutes(5), -1);
    Files.delete(directory.resolve("tokens"));
    tokens = service();
    assertThat(refusal(three.token())).isEqualTo(Code.REVOKED);
  }

  @Test
  void atItsEndATokenEnds() {
    Principal who = tokens.verify(issue(Duration.ofSeconds(60), -1).token(), ANYBODY);
    now = Instant.ofEpochSecond(NOW + 59);
    assertThat(tokens.ended(who)).isEmpty();
    now = Instant.ofEpochSecond(NOW + 60);
    assertThat(tokens.ended(who)).contains(Code.EXPIRED);
  }

  @Test
  void aScopeNarrowsAndNeverWidens() {
    AccessPolicy policy = AccessPolicy.withinGrants(AccessPolicy.adminOnly());
    Principal admin = tokens.verify(issue(Duration.ofMinutes(1), -1).token(), ANYBODY);
    assertThat(policy.decide(admin, Permission.SEND, Resource.queue("orders.eu")).allowed())
        .isTrue();
    assertThat(policy.decide(admin, Permission.SEND, Resource.queue("orders")).allowed()).isTrue();
    for (Resource other :
        List.of(
            Resource.queue("orderseu"),
            Resource.queue("x.orders"),
            Resource.topic("orders.eu"),
            Resource.deadLetters("orders.eu"),
            Resource.THE_BROKER)) {
      assertThat(policy.decide(admin, Permission.SEND, other).allowed())
          .as(other.toString())
          .isFalse();
    }
    for (Permission permission : Permission.values()) {
      assertThat(policy.decide(admin, permission, Resource.queue("orders.eu")).allowed())
          .isEqualTo(permission == Permission.SEND);
    }
    Principal nobody = tokens.verify(signed(HEADER, claims("scope", "\"any:queue:#\"")), ANYBODY);
    assertThat(policy.decide(nobody, Permission.SEND, Resource.queue("orders.eu")).allowed())
        .isFalse();
  }

  @Test
  void whatCannotBeIssued() {
    for (TokenService.Request bad :
        List.of(
            new TokenService.Request(
                "", List.of("send:queue:a"), Set.of(), Duration.ofMinutes(1), -1),
            new TokenService.Request(
                "a b", List.of("send:queue:a"), Set.of(), Duration.ofMinutes(1), -1),
            new TokenService.Request("a", List.of(), Set.of(), Duration.ofMinutes(1), -1),
            new TokenService.Request("a", List.of("send"), Set.of(), Duration.ofMinutes(1), -1),
            new TokenService.Request(
                "a", List.of("send:queue:a"), Set.of("root"), Duration.ofMinutes(1), -1),
            new TokenService.Request("a", List.of("send:queue:a"), Set.of(), Duration.ZERO, -1),
            new TokenService.Request(
                "a", List.of("send:queue:a"), Set.of(), Duration.ofHours(25), -1))) {
      assertThatThrownBy(() -> tokens.issue(bad)).isInstanceOf(TokenException.class);
    }
  }
}
