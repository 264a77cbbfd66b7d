package dev.holdfast.broker.amqp;

import dev.holdfast.acl.Principal;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * What connections on different event loops have to know of each other. Any thread: everything here
 * is a concurrent map or an atomic counter.
 */
final class Registry {

  /**
   * Identity of a link (part 2 §2.6.1), with the principal, so that nobody steals another's.
   *
   * @param principal who
   * @param container the peer's container-id
   * @param link its name
   * @param brokerSends the direction
   */
  record LinkKey(String principal, String container, String link, boolean brokerSends) {}

  private record ContainerKey(String principal, String container) {}

  private final AmqpLimits.Connections limits;
  private volatile boolean draining;
  private final AtomicLong made = new AtomicLong();
  private final AtomicInteger connections = new AtomicInteger();
  private final AtomicInteger unauthenticated = new AtomicInteger();
  private final Map<String, AtomicInteger> origins = new ConcurrentHashMap<>();
  private final Map<String, PrincipalUse> principals = new ConcurrentHashMap<>();
  private final Map<ContainerKey, AtomicInteger> containers = new ConcurrentHashMap<>();
  private final Map<LinkKey, LinkEnd> links = new ConcurrentHashMap<>();

  /** Bytes of messages in the broker's hands and not answered, over all connections. */
  private final AtomicLong unansweredBytes = new AtomicLong();

  /** Bytes of messages that have not arrived whole, over all connections. */
  private final AtomicLong unfinishedBytes = new AtomicLong();

  /** Bytes of large messages in the store that have not arrived whole, over all connections. */
  private final AtomicLong uploadBytes = new AtomicLong();

  /** Of what is in memory, of either kind. */
  private final long maxBytes = Runtime.getRuntime().maxMemory() / 4;

  Registry(AmqpLimits.Connections limits) {
    this.limits = limits;
  }

  /** Unique while the broker runs. */
  String newConnectionId() {
    return "c" + made.incrementAndGet();
  }

  /** Nobody new is let in. */
  void drain(boolean on) {
    draining = on;
  }

  boolean isDraining() {
    return draining;
  }

  int connections() {
    return connections.get();
  }

  boolean connected(String origin) {
    if (!within(connections, limits.total())) {
      return false;
    }
    if (!within(unauthenticated, limits.unauthenticated())) {
      connections.decrementAndGet();
      return false;
    }
    if (!enter(origins, origin, limits.unauthenticatedPerOrigin())) {
      connections.decrementAndGet();
      unauthenticated.decrementAndGet();
      return false;
    }
    return true;
  }

  /** The connection is authenticated, or gone before it was. */
  void leftHandshake(String origin) {
    unauthenticated.decrementAndGet();
    leave(origins, origin);
  }

  void disconnected() {
    connections.decrementAndGet();
  }

  /** One more connection of this principal; null when it is one too many. */
  @Nullable PrincipalUse enterPrincipal(Principal principal) {
    @Nullable PrincipalUse[] entered = new @Nullable PrincipalUse[1];
    principals.compute(
        principal.name(),
        (name, known) -> {
          PrincipalUse use = known == null ? new PrincipalUse(limits.of(principal)) : known;
          if (use.enter()) {
            entered[0] = use;
          }
          return use.isUsed() ? use : null;
        });
    return entered[0];
  }

  void leavePrincipal(String principal) {
    principals.computeIfPresent(principal, (name, use) -> use.leave() ? null : use);
  }

  /** Joins a container; false when it wants to be alone and is not. */
  boolean enterContainer(String principal, String container, boolean alone) {
    return enter(containers, new ContainerKey(principal, container), alone ? 1 : Integer.MAX_VALUE);
  }

  void leaveContainer(String principal, String container) {
    leave(containers, new ContainerKey(principal, container));
  }

  /** The link of this name now; returns the one that had it before, to be detached. */
  @Nullable LinkEnd claim(LinkKey key, LinkEnd link) {
    return links.put(key, link);
  }

  void release(LinkKey key, LinkEnd link) {
    links.remove(key, link);
  }

  /** Adds to the bytes held; whether the broker as a whole may take more. */
  boolean hold(long bytes) {
    return unansweredBytes.addAndGet(bytes) < maxBytes;
  }

  boolean mayHoldMore() {
    return unansweredBytes.get() < maxBytes;
  }

  /** Adds to the bytes of unfinished messages; whether the broker as a whole may keep them. */
  boolean unfinished(long bytes) {
    return unfinishedBytes.addAndGet(bytes) <= maxBytes;
  }

  /** Adds to the bytes of large messages in the store that are not all there; their sum. */
  long uploading(long bytes) {
    return uploadBytes.addAndGet(bytes);
  }

  private static boolean within(AtomicInteger counter, int limit) {
    if (counter.incrementAndGet() <= limit) {
      return true;
    }
    counter.decrementAndGet();
    return false;
  }

  private static <K> boolean enter(Map<K, AtomicInteger> counts, K key, int limit) {
    boolean[] entered = {true};
    counts.compute(
        key,
        (k, old) -> {
          AtomicInteger count = old == null ? new AtomicInteger() : old;
          entered[0] = within(count, limit);
          return count;
        });
    return entered[0];
  }

  private static <K> void leave(Map<K, AtomicInteger> counts, K key) {
    counts.computeIfPresent(key, (k, count) -> count.decrementAndGet() <= 0 ? null : count);
  }
}
