package dev.holdfast.broker.domain.owner;

import dev.holdfast.broker.domain.EdgeEvent;
import dev.holdfast.broker.domain.NodeError;
import dev.holdfast.broker.domain.Peer;
import dev.holdfast.broker.domain.PublishAnswer;
import dev.holdfast.broker.domain.PublisherPort;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A sending link as the owner knows it. */
final class PublisherTarget {
  final PublisherPort port;
  final Peer peer;
  private final Outbox.Lane lane;

  /** The node; null: the anonymous terminus, or refused. */
  @Nullable Node node;

  /** Why this link takes nothing (any more). */
  @Nullable NodeError refusal;

  /** Whether rules speak of the messages themselves. */
  boolean asksPerMessage;

  /** Answers of the batch under way; the edge's once the batch is handed over. */
  private List<PublishAnswer> answers = List.of();

  private long answersBatch;

  /** Whether it is told of duplicates. */
  boolean duplicateReport;

  PublisherTarget(PublisherPort port, Peer peer, Outbox.Lane lane) {
    this.port = port;
    this.peer = peer;
    this.lane = lane;
  }

  void emit(EdgeEvent event) {
    lane.add(event);
  }

  /** Adds an answer to the batch. */
  void answer(PublishAnswer answer) {
    long batch = lane.batch();
    if (answersBatch != batch) {
      answersBatch = batch;
      answers = new ArrayList<>();
      lane.add(new EdgeEvent.Published(port, answers));
    }
    answers.add(answer);
  }
}
