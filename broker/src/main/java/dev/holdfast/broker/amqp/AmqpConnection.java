package dev.holdfast.broker.amqp;

import dev.holdfast.acl.Principal;
import dev.holdfast.broker.amqp.codec.Fault;
import dev.holdfast.broker.amqp.codec.FaultException;
import dev.holdfast.broker.domain.Peer;
import dev.holdfast.broker.identity.PeerInfo;
import dev.holdfast.broker.identity.SaslMechanisms;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.vertx.core.streams.ReadStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import org.apache.qpid.proton.amqp.transport.Close;
import org.apache.qpid.proton.amqp.transport.ErrorCondition;
import org.apache.qpid.proton.amqp.transport.Open;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One connection (part 2 §2.4): protocol headers, SASL, open and close, and who its frames go to.
 *
 * <p>Whatever goes wrong in here ends this connection and no other: faults of the peer with the
 * condition the standard names, faults of the broker with an incident id that is also in the log.
 * Event-loop thread, unless a method says otherwise.
 */
final class AmqpConnection {

  private static final Logger LOG = LoggerFactory.getLogger(AmqpConnection.class);
  private static final int CLOSE_MS = 1_000;
  private static final int SHUTDOWN_MS = 2_000;
  private static final int UNWRITTEN_FACTOR = 16;

  final Edge edge;
  final SocketWriter out;
  final PeerInfo peer;
  final Budget budget;
  private final ChannelHandlerContext channel;
  private final String origin;
  private final Inbound inbound;
  private final Lifeline lifeline;
  final FrameDispatch dispatch;
  private final Set<ConsumerLink> blocked = new LinkedHashSet<>();
  final Standing standing;
  private boolean inHandshake = true;
  private PeerLimits peerLimits = PeerLimits.UNKNOWN;
  private int linkCount;
  private boolean touched;
  private boolean openSent;
  private boolean shuttingDown;
  private boolean released;

  AmqpConnection(
      Edge edge,
      ChannelHandlerContext channel,
      ReadStream<?> input,
      PeerInfo peer,
      String origin,
      SaslMechanisms sasl) {
    this.edge = edge;
    this.channel = channel;
    this.peer = peer;
    this.origin = origin;
    this.standing = new Standing(this, sasl);
    this.dispatch = new FrameDispatch(this);
    this.inbound = new Inbound(this, new SaslNegotiation(this, sasl, peer), dispatch);
    this.lifeline = new Lifeline(limits());
    this.budget = new Budget(edge.registry, limits(), input);
    this.out =
        new SocketWriter(
            channel, limits().perConnection().bytes().unwritten(), () -> run(this::pumpBlocked));
    lifeline.deadline(limits().handshake().headerMs());
    edge.add(this);
  }

  AmqpLimits limits() {
    return edge.settings.limits();
  }

  Principal principal() {
    return standing.principal();
  }

  /** Who is at the other end; once the peer's open has come. */
  Peer peer() {
    return Objects.requireNonNull(standing.peer());
  }

  /** Whether no more credit is to be given and nothing more delivered. */
  boolean isClosing() {
    return shuttingDown || inbound.isFinished();
  }

  int peerMaxFrameBytes() {
    return peerLimits.maxFrameBytes();
  }

  /** The highest channel number the peer hears on. */
  int peerChannelMax() {
    return peerLimits.channelMax();
  }

  Registry.LinkKey linkKey(String link, boolean brokerSends) {
    return new Registry.LinkKey(principal().name(), peer().container(), link, brokerSends);
  }

  // ---- work and its faults ----

  /** Does {@code work} for this connection, in a batch; what it throws ends this connection. */
  void run(Runnable work) {
    edge.batch(() -> guarded(work));
  }

  /** The same from any thread. */
  void onLoop(Runnable work) {
    if (edge.thread.inEventLoop()) {
      run(work);
    } else {
      edge.thread.execute(() -> run(work));
    }
  }

  private void guarded(Runnable work) {
    if (!touched) {
      touched = true;
      edge.touch(this);
    }
    String before = edge.speaksFor(standing.name());
    try {
      work.run();
    } catch (FaultException fault) {
      LOG.info("{}: {}", peer.remote(), fault.fault());
      edge.settings.faults().cutOff(peer, standing.known(), fault.fault().name());
      close(AmqpErrors.of(fault.fault()));
    } catch (Throwable broken) {
      String incident = UUID.randomUUID().toString().substring(0, 8);
      LOG.error("incident {}: connection {} is closed by a fault", incident, peer.remote(), broken);
      close(AmqpErrors.internal(incident));
    } finally {
      edge.speaksFor(before);
    }
  }

  /** Everything of this batch is done: answers out, one write. */
  void finishBatch() {
    touched = false;
    dispatch.sessions().forEach(Session::finishBatch);
    out.flush();
    if (out.unwrittenBytes()
        > UNWRITTEN_FACTOR * limits().perConnection().bytes().unwritten()
            + limits().maxMessageBytes()) {
      LOG.warn("{} does not read what it asks for; dropped", peer.remote());
      abort();
    }
  }

  /** One read; releases the buffer. */
  void read(ByteBuf in) {
    try {
      if (!inbound.isFinished()) {
        lifeline.heard();
        run(() -> inbound.accept(in));
      }
    } finally {
      in.release();
    }
  }

  /** A SASL step is done; what came meanwhile is looked at now. */
  void resumeInput() {
    inbound.resume();
  }

  /** The peer asked for SASL. */
  void saslBegins() {
    lifeline.deadline(limits().handshake().saslMs());
  }

  // ---- open and close ----

  void authenticated(Principal who) {
    standing.authenticated(who);
    inbound.authenticated();
    leaveHandshake();
    lifeline.deadline(limits().handshake().openMs());
  }

