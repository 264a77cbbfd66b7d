package dev.holdfast.broker.domain;

import dev.holdfast.acl.Principal;
import dev.holdfast.storage.StoredMessage;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.function.UnaryOperator;

/**
 * What management does with nodes. Any thread; stages complete on the owner thread after the commit
 * they depend on, exceptionally with {@link NodeException} when refused.
 */
public interface NodeAdmin {

  /** All queues the principal may inspect, by name. */
  CompletionStage<List<QueueInfo>> queues(Principal principal);

  /** One queue. */
  CompletionStage<QueueInfo> queue(Principal principal, String name);

  /**
   * Makes a queue; {@code CONFLICT} when the name is taken.
   *
   * @param change from what such queues are usually like, by their template, to what this one shall
   *     be; called on the owner thread, perhaps twice
   */
  CompletionStage<QueueInfo> createQueue(
      Principal principal, String name, UnaryOperator<QueueDefinition> change);

  /** Makes a queue that is exactly so, whatever a template says. */
  default CompletionStage<QueueInfo> createQueue(Principal principal, QueueDefinition definition) {
    return createQueue(principal, definition.name(), usual -> definition);
  }

  /**
   * Changes a queue's settings while it is in use; {@code INVALID} when they cannot be so.
   *
   * @param change from what is to what shall be; the name and how consumers are served stay; called
   *     on the owner thread, perhaps twice
   */
  CompletionStage<QueueInfo> editQueue(
      Principal principal, String name, UnaryOperator<QueueDefinition> change);

  /** Deletes a queue, its dead letters and its links; completes with the messages lost by it. */
  CompletionStage<Long> deleteQueue(Principal principal, String name);

  /**
   * Removes what is in the queue and not out at a consumer, delayed messages too; completes with
   * the count.
   */
  CompletionStage<Long> purgeQueue(Principal principal, String name);

  /**
   * Reads messages from {@code fromSequence} on without touching order, counts or locks: of a
   * queue, of a subscription that reads one topic, or what a topic retains.
   */
  CompletionStage<List<PeekedMessage>> peek(
      Principal principal, String name, long fromSequence, int limit);

  /** Publishes one message. */
  CompletionStage<Published> publish(Principal principal, String name, IncomingMessage message);

  /**
   * Takes up to {@code limit} messages that are available now.
   *
   * @param outcome of all of them, committed when the stage completes: accepted, released at their
   *     place, or rejected and so dead letters
   */
  CompletionStage<List<PeekedMessage>> receive(
      Principal principal, String name, int limit, Outcome outcome);

  /**
   * What became of a publish.
   *
   * @param sequence of the message, or of the first copy
   * @param duplicate a message with the same idempotency key was stored before; nothing was now
   */
  record Published(long sequence, boolean duplicate) {}

  /**
   * A message as management sees it.
   *
   * @param message the stored message
   * @param failures failed deliveries so far
   * @param unsettled whether it is out at a consumer
   */
  record PeekedMessage(StoredMessage message, int failures, boolean unsettled) {}
}
