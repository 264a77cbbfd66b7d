package dev.holdfast.broker.domain;

import dev.holdfast.acl.Principal;
import dev.holdfast.broker.domain.NodeAdmin.PeekedMessage;
import dev.holdfast.deadletter.DeadLetterReason;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/**
 * What management does with dead letters and with delayed messages. Any thread; stages complete on
 * the owner thread after the commit they depend on, exceptionally with {@link NodeException} when
 * refused.
 *
 * <p>A node is the queue or the subscription ({@code TOPIC::NAME}) whose dead letters are meant;
 * the address of the dead-letter queue itself means the same. Who looks needs {@code inspect} or
 * {@code browse} on the dead letters, who deletes {@code purge}, who redrives {@code move}, and
 * {@code send} on the queue or topic that the messages go to.
 */
public interface DeadLetterAdmin {

  /**
   * How many there are, by reason, source and age. No message is read for it, unless they are older
   * than the count that is kept.
   */
  CompletionStage<Summary> summary(Principal principal, String node);

  /**
   * Messages that pass the filter, in order, without touching them.
   *
   * @param fromSequence the first that is looked at
   * @param limit how many at most; fewer come when much has to be looked through
   */
  CompletionStage<Found> find(
      Principal principal, String node, DeadLetterFilter filter, long fromSequence, int limit);

  /** What a task would do now: counts without changing anything. */
  CompletionStage<Count> count(Principal principal, DeadLetterTask.Order order);

  /** Begins a task on what is there now. */
  CompletionStage<DeadLetterTask> start(Principal principal, DeadLetterTask.Order order);

  /** The tasks that the principal may see, the latest first; ended ones are kept for a while. */
  CompletionStage<List<DeadLetterTask>> tasks(Principal principal);

  /** One task. */
  CompletionStage<DeadLetterTask> task(Principal principal, long id);

  /** Pauses a running task, resumes a paused one, or cancels one that is not over. */
  CompletionStage<DeadLetterTask> tell(Principal principal, long id, DeadLetterTask.State state);

  /**
   * Sends one dead letter back, in another form if wanted: in one batch the new one is stored and
   * the dead one is gone. The death's story stays with it; how often it has died does not matter.
   *
   * @param to where it goes; empty: to where it came from
   * @param edited what it is from now on; empty: what it was
   * @return completes with the name of the node that it has gone to
   */
  CompletionStage<String> resend(
      Principal principal, String node, long sequence, String to, Optional<IncomingMessage> edited);

  /** Messages of a queue or topic that wait for their moment, in the order of their sends. */
  CompletionStage<List<Scheduled>> scheduled(
      Principal principal, String node, long fromSequence, int limit);

  /** Deletes a message that waits for its moment. */
  CompletionStage<Void> cancelScheduled(Principal principal, String node, long sequence);

  /**
   * How many dead letters there are.
   *
   * @param node whose
   * @param messages all of them, exactly
   * @param bytes their size
   * @param groups by reason and source; what cannot be read is in none
   */
  record Summary(String node, long messages, long bytes, List<Group> groups) {}

  /**
   * Dead letters with the same reason and source.
   *
   * @param reason empty: they were sent there
   * @param source the node that they came from; empty: they were sent there
   * @param messages how many
   * @param bytes their size
   * @param ages how many by the time of their death: key is the beginning of a span, epoch
   *     milliseconds, which ends where the next begins; spans get longer as there are more of them
   */
  record Group(
      Optional<DeadLetterReason> reason,
      String source,
      long messages,
      long bytes,
      Map<Long, Long> ages) {}

  /**
   * Messages that were found.
   *
   * @param messages in order
   * @param next the sequence to go on from; 0: that was the last
   */
  record Found(List<PeekedMessage> messages, long next) {}

  /**
   * What a task would do.
   *
   * @param messages that would be redriven or deleted
   * @param bytes their size
   * @param skipped that are meant and would stay, by {@link DeadLetterTask.Skip#code()}
   */
  record Count(long messages, long bytes, Map<String, Long> skipped) {}

  /**
   * A message that waits.
   *
   * @param message as it is stored; its sequence counts among those that wait for the node
   * @param dueMs its moment, epoch milliseconds
   */
  record Scheduled(PeekedMessage message, long dueMs) {}
}
