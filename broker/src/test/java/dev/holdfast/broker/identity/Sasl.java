package dev.holdfast.broker.identity;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.Base64;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** The client's side of the mechanisms, written from the RFCs and apart from the broker's code. */
final class Sasl {
  static final PeerInfo LOOPBACK =
      new PeerInfo(PeerInfo.Transport.TCP, null, List.of(), "127.0.0.1:40000", true);
  static final PeerInfo REMOTE =
      new PeerInfo(PeerInfo.Transport.TCP, null, List.of(), "192.0.2.7:40000", false);
  static final PeerInfo TLS =
      new PeerInfo(PeerInfo.Transport.TLS, null, List.of(), "192.0.2.7:40000", false);

  private Sasl() {}

  static PeerInfo unix(long uid) {
    return new PeerInfo(
        PeerInfo.Transport.UNIX,
        new PeerCredentials(uid, uid, 42),
        List.of(),
        "unix uid=" + uid,
        false);
  }

  static SaslStep answer(SaslExchange exchange, @Nullable String message) throws Exception {
    return exchange
        .respond(message == null ? null : message.getBytes(UTF_8))
        .toCompletableFuture()
        .get(30, TimeUnit.SECONDS);
  }

  static String challenge(SaslStep step) {
    return new String(((SaslStep.Challenge) step).data(), UTF_8);
  }

  static SaslStep plain(SaslMechanisms broker, PeerInfo peer, String user, String password)
      throws Exception {
    return answer(broker.start("PLAIN", peer), "\0" + user + "\0" + password);
  }

  /** A whole SCRAM exchange; checks the server's signature. */
  static SaslStep scram(
      SaslMechanisms broker, ScramHash hash, PeerInfo peer, String user, String password)
      throws Exception {
    SaslExchange exchange = broker.start(hash.mechanism(), peer);
    SaslStep first = answer(exchange, "n,,n=" + user + ",r=clientnonce");
    if (!(first instanceof SaslStep.Challenge)) {
      return first;
    }
    String serverFirst = challenge(first);
    String[] parts = serverFirst.split(",", 3);
    byte[] salt = Base64.getDecoder().decode(parts[1].substring(2));
    int iterations = Integer.parseInt(parts[2].substring(2));
    byte[] salted = hash.hi(password.getBytes(UTF_8), salt, iterations);
    byte[] clientKey = hash.hmac(salted, "Client Key".getBytes(UTF_8));
    String withoutProof = "c=biws," + parts[0];
    byte[] authMessage =
        ("n=" + user + ",r=clientnonce," + serverFirst + "," + withoutProof).getBytes(UTF_8);
    byte[] proof = hash.hmac(hash.hash(clientKey), authMessage);
    for (int i = 0; i < proof.length; i++) {
      proof[i] ^= clientKey[i];
    }
    SaslStep last =
        answer(exchange, withoutProof + ",p=" + Base64.getEncoder().encodeToString(proof));
    if (last instanceof SaslStep.Authenticated done) {
      byte[] serverKey = hash.hmac(salted, "Server Key".getBytes(UTF_8));
      String expected =
          "v=" + Base64.getEncoder().encodeToString(hash.hmac(serverKey, authMessage));
      if (!expected.equals(new String(done.additionalData(), UTF_8))) {
        throw new AssertionError("the server's signature is wrong");
      }
    }
    return last;
  }
}
