package dev.holdfast.broker.domain.owner;

import dev.holdfast.acl.Principal;
import dev.holdfast.broker.domain.DynamicNode;
import dev.holdfast.broker.domain.OwnerCommand;
import dev.holdfast.broker.domain.OwnerInbox;
import dev.holdfast.broker.domain.Peer;
import dev.holdfast.storage.StoreView;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;

/**
 * Nodes that were made for a link and go with it, by their lifetime policy (AMQP 1.0 part 3 §3.5.10
 * to 3.5.13). Their names cannot be guessed: whoever has been told one may send there; only the
 * principal that made the node may receive. None of them survives a restart. Owner thread.
 */
final class DynamicNodes {
  /** What their names begin with; nobody can give a node such a name. */
  static final String PREFIX = "$temp.";

  private static final int NAME_BYTES = 16;
  private static final long SWEEP_MS = 1_000;

  private final OwnerInbox inbox;
  private final SecureRandom random = new SecureRandom();
  private final ToIntFunction<Principal> limit;
  private final Map<String, Made> made = new HashMap<>();
  private boolean linksChanged;
  private long sweptMs;

  /** One of them. */
  static final class Made {
    final String name;
    final DynamicNode what;
    final Peer creator;
    private final Object port;
    private boolean creatorGone;
    private boolean going;

    Made(String name, DynamicNode what, Peer creator, Object port) {
      this.name = name;
      this.what = what;
      this.creator = creator;
      this.port = port;
    }
  }

  /**
   * Makes it.
   *
   * @param limit how many a principal may have
   */
  DynamicNodes(OwnerInbox inbox, ToIntFunction<Principal> limit) {
    this.inbox = inbox;
    this.limit = limit;
  }

  /** A name that nobody has and nobody can guess. */
  String newName() {
    byte[] bytes = new byte[NAME_BYTES];
    random.nextBytes(bytes);
    return PREFIX + Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
  }

  /** The node is committed. */
  void add(Made node) {
    made.put(node.name, node);
  }

  /** Whether this principal has as many as it may. */
  boolean full(Principal of) {
    int most = limit.applyAsInt(of);
    return made.size() >= most
        && made.values().stream()
                .filter(node -> node.creator.principal().name().equals(of.name()))
                .count()
            >= most;
  }

  /** Who made the node of this name; null: it is no such node. */
  @Nullable Peer creator(String name) {
    Made node = made.get(name);
    return node == null ? null : node.creator;
  }

  /** A link has gone: perhaps the one that made a node, perhaps the last at one. */
  void linkGone(Object port) {
    if (made.isEmpty()) {
      return;
    }
    linksChanged = true;
    for (Made node : made.values()) {
      node.creatorGone |= node.port == port;
    }
  }

  /** Has the nodes deleted whose time has come: when links have changed, and now and then. */
  void sweep(long nowMs, NodeRegistry nodes, StoreView view, SubscriptionStaging staging) {
    boolean due = nowMs < sweptMs || nowMs - sweptMs >= SWEEP_MS;
    if (made.isEmpty() || !(linksChanged || due)) {
      return;
    }
    linksChanged = false;
    sweptMs = nowMs;
    List<Node> gone = new ArrayList<>();
    for (Iterator<Made> all = made.values().iterator(); all.hasNext(); ) {
      Made each = all.next();
      Node node = nodes.find(each.name);
      if (node == null) {
        all.remove();
      } else if (!each.going && isOver(each, node, view)) {
        each.going = true;
        gone.add(node);
      }
    }
    if (!gone.isEmpty()) {
      inbox.submit(List.of(new OwnerCommand.Call(new DropNodes(gone, nodes, staging))));
    }
  }

  private static boolean isOver(Made made, Node node, StoreView view) {
    if (!made.creatorGone) {
      return false;
    }
    return switch (made.what.lifetime()) {
      case DELETE_ON_CLOSE -> true;
      case DELETE_ON_NO_LINKS -> links(node) == 0;
      case DELETE_ON_NO_MESSAGES -> messages(node, view) == 0;
      case DELETE_ON_NO_LINKS_OR_MESSAGES -> links(node) == 0 && messages(node, view) == 0;
    };
  }

  private static int links(Node node) {
    int links = node.publishers().count();
    if (node instanceof Queue queue) {
      return links + queue.subscription.consumerCount();
    }
    for (LogCursor cursor : ((Topic) node).log.cursors()) {
      links += cursor.subscription.consumerCount();
    }
    return links;
  }

  private static long messages(Node node, StoreView view) {
    return node instanceof Queue queue
        ? queue.messages(view)
        : ((Topic) node).info(view).messages();
  }
}
