package dev.holdfast.broker.identity;

import dev.holdfast.acl.Principal;
import dev.holdfast.broker.domain.LiveIdentity;
import dev.holdfast.broker.identity.PeerInfo.Transport;
import dev.holdfast.broker.identity.token.TokenException;
import dev.holdfast.broker.identity.token.TokenService;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The mechanisms: EXTERNAL for peers that the kernel or a certificate vouches for, ANONYMOUS for
 * those of the kernel, SCRAM-SHA-512, SCRAM-SHA-256 and PLAIN for users with a password, XOAUTH2,
 * OAUTHBEARER and PLAIN (as user {@code token}) for tokens.
 *
 * <p>PLAIN is offered only where the password cannot be overheard: on a Unix socket, over TLS, or
 * from a loopback address. As soon as one user has a chosen password, which SCRAM cannot check,
 * SCRAM is not offered where PLAIN is: clients pick the strongest mechanism before the broker knows
 * the name, and do not try another one after a failure. Any thread.
 */
public final class SaslAuthenticator implements SaslMechanisms, AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(SaslAuthenticator.class);
  private static final String EXTERNAL = "EXTERNAL";
  private static final String PLAIN = "PLAIN";
  private static final String OAUTHBEARER = "OAUTHBEARER";
  private static final String XOAUTH2 = "XOAUTH2";
  private static final String ANONYMOUS = "ANONYMOUS";

  private final UserStore users;
  private final PeerPrincipals peers;
  private final CertificatePrincipals certificates;
  private final PasswordChecker passwords;
  private final @Nullable TokenService tokens;
  private final @Nullable TokenChecker tokenChecker;
  private final Backoff backoff = new Backoff();

  /** Makes one without tokens. */
  SaslAuthenticator(UserStore users, PeerPrincipals peers, CertificatePrincipals certificates) {
    this(users, peers, certificates, null);
  }

  /**
   * Makes one; starts no thread until a password has to be checked.
   *
   * @param tokens null: none are taken
   */
  public SaslAuthenticator(
      UserStore users,
      PeerPrincipals peers,
      CertificatePrincipals certificates,
      @Nullable TokenService tokens) {
    this.users = users;
    this.peers = peers;
    this.certificates = certificates;
    this.passwords = new PasswordChecker(users);
    this.tokens = tokens;
    this.tokenChecker = tokens == null ? null : new TokenChecker(tokens, this::named);
  }

  @Override
  public List<String> offered(PeerInfo peer) {
    List<String> names = new ArrayList<>();
    boolean vouchedFor = vouchedFor(peer).isPresent();
    boolean plain = plainIsPrivate(peer);
    if (vouchedFor) {
      names.add(EXTERNAL);
    } else if (!peer.certificates().isEmpty()) {
      LOG.info("{}: no EXTERNAL, the certificate gives no name to go by", peer.remote());
    }
    if (!plain || !users.hasChosenPasswords()) {
      for (ScramHash hash : ScramHash.values()) {
        names.add(hash.mechanism());
      }
    }
    if (plain && tokens != null) {
      names.add(XOAUTH2);
      names.add(OAUTHBEARER);
    }
    if (plain) {
      names.add(PLAIN);
    }
    if (vouchedFor && peer.transport() == Transport.UNIX) {
      names.add(ANONYMOUS);
    }
    return List.copyOf(names);
  }

  private Optional<Principal> vouchedFor(PeerInfo peer) {
    return peer.transport() == Transport.UNIX
        ? peers.principal(peer.credentials())
        : certificates.principal(peer.certificates());
  }

  private static boolean plainIsPrivate(PeerInfo peer) {
    return switch (peer.transport()) {
      case UNIX, TLS, WEBSOCKET_TLS -> true;
      case TCP, WEBSOCKET -> peer.loopback();
    };
  }

  @Override
  public SaslExchange start(String mechanism, PeerInfo peer) {
    if (!offered(peer).contains(mechanism)) {
      return response -> CompletableFuture.completedStage(new SaslStep.Failed(false));
    }
    Guard guard = new Guard(backoff, peer);
    return switch (mechanism) {
      case EXTERNAL -> new PeerExchange(vouchedFor(peer), true);
      case ANONYMOUS -> new PeerExchange(vouchedFor(peer), false);
      case PLAIN -> new PlainExchange(guard, passwords, tokenChecker, bearer(peer));
      case OAUTHBEARER ->
          new BearerExchange(
              Objects.requireNonNull(tokenChecker), guard, bearer(peer), BearerExchange.RFC_7628);
      case XOAUTH2 ->
          new BearerExchange(
              Objects.requireNonNull(tokenChecker), guard, bearer(peer), BearerExchange.XOAUTH2);
      default -> new ScramExchange(hash(mechanism), guard, this::candidate);
    };
  }

  private static TokenService.Bearer bearer(PeerInfo peer) {
    PeerCredentials kernel = peer.credentials();
    return new TokenService.Bearer(
        kernel == null ? -1 : kernel.uid(),
        peer.certificates().isEmpty() ? Set.of() : Set.of(thumbprint(peer.certificates().get(0))));
  }

  private static String thumbprint(X509Certificate certificate) {
    try {
      byte[] sha = MessageDigest.getInstance("SHA-256").digest(certificate.getEncoded());
      return Base64.getUrlEncoder().withoutPadding().encodeToString(sha);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("a certificate that was verified has no encoding", e);
    }
  }

  @Override
  public CompletionStage<SaslStep> renew(Principal current, String token, PeerInfo peer) {
    TokenChecker checker = tokenChecker;
    return checker == null
        ? CompletableFuture.completedStage(new SaslStep.Failed(false))
        : checker.renew(current, token, new Guard(backoff, peer), bearer(peer));
  }

  @Override
  public LiveIdentity.Issued issue(
      Principal current, PeerInfo peer, List<String> scopes, Duration life) {
    TokenService service = tokens;
    if (service == null) {
      throw new IllegalArgumentException("no tokens are issued");
    }
    try {
      TokenService.Issued issued =
          service.issueFor(current, scopes, life, bearer(peer).boundTo(current));
      return new LiveIdentity.Issued(issued.token(), issued.info().id(), issued.info().expires());
    } catch (TokenException e) {
      throw new IllegalArgumentException(e.getMessage(), e);
    }
  }

  /** Whom a token names that was issued to be somebody known otherwise; empty when gone. */
  private Optional<Principal> named(String name) {
    if (name.startsWith(User.PREFIX)) {
      return users.usable(name.substring(User.PREFIX.length())).map(User::principal);
    }
    return name.startsWith(CertificatePrincipals.PREFIX)
        ? Optional.of(certificates.named(name))
        : peers.named(name);
  }

  @Override
  public Optional<Ended> ended(Principal principal) {
    String name = principal.name();
    if (name.startsWith(User.PREFIX)
        && users.usable(name.substring(User.PREFIX.length())).isEmpty()) {
      return Optional.of(Ended.USER_GONE);
    }
    TokenService service = tokens;
    return service == null
        ? Optional.empty()
        : service
            .ended(principal)
            .map(code -> code == TokenException.Code.EXPIRED ? Ended.EXPIRED : Ended.REVOKED);
  }

  private static ScramHash hash(String mechanism) {
    return mechanism.equals(ScramHash.SHA_512.mechanism()) ? ScramHash.SHA_512 : ScramHash.SHA_256;
  }

  private ScramExchange.Candidate candidate(ScramHash hash, String name) {
    ScramVerifier imitation = ScramVerifier.imitation(hash, users.imitationKey(), name);
    Optional<User> user = users.usable(name);
    @Nullable Credential credential = user.map(User::credential).orElse(null);
    return credential instanceof Credential.Scram scram
        ? new ScramExchange.Candidate(user.get(), scram.verifier(hash))
        : new ScramExchange.Candidate(null, imitation);
  }

  /** Ends the password thread. */
  @Override
  public void close() {
    passwords.close();
  }
}
