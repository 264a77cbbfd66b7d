package dev.holdfast.broker.identity.token;

import dev.holdfast.acl.Grant;
import dev.holdfast.acl.Principal;
import dev.holdfast.acl.Scope;
import dev.holdfast.broker.identity.token.TokenException.Code;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Issues, checks and revokes the broker's tokens. A token is good only while it is in the list of
 * those issued: revoking is durable, and losing the list revokes all.
 *
 * <p>Threading: checking is for any thread and does not block; issuing and revoking write a file,
 * one at a time.
 */
public final class TokenService {
  private static final String PREFIX = "token:";
  private static final int MAX_TOKENS = 10_000;

  /**
   * In hexadecimal: an id that could begin with a hyphen would be an option to the shell's user.
   */
  private static final int ID_BYTES = 12;

  private static final int MAX_NAME = 128;
  private static final int MAX_SCOPES = 32;
  private static final int MOST_OWN = 100;
  private static final Duration LONGEST_OWN = Duration.ofMinutes(15);

  private final TokenFile file;
  private final TokenWriter writer;
  private final String issuer;
  private final InstantSource clock;
  private final SecureRandom random = new SecureRandom();

  private final Issuers issuers;
  private volatile TokenVerifier verifier;

  /** Issuers and ids of their keys, of which tokens are taken now. */
  private volatile Set<String> vouchers;

  /** Replaced as a whole under the lock of this object, read by any thread. */
  private volatile Map<String, TokenInfo> issued;

  /**
   * What is asked for.
   *
   * @param subject who it is for
   * @param scopes what it is for
   * @param roles its bearer has within the scopes
   * @param life at most 24 h
   * @param uid the only one that may use it, -1 any
   */
  public record Request(
      String subject, List<String> scopes, Set<String> roles, Duration life, long uid) {}

  /**
   * A new token.
   *
   * @param token the secret; told once
   * @param info what can be told again
   */
  public record Issued(String token, TokenInfo info) {

    @Override
    public String toString() {
      return "Issued[" + info.id() + "]";
    }
  }

  /**
   * By what the bearer can be told apart.
   *
   * @param uid of a Unix socket's peer, -1 unknown
   * @param thumbprints of the certificates shown, base64url of SHA-256
   */
  public record Bearer(long uid, Set<String> thumbprints) {

    /** What of it vouches for a principal: its uid, its certificate, or nothing. */
    public Bearer boundTo(Principal principal) {
      return new Bearer(
          principal.name().startsWith("uid:") ? uid : -1,
          principal.name().startsWith("cert:") ? thumbprints : Set.of());
    }
  }

  /**
   * A change of another issuer's keys.
   *
   * @param file its name
   * @param problem why the keys of before stay in force; empty: it was taken
   */
  public record IssuerChange(String file, String problem) {}

  private TokenService(
      TokenFile file, Path others, byte[] seed, String brokerId, InstantSource clock) {
    this.file = file;
    this.issuer = "holdfast-" + brokerId;
    this.writer = new TokenWriter(seed, issuer);
    IssuerKey own = writer.publicKey();
    this.issuers = new Issuers(others, own);
    this.verifier = new TokenVerifier(List.of(own));
    this.vouchers = Set.of(own.reference());
    this.clock = clock;
    this.issued = file.read();
  }

  /**
   * Looks for changed files of other issuers; at the start and every second. Blocks.
   *
   * @return what has changed
   */
  public synchronized List<IssuerChange> pollIssuers() {
    List<Issuers.Change> changes = issuers.poll();
    if (!changes.isEmpty()) {
      List<IssuerKey> keys = issuers.keys();
      verifier = new TokenVerifier(keys);
      vouchers = keys.stream().map(IssuerKey::reference).collect(Collectors.toUnmodifiableSet());
    }
    return changes.stream().map(c -> new IssuerChange(c.file(), c.problem())).toList();
  }

  /**
   * Opens the list of tokens.
   *
   * @param others directory with the key sets of other issuers; may be missing
   * @param seed of the signing key, 32 bytes
   * @param brokerId names the issuer and the audience
   * @throws TokenException {@code IO} when it cannot be read
   */
  public static TokenService open(
      Path list, Path others, byte[] seed, String brokerId, InstantSource clock) {
    return new TokenService(new TokenFile(list), others, seed, brokerId, clock);
  }

