package dev.holdfast.broker.amqp;

import dev.holdfast.acl.Origin;
import dev.holdfast.acl.Principal;
import dev.holdfast.broker.amqp.ConnectionInfo.LinkInfo;
import dev.holdfast.broker.amqp.ConnectionInfo.SessionInfo;
import dev.holdfast.broker.amqp.ConnectionInfo.State;
import dev.holdfast.broker.domain.Peer;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** Tells what a connection is doing. Event-loop thread. */
final class ConnectionReport {

  private ConnectionReport() {}

  static ConnectionInfo of(AmqpConnection connection) {
    Standing standing = connection.standing;
    Principal who = standing.known();
    Peer peer = standing.peer();
    List<SessionInfo> sessions = new ArrayList<>();
    connection.dispatch.sessions().forEach(session -> sessions.add(of(session)));
    sessions.sort(Comparator.comparingInt(SessionInfo::channel));
    return new ConnectionInfo(
        standing.id(),
        who == null ? null : who.name(),
        who == null ? "" : who.origin().map(Origin::mechanism).orElse(""),
        peer == null ? "" : peer.container(),
        connection.peer,
        standing.sinceMs(),
        state(connection),
        sessions);
  }

  private static State state(AmqpConnection connection) {
    if (connection.isClosing()) {
      return State.CLOSING;
    }
    if (connection.standing.isFrozen()) {
      return State.FROZEN;
    }
    return connection.standing.peer() == null ? State.OPENING : State.OPEN;
  }

  private static SessionInfo of(Session session) {
    List<LinkInfo> links = new ArrayList<>();
    for (LinkEnd end : session.ends()) {
      links.add(end.info());
    }
    return new SessionInfo(session.channel, session.unsettled.size(), links);
  }
}
