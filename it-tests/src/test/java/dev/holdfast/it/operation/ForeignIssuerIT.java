package dev.holdfast.it.operation;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.holdfast.it.harness.BrokerOptions;
import dev.holdfast.it.harness.BrokerProcess;
import dev.holdfast.it.harness.Scratch;
import dev.holdfast.it.wire.AmqpClient;
import dev.holdfast.it.wire.AmqpSender;
import dev.holdfast.it.wire.Login;
import java.io.EOFException;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.security.interfaces.ECPublicKey;
import java.security.spec.ECGenParameterSpec;
import java.time.Instant;
import java.util.Base64;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** Tokens of another issuer, whose keys come and go as a file while the broker runs. */
class ForeignIssuerIT {
  private static final String ISSUER = "https://sso.example";

  private static String base64(byte[] bytes) {
    return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
  }

  private static String coordinate(BigInteger number) {
    byte[] bytes = number.toByteArray();
    byte[] fixed = new byte[32];
    int length = Math.min(32, bytes.length);
    System.arraycopy(bytes, bytes.length - length, fixed, 32 - length, length);
    return base64(fixed);
  }

  private static KeyPair pair() throws GeneralSecurityException {
    KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
    generator.initialize(new ECGenParameterSpec("secp256r1"));
    return generator.generateKeyPair();
  }

  private static String jwks(KeyPair pair) {
    ECPublicKey key = (ECPublicKey) pair.getPublic();
    return ("{\"issuer\":\"%s\",\"audience\":\"holdfast\",\"keys\":[{\"kty\":\"EC\","
            + "\"crv\":\"P-256\",\"kid\":\"one\",\"x\":\"%s\",\"y\":\"%s\"}]}")
        .formatted(
            ISSUER, coordinate(key.getW().getAffineX()), coordinate(key.getW().getAffineY()));
  }

  private static String token(KeyPair pair) throws GeneralSecurityException {
    long now = Instant.now().getEpochSecond();
    String header = "{\"alg\":\"ES256\",\"kid\":\"one\",\"typ\":\"at+jwt\"}";
    String claims =
        ("{\"iss\":\"%s\",\"aud\":\"holdfast\",\"sub\":\"svc\",\"iat\":%d,\"exp\":%d,"
                + "\"jti\":\"%s\",\"scope\":\"any:queue:#\"}")
            .formatted(ISSUER, now, now + 600, UUID.randomUUID());
    String message = base64(header.getBytes(US_ASCII)) + "." + base64(claims.getBytes(US_ASCII));
    Signature signature = Signature.getInstance("SHA256withECDSAinP1363Format");
    signature.initSign(pair.getPrivate());
    signature.update(message.getBytes(US_ASCII));
    return message + "." + base64(signature.sign());
  }

  private static boolean logsIn(BrokerProcess broker, String token) {
    try (AmqpClient client = AmqpClient.connect(broker.ready().tcp(), new Login.XOAuth2(token))) {
      return client.error().getCondition() == null;
    } catch (IOException refused) {
      return false;
    }
  }

  @Test
  void itsKeysDecideWhoComesInAndWhoStays() throws Exception {
    try (Scratch scratch = Scratch.create();
        BrokerProcess broker = BrokerProcess.start(BrokerOptions.in(scratch))) {
      broker.api().createQueue("q");
      KeyPair pair = pair();
      String token = token(pair);
      assertThat(logsIn(broker, token)).isFalse();
      Path issuers = Files.createDirectory(scratch.data().resolve("issuers"));
      Path file = issuers.resolve("sso.jwks");
      Files.writeString(file, jwks(pair));
      Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));
      await().until(() -> logsIn(broker, token));
      try (AmqpClient client = AmqpClient.connect(broker.ready().tcp(), new Login.XOAuth2(token))) {
        AmqpSender sender = client.sender("q");
        client.until("a refusal", () -> sender.error().getCondition() != null);
        assertThat(sender.error().getCondition().toString()).isEqualTo("amqp:unauthorized-access");
        assertThat(sender.error().getDescription()).contains("token:" + ISSUER + "/svc");
        Files.writeString(file, "{\"keys\":[]}");
        await()
            .until(
                () ->
                    broker
                        .cli()
                        .ok("-o", "json", "audit", "query", "--event", "issuer.reload")
                        .contains("error"));
        assertThat(logsIn(broker, token)).isTrue();
        Files.delete(file);
        assertThatThrownBy(() -> client.until("the end", () -> false))
            .isInstanceOf(EOFException.class);
        assertThat(client.error().getDescription()).startsWith("HF-TOKEN-REVOKED");
      }
      assertThat(logsIn(broker, token)).isFalse();
    }
  }
}
