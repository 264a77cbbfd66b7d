package dev.holdfast.broker.domain.owner;

import dev.holdfast.broker.domain.IncomingMessage;
import dev.holdfast.broker.domain.NodeError;
import dev.holdfast.broker.domain.NodeKind;
import org.jspecify.annotations.Nullable;

/** A named address that the broker serves. Owner thread. */
sealed interface Node permits Queue {

  /** Its address. */
  String name();

  /** Whether its address is a queue or a topic. */
  NodeKind kind();

  /** Largest message it takes. */
  long maxMessageBytes();

  /** The sending links attached to it. */
  Publishers publishers();

  /** Why this message is not taken; null when it is. */
  @Nullable NodeError refusal(IncomingMessage message);

  /**
   * Stages a message that is taken: the one place where a publish becomes part of a batch.
   *
   * @return the sequence it gets
   */
  long stagePublish(StagedBatch batch, IncomingMessage message);
}
