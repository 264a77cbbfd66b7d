package dev.holdfast.broker.amqp;

import java.util.Objects;
import org.apache.qpid.proton.amqp.UnsignedInteger;
import org.apache.qpid.proton.amqp.transport.Attach;
import org.apache.qpid.proton.amqp.transport.Detach;
import org.apache.qpid.proton.amqp.transport.ErrorCondition;
import org.jspecify.annotations.Nullable;

/**
 * The broker's end of one link: its identity and the attach/detach exchange (part 2 §2.6). Uses the
 * peer's handle for both directions: it is free on our side whenever it is on the peer's.
 * Event-loop thread.
 */
final class LinkEnd {

  private enum State {
    /** The peer has attached, the domain has not answered. */
    OPENING,
    /** Attached both ways. */
    ATTACHED,
    /** The peer detached before the domain answered. */
    LEFT_WHILE_OPENING,
    /** The peer closed, and the domain has not said yet what becomes of its subscription. */
    CLOSING,
    /** The broker detached and waits for the peer's detach. */
    DETACHING,
    /** Gone. */
    GONE
  }

  final Session session;
  final int handle;
  final String name;
  final Registry.LinkKey key;

  /** Of the node that takes new tokens: works when the old one has expired. */
  final boolean renews;

  private State state = State.OPENING;
  private boolean closeWanted;
  private String operation = "";
  private String address = "";
  private @Nullable Link link;

  LinkEnd(Session session, int handle, String name, Registry.LinkKey key, boolean renews) {
    this.session = session;
    this.handle = handle;
    this.name = name;
    this.key = key;
    this.renews = renews;
  }

  /** What it is for, for the record. */
  void isFor(String what, @Nullable String where) {
    operation = what;
    address = where == null ? "" : where;
  }

  ConnectionInfo.LinkInfo info() {
    return new ConnectionInfo.LinkInfo(name, operation, address, isAttached());
  }

  private void report(boolean attached) {
    session.connection.standing.report(attached, operation, address);
  }

  private void reportGone() {
    if (state == State.ATTACHED || state == State.CLOSING) {
      report(false);
    }
  }

  void belongsTo(Link owner) {
    link = owner;
  }

  /** The link of this end. */
  Link link() {
    return Objects.requireNonNull(link);
  }

  boolean isAttached() {
    return state == State.ATTACHED;
  }

  /** Whether nothing is to go over it, for the peer's token has expired. */
  boolean isFrozen() {
    return !renews && session.connection.standing.isFrozen();
  }

  boolean isOpening() {
    return state == State.OPENING;
  }

  /** Whether frames for this link still mean something: false once either side detached. */
  boolean isLive() {
    return state == State.ATTACHED || state == State.OPENING;
  }

  /**
   * The domain agreed: sends the attach.
   *
   * @return false when the peer has left meanwhile; the detach is answered and the end is gone
   */
  boolean attached(Attach reply) {
    boolean left = state == State.LEFT_WHILE_OPENING;
    if (!left && state != State.OPENING) {
      return false;
    }
    session.write(reply);
    state = State.ATTACHED;
    report(true);
    if (left) {
      sendDetach(closeWanted, null);
      gone();
    }
    return !left;
  }

  /** The domain or the edge refused: attach with a null terminus, then detach with the error. */
  void refused(Attach reply, ErrorCondition error) {
    boolean left = state == State.LEFT_WHILE_OPENING;
    if (!left && state != State.OPENING) {
      return;
    }
    session.write(reply);
    sendDetach(true, error);
    state = State.DETACHING;
    if (left) {
      gone();
    }
  }

  /** The broker ends the link. */
  void detach(@Nullable ErrorCondition error) {
    if (state == State.ATTACHED) {
      report(false);
      sendDetach(true, error);
      state = State.DETACHING;
      release();
    }
  }

  /** The peer closed: its detach is answered by {@link #closed}. */
  void closing() {
    if (state == State.ATTACHED) {
      state = State.CLOSING;
    }
  }

  boolean isClosing() {
    return state == State.CLOSING;
  }

  /** The domain is done with what the peer's closing asked for, or refuses it. */
  void closed(@Nullable ErrorCondition error) {
    if (state == State.CLOSING) {
      sendDetach(true, error);
      gone();
    }
  }

  /** Another link takes its place: {@code then} comes once the domain knows. Any thread. */
  void expel(ErrorCondition error, Runnable then) {
    Edge edge = session.connection.edge;
    Runnable expulsion =
        () -> {
          session.connection.run(() -> link().expel(error));
          then.run();
        };
    if (edge.thread.inEventLoop()) {
      expulsion.run();
    } else {
      edge.thread.execute(expulsion);
    }
  }

  /** The peer's detach came. */
  void peerDetached(boolean closed) {
    switch (state) {
      case OPENING -> {
        state = State.LEFT_WHILE_OPENING;
        closeWanted = closed;
      }
      case ATTACHED -> {
        sendDetach(closed, null);
        gone();
      }
      case DETACHING -> gone();
      case CLOSING, LEFT_WHILE_OPENING, GONE -> release();
    }
  }

  /** The session is gone. */
  void lost() {
    reportGone();
    state = State.GONE;
    release();
  }

  private void gone() {
    reportGone();
    state = State.GONE;
    release();
    session.free(handle);
  }

  private void release() {
    session.connection.edge.registry.release(key, this);
  }

  private void sendDetach(boolean closed, @Nullable ErrorCondition error) {
    Detach detach = new Detach();
    detach.setHandle(UnsignedInteger.valueOf(handle));
    detach.setClosed(closed);
    detach.setError(error);
    session.write(detach);
  }
}
