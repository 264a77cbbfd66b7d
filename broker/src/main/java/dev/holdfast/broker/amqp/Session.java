package dev.holdfast.broker.amqp;

import dev.holdfast.broker.amqp.codec.Disposition;
import dev.holdfast.broker.amqp.codec.Fault;
import dev.holdfast.broker.amqp.codec.FaultException;
import dev.holdfast.broker.amqp.codec.Flow;
import dev.holdfast.broker.amqp.codec.FrameOutput;
import dev.holdfast.broker.amqp.codec.Transfer;
import dev.holdfast.broker.domain.Delivery;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.apache.qpid.proton.amqp.UnsignedInteger;
import org.apache.qpid.proton.amqp.UnsignedShort;
import org.apache.qpid.proton.amqp.transport.Attach;
import org.apache.qpid.proton.amqp.transport.Begin;
import org.apache.qpid.proton.amqp.transport.Detach;
import org.apache.qpid.proton.amqp.transport.End;
import org.apache.qpid.proton.amqp.transport.ErrorCondition;
import org.jspecify.annotations.Nullable;

/**
 * A session (part 2 §2.5): transfer windows both ways, links by handle, dispositions. Uses the
 * peer's channel number for both directions. Event-loop thread.
 */
final class Session implements FrameOutput.SessionState {

  static final int HANDLE_MAX = 1_023;

  private static final int OUTGOING_WINDOW = Integer.MAX_VALUE;

  final AmqpConnection connection;
  final int channel;

  /** What the peer has not settled. */
  final Unsettled<Sent> unsettled = new Unsettled<>();

  /** What the broker says of deliveries. */
  final Answers answers = new Answers(this);

  private @Nullable Link[] links = new @Nullable Link[8];
  private int linkCount;
  private final long peerHandleMax;
  private boolean ended;

  /** Of what the peer has not settled: what its principal's use knows of. */
  private int countedUnsettled;

  private boolean waitsForSettling;

  // What the peer sends.
  private int nextIncomingId;
  private int incomingWindow;
  private boolean seenDelivery;
  private int nextIncomingDeliveryId;

  // What the broker sends.
  private int nextOutgoingId;
  private int peerWindow;
  private int nextDeliveryId;

  Session(AmqpConnection connection, int channel, Begin begin) {
    this.connection = connection;
    this.channel = channel;
    if (begin.getNextOutgoingId() == null
        || begin.getIncomingWindow() == null
        || begin.getOutgoingWindow() == null) {
      throw new FaultException(Fault.FIELD_MISSING);
    }
    nextIncomingId = begin.getNextOutgoingId().intValue();
    peerWindow = window(begin.getIncomingWindow().longValue());
    peerHandleMax = begin.getHandleMax() == null ? HANDLE_MAX : begin.getHandleMax().longValue();
    incomingWindow = connection.transfersAffordable();
    Begin reply = new Begin();
    reply.setRemoteChannel(UnsignedShort.valueOf((short) channel));
    reply.setNextOutgoingId(UnsignedInteger.ZERO);
    reply.setIncomingWindow(UnsignedInteger.valueOf(incomingWindow));
    reply.setOutgoingWindow(UnsignedInteger.valueOf(OUTGOING_WINDOW));
    reply.setHandleMax(UnsignedInteger.valueOf(HANDLE_MAX));
    write(reply);
  }

  private static int window(long transfers) {
    return (int) Math.min(Integer.MAX_VALUE, transfers);
  }

  @Override
  public int nextIncomingId() {
    return nextIncomingId;
  }

  @Override
  public int incomingWindow() {
    return incomingWindow;
  }

  @Override
  public int nextOutgoingId() {
    return nextOutgoingId;
  }

  @Override
  public int outgoingWindow() {
    return OUTGOING_WINDOW;
  }

  /** Whether the broker ended it and waits for the peer's end. */
  boolean isEnded() {
    return ended;
  }

  void write(Object performative) {
    connection.write(channel, performative);
  }

  void flow(FrameOutput.LinkState link) {
    grantWindow();
    connection.edge.output.flow(connection.out.buffer(), channel, this, link);
  }

  private void sessionFlow() {
    connection.edge.output.flow(connection.out.buffer(), channel, this);
  }

