package dev.holdfast.broker.domain.owner;

import dev.holdfast.acl.Permission;
import dev.holdfast.acl.Principal;
import dev.holdfast.broker.domain.DeadLetterTask.Skip;
import dev.holdfast.broker.domain.IncomingMessage;
import dev.holdfast.broker.domain.MessageAttributes;
import dev.holdfast.broker.domain.NodeError;
import dev.holdfast.broker.domain.NodeException;
import dev.holdfast.broker.domain.NodeName;
import dev.holdfast.deadletter.Redrive;
import dev.holdfast.storage.StoreView;
import dev.holdfast.storage.StoredMessage;
import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** One dead letter goes back in another form: the new one comes and the old one goes as one. */
final class ResendDeadLetter implements NodeChange {
  private final AdminContext context;
  private final Request request;
  private final StoredMessage dead;
  private final CompletableFuture<String> result;
  private @Nullable LogCursor departed;
  private String name = "";

  /**
   * What is asked for.
   *
   * @param node whose dead letter
   * @param sequence which
   * @param to where it goes; empty: where it came from
   * @param edited what it is from now on; empty: what it was
   */
  record Request(
      Principal principal,
      String node,
      long sequence,
      String to,
      Optional<IncomingMessage> edited) {}

  ResendDeadLetter(
      AdminContext context, Request request, StoredMessage dead, CompletableFuture<String> result) {
    this.context = context;
    this.request = request;
    this.dead = dead;
    this.result = result;
  }

  /** The queue that it is in, if the principal may take it from there. */
  static Queue source(AdminContext context, Request request) {
    Queue queue =
        DeadLetterAccess.queue(context, request.principal(), Permission.MOVE, request.node());
    if (queue == null) {
      throw missing(request);
    }
    return queue;
  }

  static NodeException missing(Request request) {
    return new NodeException(
        new NodeError(
            NodeError.Code.NOT_FOUND,
            "there is no dead letter " + request.sequence() + " of " + request.node()));
  }

  @Override
  public boolean stage(StagedBatch batch) {
    try {
      NodeError closed = context.gate().refusal();
      if (closed != null) {
        throw new NodeException(closed);
      }
      LogCursor cursor = source(context, request).subscription.cursors().get(0);
      StoreView.CursorView view = cursor.view(context.store().view());
      if (view == null || view.acknowledged(request.sequence())) {
        if (departed != null) {
          // The first attempt had reached the disk after all.
          return true;
        }
        throw missing(request);
      }
      long[] out = cursor.outSequences();
      if (Arrays.stream(out).anyMatch(sequence -> sequence == request.sequence())) {
        throw new NodeException(
            new NodeError(
                NodeError.Code.LOCKED,
                "the message is out at a consumer of the dead-letter queue"));
      }
      if (request.edited().isPresent() && dead.blob() != null) {
        throw new NodeException(
            new NodeError(
                NodeError.Code.NOT_ALLOWED,
                "the message is large and was not shown whole: send it as it is"));
      }
      stage(batch, cursor);
      return true;
    } catch (NodeException refused) {
      result.completeExceptionally(refused);
      return false;
    }
  }

  private void stage(StagedBatch batch, LogCursor cursor) {
    MessageAttributes attributes = MessageAttributes.decode(dead.attributes());
    name =
        Redrive.destination(Optional.ofNullable(attributes.death()), request.to(), request.node());
    Destinations.Destination destination =
        DeadLetterAccess.destination(
            context,
            request.principal(),
            request.node(),
            request.node() + NodeName.DEAD_LETTER_SUFFIX,
            name);
    StoredMessage edited = request.edited().map(this::edited).orElse(dead);
    Skip problem = destination.problem(edited);
    if (problem != null) {
      throw new NodeException(
          new NodeError(
              NodeError.Code.NOT_ALLOWED,
              "the message cannot go to " + name + ": " + problem.code()));
    }
    NodeError full = destination.full(context.store().view(), edited);
    if (full != null) {
      throw new NodeException(full);
    }
    MessageAttributes kept =
        request
            .edited()
            .map(other -> attributes.withGroup(MessageAttributes.of(other).groupId()))
            .orElse(attributes);
    destination.stage(batch, edited, kept, false);
    batch.depart(cursor, dead);
    departed = cursor;
  }

  private StoredMessage edited(IncomingMessage edited) {
    byte flags = edited.durability().flags();
    if (edited.ttlMs() >= 0) {
      flags |= StoredMessage.HAS_TTL;
    }
    return new StoredMessage(
        dead.sequence(),
        flags,
        edited.priority(),
        dead.enqueuedMs(),
        0,
        (int) edited.ttlMs(),
        edited.messageFormat(),
        dead.attributes(),
        edited.body());
  }

  @Override
  public void committed() {
    DeadLetterTasks.LOG.info(
        "{} sent {} dead letter {} of {} to {}",
        request.principal().name(),
        request.edited().isPresent() ? "the edited" : "the",
        request.sequence(),
        request.node(),
        name);
    result.complete(name);
  }
}
