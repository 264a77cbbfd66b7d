package dev.holdfast.broker.audit.source;

import dev.holdfast.acl.Principal;
import dev.holdfast.broker.audit.AuditEvent;
import dev.holdfast.broker.audit.AuditEvent.Outcome;
import dev.holdfast.broker.audit.AuditTrail;
import dev.holdfast.broker.domain.LiveIdentity;
import dev.holdfast.broker.identity.PeerInfo;
import dev.holdfast.broker.identity.SaslExchange;
import dev.holdfast.broker.identity.SaslMechanisms;
import dev.holdfast.broker.identity.SaslStep;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/**
 * Records who logs in and who fails to. A failure says where from and how it was tried, not with
 * which name: people type passwords into the wrong field. Any thread.
 */
public final class AuditedSasl implements SaslMechanisms {
  private static final int MAX_MECHANISM = 32;

  private final SaslMechanisms mechanisms;
  private final AuditTrail trail;

  /** In front of {@code mechanisms}. */
  public AuditedSasl(SaslMechanisms mechanisms, AuditTrail trail) {
    this.mechanisms = mechanisms;
    this.trail = trail;
  }

  @Override
  public List<String> offered(PeerInfo peer) {
    return mechanisms.offered(peer);
  }

  @Override
  public Optional<Ended> ended(Principal principal) {
    return mechanisms.ended(principal);
  }

  @Override
  public CompletionStage<SaslStep> renew(Principal current, String token, PeerInfo peer) {
    return mechanisms
        .renew(current, token, peer)
        .thenApply(
            step -> {
              record("put-token", peer, step);
              return step;
            });
  }

  @Override
  public LiveIdentity.Issued issue(
      Principal current, PeerInfo peer, List<String> scopes, Duration life) {
    LiveIdentity.Issued issued = mechanisms.issue(current, peer, scopes, life);
    trail.keep(
        AuditEvent.of("token.issue", Outcome.OK)
            .by(Peers.of(current.name(), null, peer))
            .asked("issue", String.join(" ", scopes))
            .extra("jti", issued.id()));
    return issued;
  }

  @Override
  public SaslExchange start(String mechanism, PeerInfo peer) {
    // The client's text: bounded, and one of few as soon as it is known to be none of ours.
    String name =
        mechanism.length() <= MAX_MECHANISM && mechanisms.offered(peer).contains(mechanism)
            ? mechanism
            : "(not offered)";
    SaslExchange exchange = mechanisms.start(mechanism, peer);
    return response ->
        exchange
            .respond(response)
            .thenApply(
                step -> {
                  record(name, peer, step);
                  return step;
                });
  }

  private static AuditEvent withToken(Principal principal) {
    AuditEvent event = AuditEvent.of("auth", Outcome.OK);
    return principal.grant().map(grant -> event.extra("jti", grant.id())).orElse(event);
  }

  private void record(String mechanism, PeerInfo peer, SaslStep step) {
    if (step instanceof SaslStep.Authenticated done) {
      trail.record(
          withToken(done.principal()).by(Peers.of(done.principal().name(), mechanism, peer)));
    } else if (step instanceof SaslStep.Failed failed) {
      trail.count(
          AuditEvent.of("auth", failed.temporary() ? Outcome.ERROR : Outcome.DENY)
              .code(failed.temporary() ? "HF-AUTH-THROTTLED" : "HF-AUTH-FAILED")
              .by(Peers.of(null, mechanism, peer))
              .asked(mechanism, null));
    }
  }
}
