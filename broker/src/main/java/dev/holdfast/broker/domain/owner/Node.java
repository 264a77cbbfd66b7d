package dev.holdfast.broker.domain.owner;

import dev.holdfast.broker.domain.IdempotencyPolicy;
import dev.holdfast.broker.domain.IncomingMessage;
import dev.holdfast.broker.domain.MessageAttributes;
import dev.holdfast.broker.domain.NodeError;
import dev.holdfast.broker.domain.NodeKind;
import dev.holdfast.broker.domain.Pause;
import dev.holdfast.broker.domain.Peer;
import dev.holdfast.storage.StoredMessage;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A named address that the broker serves. Owner thread. */
sealed interface Node permits Queue, Topic {

  /** Its address. */
  String name();

  /** Whether its address is a queue or a topic. */
  NodeKind kind();

  /** Largest message it takes. */
  long maxMessageBytes();

  /** How it tells a message that is sent again. */
  IdempotencyPolicy idempotency();

  /** The log that a publish goes to first; its id stands for the node. */
  int id();

  /** All its logs, but that of delayed messages. */
  List<NodeLog> logs();

  /** The sending links attached to it. */
  Publishers publishers();

  /** Its messages that wait for their moment. */
  Delayed delayed();

  /** What an operator holds back here. */
  Pause pause();

  /** From now on that is this. */
  void pause(Pause now);

  /** Why this message is not taken; null when it is. */
  @Nullable NodeError refusal(IncomingMessage message);

  /**
   * Stages a message that is taken: the one place where a publish becomes part of a batch.
   *
   * @param from who published it
   * @return the sequence it gets; 0 when there is nobody to keep it for
   */
  long stagePublish(StagedBatch batch, IncomingMessage message, Peer from);

  /**
   * Stages a message that comes out of another log, in the same batch.
   *
   * @param expiryMs when it expires here, epoch milliseconds; 0 never
   * @param attributes what is kept beside it here
   */
  void stageMove(
      StagedBatch batch, StoredMessage message, long expiryMs, MessageAttributes attributes);
}
