package dev.holdfast.broker.identity.token;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import dev.holdfast.acl.Principal;
import dev.holdfast.broker.identity.token.TokenException.Code;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.EdECPublicKey;
import java.security.spec.ECGenParameterSpec;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/** Tokens of other issuers, made by the JDK's signatures and not by the broker's. */
class ForeignTokenTest {
  private static final long NOW = 1_772_366_400;
  private static final TokenService.Bearer ANYBODY = new TokenService.Bearer(-1, Set.of());
  private static final KeyPair ED = pair("Ed25519");
  private static final KeyPair EC = pair("EC");
  private static final KeyPair OTHER_EC = pair("EC");

  @TempDir private Path directory;
  private Path issuers = Path.of("");
  private Instant now = Instant.ofEpochSecond(NOW);
  private TokenService tokens;
  private int writes;

  @BeforeEach
  void open() throws IOException {
    issuers = Files.createDirectory(directory.resolve("issuers"));
    tokens = TokenService.open(directory.resolve("tokens"), issuers, new byte[32], "b1", () -> now);
    write("https.jwks", set("https://sso.example", ec("k1", EC)));
    write("plain.jwks", "{\"keys\":[" + ed("k1", ED) + "]}");
    assertThat(tokens.pollIssuers()).allMatch(change -> change.problem().isEmpty()).hasSize(2);
  }

