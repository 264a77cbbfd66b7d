package dev.holdfast.broker.audit.source;

import dev.holdfast.acl.Principal;
import dev.holdfast.broker.amqp.AmqpSettings.FaultReport;
import dev.holdfast.broker.amqp.AmqpSettings.LinkFacts;
import dev.holdfast.broker.audit.AuditEvent;
import dev.holdfast.broker.audit.AuditEvent.Outcome;
import dev.holdfast.broker.audit.AuditTrail;
import dev.holdfast.broker.identity.PeerInfo;
import org.jspecify.annotations.Nullable;

/**
 * Records what happens to connections and links: who is cut off, each counted; who attaches and
 * goes, as ordinary events; who reads messages without taking them, which is not lost. Any thread.
 */
public final class EdgeAudit implements FaultReport {
  private static final String BROWSE = "browse";

  private final AuditTrail trail;

  /** Into this trail. */
  public EdgeAudit(AuditTrail trail) {
    this.trail = trail;
  }

  @Override
  public void cutOff(PeerInfo peer, @Nullable Principal principal, String what) {
    trail.count(
        AuditEvent.of("limit", Outcome.DENY)
            .code("HF-" + what.replace('_', '-'))
            .by(Peers.of(principal == null ? null : principal.name(), null, peer)));
  }

  @Override
  public void link(PeerInfo peer, Principal principal, LinkFacts facts) {
    AuditEvent event =
        AuditEvent.of(facts.attached() ? "link.attach" : "link.detach", Outcome.OK)
            .by(Peers.of(principal.name(), null, peer))
            .asked(facts.operation(), facts.address())
            .connection(facts.connection());
    if (facts.operation().equals(BROWSE)) {
      trail.keep(event);
    } else {
      trail.record(event);
    }
  }

  @Override
  public void closed(PeerInfo peer, Principal principal, String connection) {
    trail.record(
        AuditEvent.of("connection.close", Outcome.OK)
            .by(Peers.of(principal.name(), null, peer))
            .connection(connection));
  }
}
