package dev.holdfast.broker.amqp;

import dev.holdfast.broker.amqp.codec.ColdCodec;
import dev.holdfast.broker.amqp.codec.Fault;
import dev.holdfast.broker.amqp.codec.FaultException;
import java.util.Collection;
import java.util.TreeMap;
import org.apache.qpid.proton.amqp.transport.Attach;
import org.apache.qpid.proton.amqp.transport.Begin;
import org.apache.qpid.proton.amqp.transport.Close;
import org.apache.qpid.proton.amqp.transport.Detach;
import org.apache.qpid.proton.amqp.transport.End;
import org.jspecify.annotations.Nullable;

/**
 * The sessions of an open connection by channel, and the frames that go to them. A session the
 * broker has ended stays until the peer's end comes, and what the peer sent before it knew is
 * dropped. Event-loop thread.
 */
final class FrameDispatch {

  private static final int FLOW = 0x13;
  private static final int TRANSFER = 0x14;
  private static final int DISPOSITION = 0x15;

  private final AmqpConnection connection;
  private final TreeMap<Integer, Session> sessions = new TreeMap<>();
  private @Nullable Session current;
  private int currentChannel = -1;

  FrameDispatch(AmqpConnection connection) {
    this.connection = connection;
  }

  Collection<Session> sessions() {
    return sessions.values();
  }

  void clear() {
    sessions.clear();
    current = null;
    currentChannel = -1;
  }

  /** One frame; a fault that ends only its session is dealt with here, the next frame goes on. */
  void frame(int channel, byte[] b, int from, int to) {
    Session session = session(channel);
    try {
      frame(session, channel, b, from, to);
    } catch (FaultException fault) {
      if (fault.scope() != FaultException.Scope.SESSION || session == null) {
        throw fault;
      }
      session.end(AmqpErrors.of(fault.fault()));
    }
  }

  private void frame(@Nullable Session session, int channel, byte[] b, int from, int to) {
    int code = ColdCodec.performative(b, from, to);
    if (code == TRANSFER || code == DISPOSITION || code == FLOW) {
      if (session == null) {
        throw new FaultException(Fault.NO_SESSION);
      }
      if (!session.isEnded()) {
        hot(session, code, b, from, to);
      }
      return;
    }
    connection.controlFrame();
    Object performative = connection.edge.codec.decode(b, from, to);
    if (performative instanceof Close) {
      connection.peerClosed();
    } else if (performative instanceof Begin begin) {
      begin(channel, session, begin);
    } else if (session == null) {
      boolean ofSession =
          performative instanceof Attach
              || performative instanceof Detach
              || performative instanceof End;
      throw new FaultException(ofSession ? Fault.NO_SESSION : Fault.NOT_NOW);
    } else {
      cold(session, performative);
    }
  }

  private @Nullable Session session(int channel) {
    if (channel != currentChannel) {
      if (channel >= connection.limits().perConnection().sessions()) {
        throw new FaultException(Fault.CHANNEL_MAX);
      }
      current = sessions.get(channel);
      currentChannel = channel;
    }
    return current;
  }

  private void hot(Session session, int code, byte[] b, int from, int to) {
    Edge edge = connection.edge;
    switch (code) {
      case TRANSFER -> {
        edge.transfer.read(b, from, to);
        session.transfer(edge.transfer, b, to);
      }
      case DISPOSITION -> {
        edge.disposition.read(b, from, to);
        session.disposition(edge.disposition, b);
      }
      default -> {
        connection.controlFrame();
        edge.flow.read(b, from, to);
        session.flow(edge.flow);
      }
    }
  }

  private void begin(int channel, @Nullable Session session, Begin begin) {
    if (session != null) {
      throw new FaultException(Fault.CHANNEL_IN_USE);
    }
    if (begin.getRemoteChannel() != null) {
      throw new FaultException(Fault.REMOTE_CHANNEL);
    }
    if (channel > connection.peerChannelMax()) {
      throw new FaultException(Fault.PEER_CHANNEL_MAX);
    }
    sessions.put(channel, new Session(connection, channel, begin));
    currentChannel = -1;
  }

  private void cold(Session session, Object performative) {
    if (performative instanceof End) {
      session.peerEnded();
      sessions.remove(session.channel);
      currentChannel = -1;
      current = null;
    } else if (session.isEnded()) {
      return;
    } else if (performative instanceof Attach attach) {
      session.attach(attach);
    } else if (performative instanceof Detach detach) {
      session.detach(detach);
    } else {
      throw new FaultException(Fault.NOT_NOW);
    }
  }
}