  private static KeyPair pair(String kind) {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance(kind);
      if (kind.equals("EC")) {
        generator.initialize(new ECGenParameterSpec("secp256r1"));
      }
      return generator.generateKeyPair();
    } catch (GeneralSecurityException e) {
      throw new AssertionError(e);
    }
  }

  private static String base64(byte[] bytes) {
    return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
  }

  private static byte[] fixed(BigInteger number) {
    byte[] bytes = number.toByteArray();
    byte[] fixed = new byte[32];
    int length = Math.min(32, bytes.length);
    System.arraycopy(bytes, bytes.length - length, fixed, 32 - length, length);
    return fixed;
  }

  private static String ec(String id, KeyPair pair) {
    ECPublicKey key = (ECPublicKey) pair.getPublic();
    return "{\"kty\":\"EC\",\"crv\":\"P-256\",\"kid\":\"%s\",\"x\":\"%s\",\"y\":\"%s\"}"
        .formatted(
            id, base64(fixed(key.getW().getAffineX())), base64(fixed(key.getW().getAffineY())));
  }

  private static String ed(String id, KeyPair pair) {
    EdECPublicKey key = (EdECPublicKey) pair.getPublic();
    byte[] big = fixed(key.getPoint().getY());
    byte[] little = new byte[32];
    for (int i = 0; i < 32; i++) {
      little[i] = big[31 - i];
    }
    if (key.getPoint().isXOdd()) {
      little[31] |= (byte) 0x80;
    }
    return "{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"kid\":\"%s\",\"x\":\"%s\",\"use\":\"sig\"}"
        .formatted(id, base64(little));
  }

  private static String set(String issuer, String... keys) {
    return "{\"issuer\":\"" + issuer + "\",\"keys\":[" + String.join(",", keys) + "]}";
  }

  /** With a time of its own, as a disk with coarse ones would not tell two writes apart. */
  private void write(String name, String json) throws IOException {
    Path file = issuers.resolve(name);
    Files.writeString(file, json);
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));
    Files.setLastModifiedTime(file, FileTime.from(Instant.ofEpochSecond(NOW + ++writes)));
  }

  private String reload(String name, String json) throws IOException {
    write(name, json);
    List<TokenService.IssuerChange> changes = tokens.pollIssuers();
    assertThat(changes).hasSize(1);
    return changes.get(0).problem();
  }

  private static byte[] sign(KeyPair pair, byte[] message) {
    try {
      boolean ec = pair.getPublic() instanceof ECPublicKey;
      Signature signature = Signature.getInstance(ec ? "SHA256withECDSAinP1363Format" : "Ed25519");
      signature.initSign(pair.getPrivate());
      signature.update(message);
      return signature.sign();
    } catch (GeneralSecurityException e) {
      throw new AssertionError(e);
    }
  }

  private static String message(String header, String claims) {
    return base64(header.getBytes(StandardCharsets.UTF_8))
        + "."
        + base64(claims.getBytes(StandardCharsets.UTF_8));
  }

  private static String signed(KeyPair pair, String header, String claims) {
    String message = message(header, claims);
    return message + "." + base64(sign(pair, message.getBytes(StandardCharsets.US_ASCII)));
  }

  private static String header(String algorithm, String id) {
    return "{\"alg\":\"%s\",\"kid\":\"%s\",\"typ\":\"at+jwt\"}".formatted(algorithm, id);
  }

  private static String claims(String issuer, String name, String json) {
    String[][] all = {
      {"iss", "\"" + issuer + "\""},
      {"aud", "\"holdfast-b1\""},
      {"sub", "\"svc\""},
      {"iat", Long.toString(NOW)},
      {"exp", Long.toString(NOW + 900)},
      {"jti", "\"0123456789abcdef01234567\""},
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

  private static String https() {
    return signed(EC, header("ES256", "k1"), claims("https://sso.example", "", ""));
  }

  private static String plain() {
    return signed(ED, header("EdDSA", "k1"), claims("plain", "", ""));
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
  void goodTokensOfBothAlgorithmsAreTaken() {
    Principal who = tokens.verify(https(), ANYBODY);
    assertThat(who.name()).isEqualTo("token:https://sso.example/svc");
    assertThat(who.roles()).isEmpty();
    assertThat(tokens.verify(plain(), ANYBODY).name()).isEqualTo("token:plain/svc");
    String admin = signed(ED, header("EdDSA", "k1"), claims("plain", "roles", "[\"admin\"]"));
    assertThat(tokens.verify(admin, ANYBODY).roles()).isEmpty();
  }

  private static List<String> vectors(String name) throws IOException {
    return Files.readAllLines(Path.of("src/test/resources/tokens").resolve(name));
  }

  @TestFactory
  Stream<DynamicTest> headersThatAreRefused() throws IOException {
    return vectors("headers").stream()
        .map(line -> line.replace("KEY", "k1"))
        .flatMap(
            line ->
                Stream.of(
                    refused(line, signed(ED, line, claims("plain", "", ""))),
                    refused(
                        "ES256: " + line,
                        signed(EC, swapped(line), claims("https://sso.example", "", "")))));
  }

  /** As it would be if the issuer's algorithm were the other one. */
  private static String swapped(String header) {
    return header.replace("EdDSA", "@").replace("ES256", "EdDSA").replace("@", "ES256");
  }

  @TestFactory
  Stream<DynamicTest> claimsThatAreRefused() throws IOException {
    return vectors("claims").stream()
        .filter(line -> !line.startsWith("roles"))
        .map(line -> line.split("\t", 2))
        .map(
            one ->
                refused(
                    one[0] + " = " + one[1],
                    signed(
                        EC, header("ES256", "k1"), claims("https://sso.example", one[0], one[1]))));
  }

  private DynamicTest refused(String name, String token) {
    return dynamicTest(name, () -> assertThat(refusal(token)).isEqualTo(Code.INVALID));
  }

  @Test
  void nobodySpeaksForAnother() {
    for (String token :
        List.of(
            signed(ED, header("EdDSA", "k1"), claims("https://sso.example", "", "")),
            signed(EC, header("ES256", "k1"), claims("plain", "", "")),
            signed(ED, header("EdDSA", "k1"), claims("holdfast-b1", "", "")),
            signed(EC, header("EdDSA", "k1"), claims("https://sso.example", "", "")),
            signed(ED, header("ES256", "k1"), claims("plain", "", "")),
            signed(OTHER_EC, header("ES256", "k1"), claims("https://sso.example", "", "")),
            signed(EC, header("ES256", "k2"), claims("https://sso.example", "", "")))) {
      assertThat(refusal(token)).isEqualTo(Code.INVALID);
    }
  }

  @Test
  void signaturesThatAreNone() {
    String message = message(header("ES256", "k1"), claims("https://sso.example", "", ""));
    byte[] good = sign(EC, message.getBytes(StandardCharsets.US_ASCII));
    BigInteger order = ((ECPublicKey) EC.getPublic()).getParams().getOrder();
    byte[] zero = new byte[64];
    byte[] orderTwice = new byte[64];
    System.arraycopy(fixed(order), 0, orderTwice, 0, 32);
    System.arraycopy(fixed(order), 0, orderTwice, 32, 32);
    byte[] swapped = new byte[64];
    System.arraycopy(good, 32, swapped, 0, 32);
    System.arraycopy(good, 0, swapped, 32, 32);
    byte[] halfZero = good.clone();
    Arrays.fill(halfZero, 0, 32, (byte) 0);
    for (byte[] bad :
        List.of(
            zero,
            orderTwice,
            swapped,
            halfZero,
            Arrays.copyOf(good, 63),
            Arrays.copyOf(good, 65),
            new byte[0])) {
      assertThat(refusal(message + "." + base64(bad))).isEqualTo(Code.INVALID);
    }
    assertThat(tokens.verify(message + "." + base64(good), ANYBODY)).isNotNull();
  }

  @Test
  void aReloadThatGivesNoKeyChangesNothing() throws IOException {
    for (String broken :
        List.of(
            "",
            "null",
            "[]",
            "<html>504 Gateway Time-out</html>",
            "{\"keys\":[]}",
            "{\"keys\":{}}",
            "{\"keys\":[{}]}",
            "{\"keys\":[{\"kty\":\"RSA\",\"kid\":\"k1\",\"n\":\"AQAB\",\"e\":\"AQAB\"}]}",
            "{\"keys\":[{\"kty\":\"oct\",\"kid\":\"k1\",\"k\":\"AQAB\"}]}",
            set("https://sso.example", ec("k1", EC), ec("k1", OTHER_EC)),
            set("https://sso.example", ec("k1", EC), ed("k2", ED)),
            set("https://sso.example", ec("k1", EC).replace("\"x\":\"", "\"x\":\"AAAA")),
            set("https://sso.example", ec("k1", EC).replace("}", ",\"d\":\"AQAB\"}")),
            set("https://sso.example", ec("k1", EC).replace("\"kid\":\"k1\",", "")),
            set("https://sso.example", ec("k1", EC).replace("}", ",\"use\":\"enc\"}")),
            set("https://sso.example", ec("k1", EC)).replace("\"issuer\"", "\"keys\":1,\"issuer\""),
            set("", ec("k1", EC)),
            set("a b", ec("k1", EC)),
            set("holdfast-b1", ec("k1", EC)),
            set("holdfast-b1/x", ec("k1", EC)),
            set("plain/x", ec("k1", EC)),
            offCurve(),
            smallOrder())) {
      assertThat(reload("https.jwks", broken)).as(broken).isNotEmpty();
      assertThat(tokens.verify(https(), ANYBODY)).as(broken).isNotNull();
    }
    write("https.jwks", set("https://sso.example", ec("k2", OTHER_EC)));
    Files.setPosixFilePermissions(
        issuers.resolve("https.jwks"), PosixFilePermissions.fromString("rw-rw-r--"));
    assertThat(tokens.pollIssuers()).noneMatch(change -> change.problem().isEmpty());
    assertThat(tokens.verify(https(), ANYBODY)).isNotNull();
  }

  private static String offCurve() {
    byte[] one = new byte[32];
    one[31] = 1;
    return set(
        "https://sso.example",
        "{\"kty\":\"EC\",\"crv\":\"P-256\",\"kid\":\"k1\",\"x\":\"%s\",\"y\":\"%s\"}"
            .formatted(base64(one), base64(one)));
  }

  private static String smallOrder() {
    byte[] identity = new byte[32];
    identity[0] = 1;
    return set(
        "https://sso.example",
        "{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"kid\":\"k1\",\"x\":\"%s\"}"
            .formatted(base64(identity)));
  }

  @Test
  void newKeysCountAtOnceAndConnectionsOfOldOnesEnd() throws IOException {
    Principal before = tokens.verify(https(), ANYBODY);
    assertThat(reload("https.jwks", set("https://sso.example", ec("k1", EC), ec("k2", OTHER_EC))))
        .isEmpty();
    assertThat(tokens.ended(before)).isEmpty();
    String second = signed(OTHER_EC, header("ES256", "k2"), claims("https://sso.example", "", ""));
    Principal after = tokens.verify(second, ANYBODY);
    assertThat(reload("https.jwks", set("https://sso.example", ec("k2", OTHER_EC)))).isEmpty();
    assertThat(refusal(https())).isEqualTo(Code.INVALID);
    assertThat(tokens.ended(before)).contains(Code.REVOKED);
    assertThat(tokens.ended(after)).isEmpty();
    Files.delete(issuers.resolve("https.jwks"));
    assertThat(tokens.pollIssuers()).hasSize(1);
    assertThat(tokens.ended(after)).contains(Code.REVOKED);
    assertThat(tokens.verify(plain(), ANYBODY)).isNotNull();
    assertThat(tokens.pollIssuers()).isEmpty();
  }

  @Test
  void anAudienceOfItsOwnTakesThePlaceOfTheBrokersName() throws IOException {
    String file = set("https://sso.example", ec("k1", EC));
    assertThat(reload("https.jwks", file.replace("{\"iss", "{\"audience\":\"bus\",\"iss")))
        .isEmpty();
    assertThat(refusal(https())).isEqualTo(Code.INVALID);
    String meant =
        signed(EC, header("ES256", "k1"), claims("https://sso.example", "aud", "\"bus\""));
    assertThat(tokens.verify(meant, ANYBODY)).isNotNull();
  }

  @Test
  void revokingASubjectRevokesWhatWasIssuedUntilThen() {
    Principal who = tokens.verify(https(), ANYBODY);
    assertThat(tokens.revoke("token:https://sso.example/svc")).isEqualTo(1);
    assertThat(tokens.ended(who)).contains(Code.REVOKED);
    assertThat(refusal(https())).isEqualTo(Code.REVOKED);
    now = now.plusSeconds(60);
    String later =
        signed(
            EC,
            header("ES256", "k1"),
            claims("https://sso.example", "iat", Long.toString(NOW + 60)));
    assertThat(tokens.verify(later, ANYBODY)).isNotNull();
    assertThat(tokens.verify(plain(), ANYBODY)).isNotNull();
  }

  @Test
  void bindingsAndTimesHoldForThemToo() {
    String bound =
        signed(
            EC,
            header("ES256", "k1"),
            claims("https://sso.example", "cnf", "{\"x5t#S256\":\"abc\"}"));
    assertThat(refusal(bound)).isEqualTo(Code.BOUND);
    assertThat(tokens.verify(bound, new TokenService.Bearer(-1, Set.of("abc")))).isNotNull();
    Principal who = tokens.verify(https(), ANYBODY);
    now = Instant.ofEpochSecond(NOW + 900);
    assertThat(tokens.ended(who)).contains(Code.EXPIRED);
    now = Instant.ofEpochSecond(NOW + 930);
    assertThat(refusal(https())).isEqualTo(Code.EXPIRED);
  }
}
