package dev.holdfast.broker.amqp;

import dev.holdfast.acl.Principal;
import dev.holdfast.broker.identity.PeerInfo;
import dev.holdfast.broker.identity.SaslExchange;
import dev.holdfast.broker.identity.SaslMechanisms;
import dev.holdfast.broker.identity.SaslStep;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;

/** ANONYMOUS for everybody, PLAIN with password "secret", and a mechanism with one challenge. */
final class FakeSasl implements SaslMechanisms {

  volatile CompletableFuture<SaslStep> slowStep;

  @Override
  public List<String> offered(PeerInfo peer) {
    return List.of("PLAIN", "ANONYMOUS", "X-TWO", "X-SLOW");
  }

  @Override
  public SaslExchange start(String mechanism, PeerInfo peer) {
    return switch (mechanism) {
      case "ANONYMOUS" -> r -> done(ok("user:anonymous"));
      case "PLAIN" ->
          r -> {
            String text = r == null ? "" : new String(r, StandardCharsets.UTF_8);
            String[] parts = text.split("\0", -1);
            return done(
                parts.length == 3 && parts[2].equals("secret")
                    ? ok("user:" + parts[1])
                    : new SaslStep.Failed(false));
          };
      case "X-TWO" ->
          r ->
              done(
                  r == null
                      ? new SaslStep.Challenge(new byte[] {1, 2})
                      : new SaslStep.Authenticated(
                          new Principal("user:two", Set.of()), new byte[] {9}));
      case "X-SLOW" -> r -> slowStep = new CompletableFuture<>();
      default -> r -> done(new SaslStep.Failed(false));
    };
  }

  static SaslStep ok(String name) {
    return new SaslStep.Authenticated(new Principal(name, Set.of()), new byte[0]);
  }

  private static CompletableFuture<SaslStep> done(SaslStep step) {
    return CompletableFuture.completedFuture(step);
  }
}