  /**
   * Issues a token; it is in the list on disk when this returns. Blocks.
   *
   * @throws TokenException {@code REQUEST} or {@code IO}
   */
  public Issued issue(Request request) {
    return issue(request, TokenWriter.Binding.NONE);
  }

  private synchronized Issued issue(Request request, TokenWriter.Binding binding) {
    checkRequest(request);
    Instant now = Instant.ofEpochSecond(clock.instant().getEpochSecond());
    byte[] id = new byte[ID_BYTES];
    random.nextBytes(id);
    TokenInfo info =
        new TokenInfo(
            HexFormat.of().formatHex(id),
            request.subject(),
            List.copyOf(request.scopes()),
            Set.copyOf(request.roles()),
            request.uid(),
            now,
            now.plus(request.life()),
            false);
    Map<String, TokenInfo> next = living();
    long same = next.values().stream().filter(t -> t.subject().equals(info.subject())).count();
    if (binding.principal() != null && same >= MOST_OWN) {
      throw new TokenException(
          Code.REQUEST, "there are 100 tokens of this principal; wait a while");
    }
    if (next.size() >= MAX_TOKENS) {
      throw new TokenException(Code.REQUEST, "there are 10,000 tokens; revoke some");
    }
    next.put(info.id(), info);
    replace(next);
    return new Issued(writer.sign(info, binding), info);
  }

  private static void checkRequest(Request request) {
    String subject = request.subject();
    boolean printable = subject.codePoints().allMatch(c -> c > ' ' && c < 0x7F && c != '"');
    if (subject.isEmpty() || subject.length() > MAX_NAME || !printable) {
      throw new TokenException(
          Code.REQUEST, "a token's name has 1 to 128 printable ASCII characters without blanks");
    }
    if (request.scopes().isEmpty() || request.scopes().size() > MAX_SCOPES) {
      throw new TokenException(Code.REQUEST, "a token has 1 to 32 scopes");
    }
    try {
      request.scopes().forEach(Scope::parse);
    } catch (IllegalArgumentException e) {
      throw new TokenException(Code.REQUEST, String.valueOf(e.getMessage()));
    }
    if (!Set.of(Principal.ADMIN).containsAll(request.roles())) {
      throw new TokenException(Code.REQUEST, "there is no such role; there is: admin");
    }
    long life = request.life().toSeconds();
    if (life < 1 || life > TokenVerifier.MAX_LIFE_SECONDS) {
      throw new TokenException(Code.REQUEST, "a token lives for 1 s to 24 h");
    }
  }

  /**
   * Issues a token with which its bearer is the same principal with fewer rights, bound to what
   * vouches for that. Blocks.
   *
   * @param principal known by something else than a token
   * @param life at most 15 min
   * @param bound who alone may use it; nothing in it: whoever has it
   * @throws TokenException {@code REQUEST} or {@code IO}
   */
  public Issued issueFor(Principal principal, List<String> scopes, Duration life, Bearer bound) {
    if (principal.grant().isPresent() || principal.name().startsWith(PREFIX)) {
      throw new TokenException(Code.REQUEST, "a token cannot be exchanged for another one");
    }
    if (life.compareTo(LONGEST_OWN) > 0) {
      throw new TokenException(Code.REQUEST, "a token for oneself lives for 15 min at most");
    }
    String thumbprint = bound.thumbprints().stream().findFirst().orElse(null);
    return issue(
        new Request(subject(principal.name()), scopes, Set.of(), life, bound.uid()),
        new TokenWriter.Binding(principal.name(), thumbprint));
  }

  /** A name may be longer, and of other characters, than what is listed. */
  private static String subject(String name) {
    String printable =
        name.codePoints()
            .map(c -> c > ' ' && c < 0x7F && c != '"' ? c : '?')
            .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
            .toString();
    return printable.substring(0, Math.min(printable.length(), MAX_NAME));
  }