  private void leaveHandshake() {
    if (inHandshake) {
      inHandshake = false;
      edge.registry.leftHandshake(origin);
    }
  }

  /** The peer's open came, on channel 0. */
  void opened(Open open) {
    if (open.getContainerId() == null) {
      throw new FaultException(Fault.FIELD_MISSING);
    }
    peerLimits = PeerLimits.of(open, limits().maxFrameBytes());
    out.peerMaxFrame(peerLimits.maxFrameBytes());
    standing.enter();
    budget.of(standing.use());
    boolean alone =
        open.getDesiredCapabilities() != null
            && Arrays.asList(open.getDesiredCapabilities()).contains(Replies.SOLE_CONNECTION);
    if (!edge.registry.enterContainer(principal().name(), open.getContainerId(), alone)) {
      openSent = true;
      write(0, Replies.failedOpen(edge.settings));
      close(AmqpErrors.invalidField(Fault.CONTAINER_ID, "container-id"));
      return;
    }
    standing.opened(open.getContainerId());
    inbound.opened();
    lifeline.opened(open.getIdleTimeOut() == null ? 0 : open.getIdleTimeOut().longValue());
    sendOpen();
  }

  private void sendOpen() {
    if (!openSent) {
      openSent = true;
      write(0, Replies.open(edge.settings));
    }
  }

  /** The peer's close came. */
  void peerClosed() {
    release(true);
    write(0, new Close());
    finish();
  }

  /** Ends the connection with an error; before it is authenticated, without a word. */
  void close(ErrorCondition error) {
    if (inbound.isFinished()) {
      return;
    }
    if (inbound.speaksAmqp()) {
      dispatch.sessions().forEach(Session::finishBatch);
      sendOpen();
      Close close = new Close();
      close.setError(error);
      write(0, close);
    }
    finish();
  }

  /** The last word is said: nothing more is read or written, and the socket closes. */
  void finish() {
    if (!inbound.isFinished()) {
      inbound.finish();
      release(true);
      out.finish();
      lifeline.deadline(CLOSE_MS);
    }
  }

  /** The broker stops: waits for answers under way, then says so. */
  void shutDown() {
    guarded(
        () -> {
          shuttingDown = true;
          if (budget.awaitedAnswers() == 0) {
            close(AmqpErrors.of(Fault.FORCED));
          } else {
            lifeline.deadline(SHUTDOWN_MS);
          }
        });
  }

  /** Drops the socket. */
  void abort() {
    inbound.finish();
    channel.close();
  }

  /** The socket is gone. */
  void disconnected() {
    edge.batch(
        standing.name(),
        () -> {
          inbound.finish();
          release(false);
          out.discard();
          edge.remove(this);
          edge.registry.disconnected();
        });
  }

  private void release(boolean clean) {
    if (released) {
      return;
    }
    released = true;
    leaveHandshake();
    List.copyOf(dispatch.sessions()).forEach(session -> session.lost(clean));
    dispatch.clear();
    blocked.clear();
    budget.close();
    standing.leave();
  }

  /** Time passes. */
  void tick() {
    guarded(
        () -> {
          if (budget.inputWaits()) {
            lifeline.heard();
          }
          switch (lifeline.tick(inbound.waitsForSasl(), out.takeWroteSomething())) {
            case FINE -> {
              dispatch.sessions().forEach(Session::replenish);
              pumpBlocked();
            }
            case DEADLINE -> deadline();
            case PEER_SILENT -> close(AmqpErrors.of(Fault.IDLE));
            case FLOOD -> throw new FaultException(Fault.FLOOD);
            case SAY_SOMETHING -> edge.output.empty(out.buffer());
          }
        });
  }

  private void deadline() {
    if (inbound.isFinished()) {
      channel.close();
    } else if (shuttingDown) {
      close(AmqpErrors.of(Fault.FORCED));
    } else {
      LOG.info("{}: handshake takes too long", peer.remote());
      edge.settings.faults().cutOff(peer, standing.known(), "HANDSHAKE_TIMEOUT");
      finish();
    }
  }

  // ---- what sessions and links need ----

  void write(int channelNumber, Object performative) {
    edge.codec.write(out.buffer(), channelNumber, performative, peerLimits.maxFrameBytes());
  }

  void writeSasl(Object body) {
    edge.codec.writeSasl(out.buffer(), body);
  }

  void controlFrame() {
    lifeline.controlFrame();
    if (lifeline.isFlooded()) {
      throw new FaultException(Fault.FLOOD);
    }
  }

  void progress() {
    lifeline.progress();
  }

  /** One link more; false when that is one too many. It counts until it is removed all the same. */
  boolean linkAdded() {
    boolean may = standing.use().linkAdded();
    return ++linkCount <= limits().perConnection().links() && may;
  }

  void linkRemoved(int count) {
    linkCount -= count;
    standing.use().linksRemoved(count);
  }

  int transfersAffordable() {
    return isClosing() ? 0 : budget.transfersAffordable(dispatch.sessions().size());
  }

  void awaitsAnswer() {
    budget.awaitsAnswer();
    lifeline.progress();
  }

  void answered(long bytes) {
    budget.answered(bytes);
    if (shuttingDown && budget.awaitedAnswers() == 0) {
      edge.thread.execute(() -> run(() -> close(AmqpErrors.of(Fault.FORCED))));
    }
  }

  /** This link has deliveries that wait for the socket or a window. */
  void blocked(ConsumerLink link) {
    blocked.add(link);
  }

  void pumpBlocked() {
    if (!blocked.isEmpty()) {
      List<ConsumerLink> again = new ArrayList<>(blocked);
      blocked.clear();
      again.forEach(ConsumerLink::pump);
    }
  }
}
