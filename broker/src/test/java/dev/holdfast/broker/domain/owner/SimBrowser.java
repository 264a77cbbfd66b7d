package dev.holdfast.broker.domain.owner;

import static dev.holdfast.broker.domain.owner.SimModel.check;

import dev.holdfast.broker.domain.ConsumerPort;
import dev.holdfast.broker.domain.Delivery;
import dev.holdfast.broker.domain.EdgeLoop;
import dev.holdfast.broker.domain.LinkEnding;
import dev.holdfast.broker.domain.NodeError;
import dev.holdfast.broker.domain.OpenedSource;
import dev.holdfast.broker.domain.Outcome;
import dev.holdfast.broker.domain.OwnerCommand;
import java.util.List;
import java.util.Random;

/** A browser of the simulation: it sees each message once, in order, and none that was refused. */
final class SimBrowser implements ConsumerPort {
  private final Rig rig;
  private final SimModel model;
  private final Random random;
  private final String queue;
  private long limit;
  private long seen;
  private long lastSequence;
  boolean closed;

  SimBrowser(Rig rig, SimModel model, Random random, String queue) {
    this.rig = rig;
    this.model = model;
    this.random = random;
    this.queue = queue;
    rig.submit(
        new OwnerCommand.OpenConsumer(
            this, Rig.peer(), Sources.browse(queue, null), false, Outcome.RELEASED));
  }

  void flow() {
    limit = Math.max(limit, seen + random.nextInt(8));
    rig.submit(new OwnerCommand.Flow(this, limit, Long.MAX_VALUE, random.nextInt(4) == 0));
  }

  void close() {
    closed = true;
    rig.submit(new OwnerCommand.CloseConsumer(this, LinkEnding.DETACHED));
  }

  @Override
  public EdgeLoop loop() {
    return rig.edge;
  }

  @Override
  public void opened(OpenedSource source) {
    check(source.address().equals(queue), "opened the wrong node");
  }

  @Override
  public void deliver(List<Delivery> deliveries) {
    for (Delivery copy : deliveries) {
      int id = SimModel.id(copy.message().body());
      model.find(queue, id);
      check(!model.refused(id), "message " + id + " was refused and is shown");
      check(copy.message().sequence() > lastSequence, "message " + id + " is shown again");
      lastSequence = copy.message().sequence();
      seen++;
      check(seen <= limit, "shown above the credit");
    }
  }

  @Override
  public void outcomesStored(List<Delivery> deliveries) {
    check(false, "nothing was settled");
  }

  @Override
  public void drained(long available) {
    limit = Math.max(limit, seen);
  }

  @Override
  public void closed(NodeError error) {
    closed = true;
  }
}