  /**
   * Whom the token makes its bearer.
   *
   * @throws TokenException when it is not good
   */
  public Principal verify(String token, Bearer bearer) {
    TokenClaims claims = verifier.verify(token, clock.instant().getEpochSecond());
    Grant grant =
        new Grant(
            claims.id(),
            claims.key().reference(),
            claims.issued(),
            claims.expires(),
            claims.scopes());
    Principal who =
        new Principal(
            claims.principal() == null
                ? PREFIX + claims.key().issuer() + "/" + claims.subject()
                : claims.principal(),
            claims.roles(),
            Optional.of(grant));
    if (revoked(who.name(), grant)) {
      throw new TokenException(Code.REVOKED, "the token was revoked");
    }
    String thumbprint = claims.thumbprint();
    boolean bound =
        (claims.uid() < 0 || claims.uid() == bearer.uid())
            && (thumbprint == null || bearer.thumbprints().contains(thumbprint));
    if (!bound) {
      throw new TokenException(Code.BOUND, "the token is bound to another peer");
    }
    return who;
  }

  /**
   * Of the broker's own only those in the list are good; of others all that are signed with a key
   * that is still theirs, but those issued before their subject was revoked.
   */
  private boolean revoked(String name, Grant grant) {
    if (grant.key().equals(writer.publicKey().reference())) {
      TokenInfo info = issued.get(grant.id());
      return info == null || info.revoked();
    }
    TokenInfo denied = issued.get(name);
    return !vouchers.contains(grant.key())
        || (denied != null && grant.issued() <= denied.issued().getEpochSecond());
  }

  /** Why a principal's token is not good any more; empty when it is, or came without one. */
  public Optional<Code> ended(Principal principal) {
    Grant grant = principal.grant().orElse(null);
    if (grant == null) {
      return Optional.empty();
    }
    if (clock.instant().getEpochSecond() >= grant.expires()) {
      return Optional.of(Code.EXPIRED);
    }
    return revoked(principal.name(), grant) ? Optional.of(Code.REVOKED) : Optional.empty();
  }

  /**
   * Revokes a token by its id, or all of a subject; durable when this returns. Those of another
   * issuer are revoked by the whole name of their principal, {@code token:ISSUER/SUBJECT}: all that
   * were issued until now. Blocks.
   *
   * @return how many were
   * @throws TokenException {@code IO}; nothing was revoked
   */
  public synchronized int revoke(String idOrSubject) {
    Map<String, TokenInfo> next = living();
    int count = 0;
    if (idOrSubject.startsWith(PREFIX) && !idOrSubject.startsWith(PREFIX + issuer + "/")) {
      Instant now = clock.instant();
      Instant end = now.plusSeconds(TokenVerifier.MAX_LIFE_SECONDS);
      next.put(
          idOrSubject,
          new TokenInfo(idOrSubject, idOrSubject, List.of(), Set.of(), -1, now, end, true));
      count++;
    }
    for (TokenInfo info : List.copyOf(next.values())) {
      boolean meant = info.id().equals(idOrSubject) || info.subject().equals(idOrSubject);
      if (meant && !info.revoked()) {
        next.put(info.id(), revoked(info));
        count++;
      }
    }
    if (count > 0) {
      replace(next);
    }
    return count;
  }

  private static TokenInfo revoked(TokenInfo info) {
    return new TokenInfo(
        info.id(),
        info.subject(),
        info.scopes(),
        info.roles(),
        info.uid(),
        info.issued(),
        info.expires(),
        true);
  }

  /** Tokens that have not expired, those that end first first. */
  public List<TokenInfo> list() {
    return living().values().stream().sorted((a, b) -> a.expires().compareTo(b.expires())).toList();
  }

  private Map<String, TokenInfo> living() {
    // Past its end by the skew that is allowed.
    Instant now = clock.instant().minusSeconds(60);
    Map<String, TokenInfo> living = new HashMap<>();
    issued.values().stream()
        .filter(info -> info.expires().isAfter(now))
        .forEach(info -> living.put(info.id(), info));
    return living;
  }

  private void replace(Map<String, TokenInfo> next) {
    file.write(next.values());
    issued = Map.copyOf(next);
  }

  @Override
  public String toString() {
    return "TokenService[" + issuer.toLowerCase(Locale.ROOT) + "]";
  }
}