  /** Opens the window as wide as memory allows; never takes back what was given. */
  private void grantWindow() {
    incomingWindow = Math.max(incomingWindow, connection.transfersAffordable());
  }

  /** Tells the peer of a wider window when half of it is used up. */
  void replenish() {
    int affordable = connection.transfersAffordable();
    boolean shut = incomingWindow == 0 && affordable > 0;
    if (!ended && (shut || incomingWindow < affordable / 2)) {
      grantWindow();
      sessionFlow();
    }
    if (connection.standing.use().isRated()) {
      receivers().forEach(Receiver::topUp);
    }
  }

  /** Of its links, in the order of their handles. */
  List<LinkEnd> ends() {
    return Arrays.stream(links).filter(Objects::nonNull).map(Link::end).toList();
  }

  private List<Receiver> receivers() {
    List<Receiver> receivers = new ArrayList<>();
    for (Link link : links) {
      if (link instanceof ReceivingLink receiving) {
        receivers.add(receiving.receiver());
      }
    }
    return receivers;
  }

  void attach(Attach attach) {
    long handle = attach.getHandle() == null ? -1 : attach.getHandle().longValue();
    if (handle < 0 || attach.getName() == null || attach.getRole() == null) {
      throw new FaultException(Fault.FIELD_MISSING);
    }
    if (handle > HANDLE_MAX) {
      throw new FaultException(Fault.HANDLE_MAX);
    }
    if (handle > peerHandleMax) {
      throw new FaultException(Fault.PEER_HANDLE_MAX, FaultException.Scope.SESSION);
    }
    int index = (int) handle;
    if (index < links.length && links[index] != null) {
      throw new FaultException(Fault.HANDLE_IN_USE, FaultException.Scope.SESSION);
    }
    if (index >= links.length) {
      links = Arrays.copyOf(links, Math.min(HANDLE_MAX + 1, Integer.highestOneBit(index) * 2));
    }
    linkCount++;
    boolean room = connection.linkAdded();
    links[index] = Attacher.attach(this, attach, room);
  }

  private Link link(long handle) {
    Link link = handle >= 0 && handle < links.length ? links[(int) handle] : null;
    if (link == null) {
      throw new FaultException(Fault.NO_LINK, FaultException.Scope.SESSION);
    }
    return link;
  }

  void detach(Detach detach) {
    if (detach.getHandle() == null) {
      throw new FaultException(Fault.FIELD_MISSING);
    }
    link(detach.getHandle().longValue()).detached(detach.getClosed());
  }

  /** The link with this handle is gone on both sides. */
  void free(int handle) {
    if (links[handle] != null) {
      links[handle] = null;
      linkCount--;
      connection.linkRemoved(1);
    }
  }

  void flow(Flow flow) {
    Link link = flow.handle < 0 ? null : link(flow.handle);
    // What the peer has seen of our transfers, plus what it takes on top.
    int seen = flow.nextIncomingId < 0 ? 0 : (int) flow.nextIncomingId;
    long open = window(flow.incomingWindow) - (long) (nextOutgoingId - seen);
    boolean wasShut = peerWindow <= 0;
    peerWindow = window(Math.max(0, open));
    if (link == null) {
      if (flow.echo) {
        grantWindow();
        sessionFlow();
      }
    } else if (flow.acquires && link instanceof ConsumerLink) {
      link.expel(AmqpErrors.of(Fault.NO_ACQUISITION));
    } else {
      link.flow(flow);
    }
    if (wasShut && peerWindow > 0) {
      connection.pumpBlocked();
    }
  }

  void transfer(Transfer transfer, byte[] b, int to) {
    if (incomingWindow == 0) {
      throw new FaultException(Fault.WINDOW, FaultException.Scope.SESSION);
    }
    incomingWindow--;
    nextIncomingId++;
    Link link = link(transfer.handle);
    if (!(link instanceof ReceivingLink receiving)) {
      if (link instanceof ConsumerLink) {
        throw new FaultException(Fault.ERRANT_LINK, FaultException.Scope.SESSION);
      }
      return;
    }
    checkDeliveryId(receiving, transfer);
    receiving.receiver().transfer(transfer, b, to);
  }

