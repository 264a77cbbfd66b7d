package dev.holdfast.broker.identity;

import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/**
 * The server's side of SCRAM without channel binding (RFC 5802 §5, RFC 7677).
 *
 * <p>A name that is not known goes through the same messages with a made-up verifier, which never
 * fits. One caller at a time.
 */
final class ScramExchange implements SaslExchange {
  private static final int NONCE_BYTES = 24;
  private static final int MAX_CLIENT_NONCE = 256;
  private static final byte[] EMPTY = new byte[0];

  private final ScramHash hash;
  private final Guard guard;
  private final BiFunction<ScramHash, String, Candidate> lookup;
  private final String serverNonce;

  /** State of the exchange: what the client's first message said. Calls come one at a time. */
  private @Nullable First first;

  private boolean over;

  /** Who the client says it is: a user and its verifier, or nobody and an imitation. */
  record Candidate(@Nullable User user, ScramVerifier verifier) {}

  private record First(String name, String gs2Header, String bare, String nonce) {}

  private record Last(String withoutProof, byte[] proof) {}

  ScramExchange(ScramHash hash, Guard guard, BiFunction<ScramHash, String, Candidate> lookup) {
    this(hash, guard, lookup, newNonce());
  }

  /** For tests with the nonce of a published example. */
  ScramExchange(
      ScramHash hash,
      Guard guard,
      BiFunction<ScramHash, String, Candidate> lookup,
      String serverNonce) {
    this.hash = hash;
    this.guard = guard;
    this.lookup = lookup;
    this.serverNonce = serverNonce;
  }

  private static String newNonce() {
    byte[] nonce = new byte[NONCE_BYTES];
    new SecureRandom().nextBytes(nonce);
    return Base64.getEncoder().encodeToString(nonce);
  }

  @Override
  public CompletionStage<SaslStep> respond(byte @Nullable [] response) {
    if (over) {
      return fail();
    }
    if (response == null) {
      return first == null
          ? CompletableFuture.completedStage(new SaslStep.Challenge(EMPTY))
          : fail();
    }
    Optional<String> text = PlainExchange.utf8(response, 0, response.length);
    if (text.isEmpty()) {
      return fail();
    }
    return first == null ? first(text.get()) : last(first, text.get());
  }

  private CompletionStage<SaslStep> fail() {
    over = true;
    return CompletableFuture.completedStage(new SaslStep.Failed(false));
  }

  private CompletionStage<SaslStep> first(String text) {
    Optional<First> parsed = parseFirst(text);
    if (parsed.isEmpty()) {
      return fail();
    }
    first = parsed.get();
    Candidate candidate = lookup.apply(hash, first.name());
    byte[] challenge = serverFirst(first, candidate.verifier()).getBytes(StandardCharsets.UTF_8);
    return CompletableFuture.completedStage(new SaslStep.Challenge(challenge));
  }

  private String serverFirst(First client, ScramVerifier verifier) {
    return "r="
        + client.nonce()
        + serverNonce
        + ",s="
        + Base64.getEncoder().encodeToString(verifier.salt())
        + ",i="
        + verifier.iterations();
  }

  private CompletionStage<SaslStep> last(First client, String text) {
    over = true;
    Optional<Last> parsed = parseLast(client, text);
    if (parsed.isEmpty()) {
      return fail();
    }
    return guard.guarded(
        client.name(), () -> CompletableFuture.completedStage(verify(client, parsed.get())));
  }

  private SaslStep verify(First client, Last last) {
    // Looked up again: a user removed or changed during the exchange does not get in.
    Candidate candidate = lookup.apply(hash, client.name());
    ScramVerifier verifier = candidate.verifier();
    byte[] authMessage =
        (client.bare() + "," + serverFirst(client, verifier) + "," + last.withoutProof())
            .getBytes(StandardCharsets.UTF_8);
    boolean proven = verifier.proves(last.proof(), authMessage);
    if (!proven || candidate.user() == null) {
      return new SaslStep.Failed(false);
    }
    String signature = Base64.getEncoder().encodeToString(verifier.signature(authMessage));
    return new SaslStep.Authenticated(
        candidate.user().principal(), ("v=" + signature).getBytes(StandardCharsets.US_ASCII));
  }

  /** gs2-header n=NAME,r=NONCE[,extensions]. */
  private static Optional<First> parseFirst(String text) {
    String[] parts = text.split(",", 5);
    if (parts.length < 4) {
      return Optional.empty();
    }
    // "p=" asks for channel binding, which no mechanism offered here has.
    boolean flag = parts[0].equals("n") || parts[0].equals("y");
    String gs2Header = parts[0] + "," + parts[1] + ",";
    // An "m=" in the place of "n=" is an extension that must be refused when unknown.
    if (!flag || !parts[2].startsWith("n=") || !parts[3].startsWith("r=")) {
      return Optional.empty();
    }
    Optional<String> name = saslName(parts[2].substring(2));
    Optional<String> authzid =
        parts[1].isEmpty()
            ? name
            : Optional.of(parts[1])
                .filter(a -> a.startsWith("a="))
                .flatMap(a -> saslName(a.substring(2)));
    String nonce = parts[3].substring(2);
    if (name.isEmpty() || !name.equals(authzid) || !printable(nonce)) {
      return Optional.empty();
    }
    return Optional.of(new First(name.get(), gs2Header, text.substring(gs2Header.length()), nonce));
  }

  private static boolean printable(String nonce) {
    return !nonce.isEmpty()
        && nonce.length() <= MAX_CLIENT_NONCE
        && nonce.chars().allMatch(c -> c >= 0x21 && c <= 0x7e && c != ',');
  }

  /** =2C stands for a comma and =3D for the equals sign; any other use of = is an error. */
  private static Optional<String> saslName(String escaped) {
    String rest = escaped.replace("=2C", "").replace("=3D", "");
    if (rest.indexOf('=') >= 0) {
      return Optional.empty();
    }
    String name = UserName.normalise(escaped.replace("=2C", ",").replace("=3D", "="));
    return Optional.of(name).filter(n -> UserName.problem(n).isEmpty());
  }

  /** c=BASE64(gs2-header),r=NONCE[,extensions],p=PROOF. */
  private Optional<Last> parseLast(First client, String text) {
    int proofAt = text.lastIndexOf(",p=");
    if (proofAt < 0) {
      return Optional.empty();
    }
    String withoutProof = text.substring(0, proofAt);
    String[] parts = withoutProof.split(",", 3);
    String binding =
        Base64.getEncoder().encodeToString(client.gs2Header().getBytes(StandardCharsets.UTF_8));
    boolean sound =
        parts.length >= 2
            && parts[0].equals("c=" + binding)
            && parts[1].equals("r=" + client.nonce() + serverNonce);
    if (!sound) {
      return Optional.empty();
    }
    try {
      byte[] proof = Base64.getDecoder().decode(text.substring(proofAt + 3));
      return Optional.of(new Last(withoutProof, proof));
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }
}
