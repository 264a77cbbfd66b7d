package dev.holdfast.broker.domain.owner;

import static dev.holdfast.broker.domain.owner.SimModel.check;

import dev.holdfast.broker.domain.EdgeLoop;
import dev.holdfast.broker.domain.IncomingMessage;
import dev.holdfast.broker.domain.NodeError;
import dev.holdfast.broker.domain.NodeInfo;
import dev.holdfast.broker.domain.OwnerCommand;
import dev.holdfast.broker.domain.PublishAnswer;
import dev.holdfast.broker.domain.PublisherPort;
import dev.holdfast.broker.domain.TargetRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** A sending link; its messages carry growing numbers. */
final class SimProducer implements PublisherPort {
  private final Rig rig;
  private final SimModel model;
  private final Random random;
  private final int number;
  private final String node;
  private final boolean anonymous;
  boolean dead;
  int unanswered;

  SimProducer(Rig rig, SimModel model, Random random, int number, String node) {
    this.rig = rig;
    this.model = model;
    this.random = random;
    this.number = number;
    this.anonymous = random.nextInt(4) == 0;
    this.node = node;
    rig.submit(
        new OwnerCommand.OpenPublisher(this, Rig.peer(), TargetRequest.of(anonymous ? "" : node)));
  }

  /** Sends some messages; returns the number that the next message gets. */
  int send(int firstId) {
    int nextId = firstId;
    List<OwnerCommand> batch = new ArrayList<>();
    for (int i = random.nextInt(4); i >= 0; i--) {
      SimModel.Publish sent = model.send(nextId++, node, number, random.nextInt(10) != 0, group());
      boolean confirm = random.nextInt(10) != 0;
      byte[] body = SimModel.body(sent.id, random.nextInt(220));
      String group = sent.group.isEmpty() ? null : sent.group;
      IncomingMessage.Marks marks = new IncomingMessage.Marks(group, 0, 0, null, null, 0);
      IncomingMessage message = new IncomingMessage(sent.durable, (byte) 4, -1, 0, 0, body, marks);
      message = SimUploads.perhaps(message, sent.id, this, random, batch);
      batch.add(new OwnerCommand.Publish(this, node, message, sent.id, confirm));
      unanswered += confirm ? 1 : 0;
    }
    rig.inbox.put("user:" + number, batch);
    return nextId;
  }

  /** Only the red queue knows groups. */
  private String group() {
    int group = node.equals("red") ? random.nextInt(4) : 0;
    return group == 0 ? "" : "group " + group;
  }

  @Override
  public EdgeLoop loop() {
    return rig.edge;
  }

  @Override
  public void opened(NodeInfo opened) {
    check(anonymous || opened.name().equals(node), "opened the wrong node");
  }

  @Override
  public void answered(List<PublishAnswer> answers) {
    for (PublishAnswer answer : answers) {
      unanswered--;
      model.told((int) answer.token(), answer.error() == null);
    }
  }

  @Override
  public void closed(NodeError error) {
    dead = true;
  }
}
