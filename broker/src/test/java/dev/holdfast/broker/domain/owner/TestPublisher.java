package dev.holdfast.broker.domain.owner;

import dev.holdfast.broker.domain.EdgeLoop;
import dev.holdfast.broker.domain.IncomingMessage;
import dev.holdfast.broker.domain.LinkEnding;
import dev.holdfast.broker.domain.NodeError;
import dev.holdfast.broker.domain.NodeInfo;
import dev.holdfast.broker.domain.OwnerCommand;
import dev.holdfast.broker.domain.Peer;
import dev.holdfast.broker.domain.PublishAnswer;
import dev.holdfast.broker.domain.PublisherPort;
import dev.holdfast.broker.domain.TargetRequest;
import java.util.ArrayList;
import java.util.List;

/** A sending link that remembers what it hears. */
final class TestPublisher implements PublisherPort {
  final List<PublishAnswer> answers = new ArrayList<>();
  Peer peer = Rig.peer();
  NodeInfo opened;
  NodeError closed;
  private final Rig rig;

  TestPublisher(Rig rig) {
    this.rig = rig;
  }

  TestPublisher open(String node) {
    rig.submit(new OwnerCommand.OpenPublisher(this, peer, TargetRequest.of(node)));
    return this;
  }

  void send(String text) {
    send("", Rig.message(text), text);
  }

  void send(String to, IncomingMessage message, Object token) {
    rig.submit(new OwnerCommand.Publish(this, to, message, token, true));
  }

  /** One in a transaction; its text is its token. */
  void send(String to, String text, long transaction) {
    rig.submit(new OwnerCommand.Publish(this, to, Rig.message(text), text, true, transaction));
  }

  void close() {
    rig.submit(new OwnerCommand.ClosePublisher(this, LinkEnding.CLOSED));
  }

  List<Object> accepted() {
    return answers.stream().filter(a -> a.error() == null).map(PublishAnswer::token).toList();
  }

  List<NodeError.Code> refusals() {
    List<NodeError.Code> codes = new ArrayList<>();
    for (PublishAnswer answer : answers) {
      if (answer.error() != null) {
        codes.add(answer.error().code());
      }
    }
    return codes;
  }

  @Override
  public EdgeLoop loop() {
    return rig.edge;
  }

  @Override
  public void opened(NodeInfo node) {
    opened = node;
  }

  @Override
  public void answered(List<PublishAnswer> more) {
    answers.addAll(more);
  }

  @Override
  public void closed(NodeError error) {
    closed = error;
  }
}
