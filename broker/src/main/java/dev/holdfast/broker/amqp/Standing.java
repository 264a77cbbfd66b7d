package dev.holdfast.broker.amqp;

import dev.holdfast.acl.Principal;
import dev.holdfast.broker.amqp.codec.Fault;
import dev.holdfast.broker.amqp.codec.FaultException;
import dev.holdfast.broker.domain.LiveIdentity;
import dev.holdfast.broker.domain.OwnerCommand;
import dev.holdfast.broker.domain.Peer;
import dev.holdfast.broker.identity.SaslMechanisms;
import dev.holdfast.broker.identity.SaslMechanisms.Ended;
import dev.holdfast.broker.identity.SaslStep;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * Who is at the other end of a connection, and whether that still holds. A connection whose token
 * has expired is frozen: nothing is delivered, no credit is given, what is sent is refused, until a
 * new token comes or the grace is over. Settling goes on: what the peer has done is done.
 * Event-loop thread, unless a method says otherwise.
 */
final class Standing implements LiveIdentity {

  private final AmqpConnection connection;
  private final SaslMechanisms sasl;
  private final String id;
  private final long sinceMs;
  private volatile @Nullable Principal principal;
  private @Nullable Peer peer;
  private PrincipalUse use = PrincipalUse.nobodys();
  private boolean entered;
  private boolean frozen;
  private long frozenAtNanos;

  Standing(AmqpConnection connection, SaslMechanisms sasl) {
    this.connection = connection;
    this.sasl = sasl;
    this.id = connection.edge.registry.newConnectionId();
    this.sinceMs = connection.edge.settings.clock().millis();
  }

  void authenticated(Principal who) {
    principal = who;
  }

  /** Unique while the broker runs. */
  String id() {
    return id;
  }

  /** When the connection was accepted, epoch milliseconds. */
  long sinceMs() {
    return sinceMs;
  }

  /** Null until it is authenticated. */
  @Nullable Principal known() {
    return principal;
  }

  /** Of its principal; empty until it is authenticated. */
  String name() {
    Principal who = principal;
    return who == null ? "" : who.name();
  }

  Principal principal() {
    return Objects.requireNonNull(principal);
  }

  /** Its open has come: it counts as a connection of its principal. */
  void enter() {
    if (connection.edge.registry.isDraining()) {
      throw new FaultException(Fault.DRAINING);
    }
    PrincipalUse mine = connection.edge.registry.enterPrincipal(principal());
    if (mine == null) {
      throw new FaultException(Fault.TOO_MANY_CONNECTIONS);
    }
    entered = true;
    use = mine;
  }

  /** What its principal uses, here and elsewhere. */
  PrincipalUse use() {
    return use;
  }

  /** Says for the record that a link is attached or gone. */
  void report(boolean attached, String operation, String address) {
    connection
        .edge
        .settings
        .faults()
        .link(
            connection.peer,
            principal(),
            new AmqpSettings.LinkFacts(id, attached, operation, address));
  }

  /** The connection is gone. */
  void leave() {
    Principal who = principal;
    if (who != null) {
      connection.edge.settings.faults().closed(connection.peer, who, id);
    }
    Registry registry = connection.edge.registry;
    if (entered) {
      registry.leavePrincipal(principal().name());
    }
    if (peer != null) {
      registry.leaveContainer(principal().name(), peer.container());
    }
  }

  void opened(String container) {
    peer = new Peer(principal(), container, this);
  }

  /** Null until its open has come. */
  @Nullable Peer peer() {
    return peer;
  }

  /** Whether its token has expired and no new one has come. */
  boolean isFrozen() {
    return frozen;
  }

  /** Looks whether the identity is still good; ends or freezes the connection when it is not. */
  void check() {
    Principal who = principal;
    Ended why = who == null ? null : sasl.ended(who).orElse(null);
    if (why == null) {
      return;
    }
    switch (why) {
      case EXPIRED -> expired();
      case REVOKED -> connection.close(AmqpErrors.of(Fault.TOKEN_REVOKED));
      case USER_GONE -> connection.close(AmqpErrors.of(Fault.USER_GONE));
    }
  }

  private void expired() {
    long now = System.nanoTime();
    if (!frozen) {
      frozen = true;
      frozenAtNanos = now;
    } else if (now - frozenAtNanos >= connection.limits().handshake().renewalMs() * 1_000_000L) {
      connection.close(AmqpErrors.of(Fault.TOKEN_EXPIRED));
    }
  }

  /** Any thread. */
  @Override
  public CompletionStage<Boolean> renew(String token) {
    Principal now = principal();
    if (now.grant().isEmpty()) {
      return CompletableFuture.completedStage(false);
    }
    return sasl.renew(now, token, connection.peer)
        .thenCompose(
            step ->
                step instanceof SaslStep.Authenticated done
                    ? replace(here(now, done.principal()))
                    : CompletableFuture.completedStage(false));
  }

  /** Any thread; blocks. */
  @Override
  public Issued issue(List<String> scopes, Duration life) {
    return sasl.issue(principal(), connection.peer, scopes, life);
  }

  private Principal here(Principal now, Principal renewed) {
    long nowMs = connection.edge.settings.clock().millis();
    return now.origin().map(origin -> renewed.from(origin.at(nowMs))).orElse(renewed);
  }

  private CompletionStage<Boolean> replace(Principal renewed) {
    CompletableFuture<Boolean> done = new CompletableFuture<>();
    connection.onLoop(
        () -> {
          principal = renewed;
          Peer of = Objects.requireNonNull(peer);
          of.renewed(renewed);
          connection.edge.submit(new OwnerCommand.Recheck(of));
          if (frozen) {
            frozen = false;
            connection.dispatch.sessions().forEach(Session::thaw);
          }
          done.complete(true);
        });
    return done;
  }
}