  private void checkDeliveryId(ReceivingLink link, Transfer transfer) {
    Receiver receiver = link.receiver();
    boolean first = !receiver.isReceiving();
    if (transfer.deliveryId < 0) {
      if (first && link.end().isAttached()) {
        throw new FaultException(Fault.DELIVERY_ID, FaultException.Scope.SESSION);
      }
      return;
    }
    int id = (int) transfer.deliveryId;
    if (!first && id == receiver.incoming().deliveryId()) {
      return;
    }
    if (seenDelivery && id != nextIncomingDeliveryId) {
      if (!link.end().isAttached()) {
        return;
      }
      throw new FaultException(Fault.DELIVERY_ID, FaultException.Scope.SESSION);
    }
    seenDelivery = true;
    nextIncomingDeliveryId = id + 1;
  }

  /** Outcomes: of what the broker sent; what the peer says of its own deliveries needs nothing. */
  void disposition(Disposition d, byte[] b) {
    if (!d.fromReceiver) {
      return;
    }
    settle(d, b);
    if (waitsForSettling) {
      waitsForSettling = false;
      countUnsettled();
      connection.pumpBlocked();
    }
  }

  private void settle(Disposition d, byte[] b) {
    if (d.first == d.last) {
      Sent sent = unsettled.get(d.first);
      if (sent != null) {
        sent.link().outcome(sent, d.first, Verdict.of(d, b, connection.edge.codec));
      }
      return;
    }
    Verdict verdict = Verdict.of(d, b, connection.edge.codec);
    unsettled.forRange(
        d.first,
        d.last,
        id -> {
          Sent sent = Objects.requireNonNull(unsettled.get(id));
          sent.link().outcome(sent, id, verdict);
        });
  }

  /** Whether a delivery may be made, which the peer has to settle unless it is settled already. */
  boolean mayDeliver(boolean settled) {
    PrincipalUse use = connection.standing.use();
    boolean may = settled || use.mayKeep(unsettled.size() - countedUnsettled);
    waitsForSettling |= !may;
    return may && use.mayReceive();
  }

  private void countUnsettled() {
    connection.standing.use().unsettled(unsettled.size() - countedUnsettled);
    countedUnsettled = unsettled.size();
  }

  boolean maySend() {
    return peerWindow > 0 && !ended;
  }

  /** The id of the delivery of so many bytes that is made now. */
  int delivers(long size) {
    connection.standing.use().receives(size);
    return nextDeliveryId++;
  }

  void sentTransfer() {
    peerWindow--;
    nextOutgoingId++;
  }

  /** The broker has taken back what it sent. */
  void takenBack(Delivery delivery) {
    Integer deliveryId = unsettled.find(sent -> sent.delivery() == delivery);
    if (deliveryId != null) {
      unsettled.remove(deliveryId);
      answers.takenBack(deliveryId);
    }
  }

  /** The broker is done with what it sent. */
  void settledByBroker(int deliveryId) {
    unsettled.remove(deliveryId);
    answers.settled(deliveryId);
  }

  /** What stood still goes on. */
  void thaw() {
    receivers().forEach(Receiver::topUp);
    for (Link link : links.clone()) {
      if (link instanceof ConsumerLink consumer) {
        consumer.thaw();
      }
    }
  }

  /** Writes the answers of this batch. */
  void finishBatch() {
    countUnsettled();
    if (ended) {
      answers.clear();
    } else {
      answers.flush();
      replenish();
    }
  }

  /** The broker ends the session. */
  void end(ErrorCondition error) {
    if (!ended) {
      finishBatch();
      lost(true);
      ended = true;
      End end = new End();
      end.setError(error);
      write(end);
    }
  }

  /** The peer's end came: answers it unless the broker ended first. */
  void peerEnded() {
    if (!ended) {
      lost(true);
      write(new End());
      ended = true;
    }
  }

  /** All links are gone. */
  void lost(boolean clean) {
    List<Link> gone = new ArrayList<>();
    for (Link link : links) {
      if (link != null) {
        gone.add(link);
      }
    }
    Arrays.fill(links, null);
    connection.linkRemoved(linkCount);
    linkCount = 0;
    gone.forEach(link -> link.lost(clean));
    countUnsettled();
  }
}
