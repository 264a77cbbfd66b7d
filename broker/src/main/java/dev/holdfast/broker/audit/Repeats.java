package dev.holdfast.broker.audit;

import dev.holdfast.broker.audit.AuditEvent.Outcome;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Counts what may come in floods. The first of a kind is due at once, repeats are due together with
 * their number: nothing is lost, whatever the rate, and memory stays bounded.
 *
 * <p>Threading: {@link #add} any thread, never blocks; {@link #takeDue} the writer.
 */
final class Repeats {
  private static final int MAX_KINDS = 16_384;
  private static final String MANY = "(many)";

  private final ConcurrentHashMap<Kind, Counted> kinds = new ConcurrentHashMap<>();
  private final Queue<Kind> first = new ConcurrentLinkedQueue<>();

  /** What makes two events the same. The rest of an event is of the first one. */
  private record Kind(
      String name,
      Outcome outcome,
      @Nullable String code,
      @Nullable String who,
      @Nullable String operation,
      @Nullable String resource) {}

  private record Counted(AuditEvent event, long count) {}

  /** Counts one more; true when it is the first of its kind. */
  boolean add(AuditEvent event) {
    Kind kind = kind(event);
    AuditEvent kept = event;
    if (kinds.size() >= MAX_KINDS && !kinds.containsKey(kind)) {
      kept = event.asked(event.operation(), MANY);
      kind = kind(kept);
      if (kinds.size() >= 2 * MAX_KINDS && !kinds.containsKey(kind)) {
        kept = AuditEvent.of(event.name(), event.outcome()).asked(MANY, MANY).count(event.count());
        kind = kind(kept);
      }
    }
    return count(kind, kept, event.count());
  }

  private boolean count(Kind kind, AuditEvent event, long by) {
    boolean[] fresh = {false};
    kinds.compute(
        kind,
        (k, old) -> {
          fresh[0] = old == null;
          return old == null
              ? new Counted(event, by)
              : new Counted(old.count == 0 ? event : old.event, old.count + by);
        });
    if (fresh[0]) {
      first.add(kind);
    }
    return fresh[0];
  }

  private static Kind kind(AuditEvent event) {
    AuditPeer peer = event.peer();
    String who = peer == null ? null : peer.principal();
    if (peer != null && who == null) {
      who = peer.ip() == null ? "uid " + peer.uid() : peer.ip();
    }
    return new Kind(
        event.name(), event.outcome(), event.code(), who, event.operation(), event.resource());
  }

  /** What has come for the first time. */
  List<AuditEvent> takeFirst() {
    List<AuditEvent> due = new ArrayList<>();
    for (Kind kind = first.poll(); kind != null; kind = first.poll()) {
      take(kind, due, counted -> false);
    }
    return due;
  }

  /** Everything counted since it was asked last; kinds that have not come again are forgotten. */
  List<AuditEvent> takeDue() {
    List<AuditEvent> due = new ArrayList<>();
    for (Kind kind : kinds.keySet()) {
      take(kind, due, counted -> counted.count == 0);
    }
    return due;
  }

  private void take(Kind kind, List<AuditEvent> due, Predicate<Counted> forget) {
    kinds.computeIfPresent(
        kind,
        (k, counted) -> {
          if (counted.count > 0) {
            due.add(counted.event.count(counted.count));
          }
          return forget.test(counted) ? null : new Counted(counted.event, 0);
        });
  }

  /** They could not be written: counts them again. */
  void putBack(List<AuditEvent> events) {
    for (AuditEvent event : events) {
      count(kind(event), event, event.count());
    }
  }
}
