package dev.holdfast.broker.amqp;

import dev.holdfast.broker.amqp.codec.ColdCodec;
import dev.holdfast.broker.amqp.codec.Disposition;
import dev.holdfast.broker.amqp.codec.Fault;
import dev.holdfast.broker.amqp.codec.Flow;
import dev.holdfast.broker.amqp.codec.FrameGuard;
import dev.holdfast.broker.amqp.codec.FrameInput;
import dev.holdfast.broker.amqp.codec.FrameOutput;
import dev.holdfast.broker.amqp.codec.MessageView;
import dev.holdfast.broker.amqp.codec.Transfer;
import dev.holdfast.broker.domain.EdgeEvent;
import dev.holdfast.broker.domain.EdgeLoop;
import dev.holdfast.broker.domain.OwnerCommand;
import dev.holdfast.broker.domain.OwnerInbox;
import dev.holdfast.broker.tls.ServerTls;
import io.netty.channel.EventLoop;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * One event loop of the edge: what its connections share, and the two batches: commands of one
 * socket read go to the owner together, and each connection touched by a batch is written once.
 *
 * <p>{@link #deliver} may be called from any thread; everything else belongs to the event loop.
 */
final class Edge implements EdgeLoop {

  final EventLoop thread;
  final OwnerInbox inbox;
  final Registry registry;
  final AmqpSettings settings;
  final PartReader parts;
  final FrameInput.Scratch scratch = new FrameInput.Scratch();
  final ColdCodec codec = new ColdCodec();
  final FrameOutput output = new FrameOutput();
  final MessageView view = new MessageView();
  final Transfer transfer;
  final Flow flow;
  final Disposition disposition;

  // Event-loop thread.
  private final Set<AmqpConnection> connections = new LinkedHashSet<>();
  private final Set<Arrival> arrivals = new LinkedHashSet<>();
  private final List<AmqpConnection> touched = new ArrayList<>();
  private List<OwnerCommand> commands = new ArrayList<>();
  private String commander = OwnerInbox.NOBODY;
  private String speaker = OwnerInbox.NOBODY;
  private boolean inBatch;

  Edge(
      EventLoop thread,
      OwnerInbox inbox,
      Registry registry,
      AmqpSettings settings,
      PartReader parts) {
    this.thread = thread;
    this.parts = parts;
    this.inbox = inbox;
    this.registry = registry;
    this.settings = settings;
    FrameGuard guard = new FrameGuard();
    this.transfer = new Transfer(guard);
    this.flow = new Flow(guard);
    this.disposition = new Disposition(guard);
  }

  @Override
  public void deliver(List<EdgeEvent> events) {
    thread.execute(
        () ->
            batch(
                () -> {
                  for (EdgeEvent event : events) {
                    event.apply();
                  }
                }));
  }

  /** Runs {@code work} as one batch; inside another batch it simply joins. */
  void batch(Runnable work) {
    if (inBatch) {
      work.run();
      return;
    }
    inBatch = true;
    try {
      work.run();
    } finally {
      endBatch();
      inBatch = false;
    }
  }

  /** The same, speaking for this principal meanwhile. */
  void batch(String principal, Runnable work) {
    batch(
        () -> {
          String before = speaksFor(principal);
          try {
            work.run();
          } finally {
            speaksFor(before);
          }
        });
  }

  private void endBatch() {
    // The owner is told before the peers are: what one peer does next because it saw that another
    // link is gone must not overtake that news.
    tellOwner();
    for (int i = 0; i < touched.size(); i++) {
      speaker = touched.get(i).standing.name();
      touched.get(i).finishBatch();
    }
    speaker = OwnerInbox.NOBODY;
    touched.clear();
    // Finishing a connection may have added commands (more bytes wanted).
    tellOwner();
  }

  private void tellOwner() {
    if (!commands.isEmpty()) {
      List<OwnerCommand> batch = commands;
      commands = new ArrayList<>(Math.min(batch.size(), 256));
      inbox.submit(commander, batch);
    }
  }

  /**
   * Whose commands come from here on.
   *
   * @return whose they were before; to be said again afterwards
   */
  String speaksFor(String principal) {
    String before = speaker;
    speaker = principal;
    return before;
  }

  void submit(OwnerCommand command) {
    if (!speaker.equals(commander)) {
      tellOwner();
      commander = speaker;
    }
    commands.add(command);
  }

  /** To be finished at the end of the batch. */
  void touch(AmqpConnection connection) {
    touched.add(connection);
  }

  void add(Arrival arrival) {
    arrivals.add(arrival);
  }

  void remove(Arrival arrival) {
    arrivals.remove(arrival);
  }

  void add(AmqpConnection connection) {
    connections.add(connection);
  }

  void remove(AmqpConnection connection) {
    connections.remove(connection);
  }

  /** Time passes: {@link Ticks#PERIOD_MS} since the last call. */
  void tick() {
    batch(() -> List.copyOf(connections).forEach(AmqpConnection::tick));
  }

  /** Ends every connection; those that wait for answers get them first. */
  void shutDown() {
    List.copyOf(arrivals).forEach(Arrival::abort);
    batch(() -> List.copyOf(connections).forEach(AmqpConnection::shutDown));
  }

  /** Closes connections whose client's certificate is revoked by now. */
  void closeRevoked(ServerTls tls) {
    batch(
        () ->
            List.copyOf(connections).stream()
                .filter(c -> tls.isRevoked(c.peer.certificates()))
                .forEach(c -> c.run(() -> c.close(AmqpErrors.of(Fault.REVOKED)))));
  }

  /** Freezes or closes connections whose identity is not good any more. */
  void checkIdentities() {
    batch(() -> List.copyOf(connections).forEach(c -> c.run(c.standing::check)));
  }

  /** What its connections do. */
  List<ConnectionInfo> report() {
    return connections.stream().map(ConnectionReport::of).toList();
  }

  /** Closes a connection by the wish of an operator; false when it is none of these. */
  boolean close(String id, String reason) {
    for (AmqpConnection connection : connections) {
      if (connection.standing.id().equals(id)) {
        connection.run(() -> connection.close(AmqpErrors.closedBecause(reason)));
        return true;
      }
    }
    return false;
  }

  /** Drops what is left. */
  void abort() {
    batch(() -> List.copyOf(connections).forEach(AmqpConnection::abort));
  }
}
