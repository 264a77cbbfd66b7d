package dev.holdfast.broker.domain.owner;

import dev.holdfast.acl.Permission;
import dev.holdfast.acl.Principal;
import dev.holdfast.broker.domain.DeadLetterTask.Action;
import dev.holdfast.broker.domain.DeadLetterTask.Order;
import dev.holdfast.broker.domain.NodeError;
import dev.holdfast.broker.domain.NodeException;
import dev.holdfast.broker.domain.NodeName;
import org.jspecify.annotations.Nullable;

/** Who may do what with which dead letters, and with many messages at once. Owner thread. */
final class DeadLetterAccess {

  private DeadLetterAccess() {}

  /** The queue or subscription that an address means: dead letters may be named by their own. */
  static String node(String address) {
    return address.endsWith(NodeName.DEAD_LETTER_SUFFIX)
        ? address.substring(0, address.length() - NodeName.DEAD_LETTER_SUFFIX.length())
        : address;
  }

  /**
   * The dead letters of a node, if the principal may do this to them; null: the node is there, and
   * never had any.
   */
  static @Nullable Queue queue(
      AdminContext context, Principal principal, Permission permission, String node) {
    String address = node + NodeName.DEAD_LETTER_SUFFIX;
    context.check(principal, permission, address);
    Queue queue = context.nodes().queue(address);
    if (queue == null && context.nodes().subscriptions().find(node) == null) {
      throw new NodeException(PublisherLinks.noSuchNode(node));
    }
    return queue;
  }

  /** The dead letters that an order is for, if the principal may give it. */
  static @Nullable Queue source(AdminContext context, Principal principal, Order order) {
    Permission needed = needed(order.action());
    Queue queue =
        order.action().ofQueue()
            ? live(context, principal, needed, order.node())
            : queue(context, principal, needed, order.node());
    if (order.action().stores() && !order.to().isEmpty()) {
      destination(context, principal, order.node(), order.source(), order.to());
    }
    return queue;
  }

  private static Permission needed(Action action) {
    return switch (action) {
      case REDRIVE, MOVE -> Permission.MOVE;
      case COPY -> Permission.BROWSE;
      case DROP, DELETE -> Permission.PURGE;
    };
  }

  /** A queue whose own messages an order is for. */
  private static Queue live(
      AdminContext context, Principal principal, Permission permission, String address) {
    Queue queue = context.queue(principal, permission, address);
    if (queue.subscription.cursors().size() != 1) {
      throw new NodeException(
          new NodeError(
              NodeError.Code.NOT_ALLOWED,
              "a queue with priorities has a log for each: purge it, or let a consumer move them"));
    }
    return queue;
  }

  /** Where an operator wants dead letters to go, if he may send there. */
  static Destinations.Destination destination(
      AdminContext context, Principal principal, String own, String source, String to) {
    Destinations destinations = context.tasks().destinations();
    if (!destinations.allowed(principal, to, own)) {
      context.check(principal, Permission.SEND, to);
    }
    if (to.equals(source)) {
      throw new NodeException(
          new NodeError(NodeError.Code.INVALID, "the messages are in " + to + " already"));
    }
    Destinations.Destination destination = destinations.find(to);
    if (destination == null) {
      throw new NodeException(PublisherLinks.noSuchNode(to));
    }
    return destination;
  }

  /**
   * A task, if the principal may see it, or change it; what it may not see is as if it was not
   * there.
   *
   * @param change false: only to look
   */
  static DeadLetterTasks.Run run(
      AdminContext context, Principal principal, long id, boolean change) {
    DeadLetterTasks.Run run = context.tasks().find(id);
    if (run == null || !visible(context, principal, run)) {
      checkBroker(context, principal);
      throw new NodeException(new NodeError(NodeError.Code.NOT_FOUND, "there is no task " + id));
    }
    if (change) {
      context.check(principal, needed(run.order.action()), run.order.source());
    }
    return run;
  }

  /** Who may not see the broker's nodes need not hear which tasks there are. */
  static void checkBroker(AdminContext context, Principal principal) {
    NodeError denied = context.access().deniedBroker(principal, Permission.INSPECT);
    if (denied != null) {
      throw new NodeException(denied);
    }
  }

  static boolean visible(AdminContext context, Principal principal, DeadLetterTasks.Run run) {
    return context.access().denied(principal, Permission.INSPECT, run.order.source()) == null;
  }
}
