package dev.holdfast.broker.audit;

import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * One thing that happened. Never holds payloads, property values, passwords, keys or tokens.
 * Immutable; texts are escaped when the line is written.
 *
 * @param name what kind of thing, as {@code auth} or {@code admin.request}
 * @param outcome how it ended
 * @param code the stable {@code HF-…} or API code, when there is one
 * @param peer who, when it was somebody
 * @param operation what was asked for
 * @param resource what it was done to, in the grammar of rules
 * @param rule that decided
 * @param connection id of the connection
 * @param correlation joins records of one request
 * @param count how many of the kind this record stands for
 * @param extra more, by name
 */
public record AuditEvent(
    String name,
    Outcome outcome,
    @Nullable String code,
    @Nullable AuditPeer peer,
    @Nullable String operation,
    @Nullable String resource,
    @Nullable String rule,
    @Nullable String connection,
    @Nullable String correlation,
    long count,
    Map<String, String> extra) {

  /** How something ended. */
  public enum Outcome {
    /** Done, or let in. */
    OK,
    /** Refused. */
    DENY,
    /** Failed. */
    ERROR
  }

  /** Copies the map, in the order of its names: lines are to be the same for the same event. */
  public AuditEvent {
    extra = java.util.Collections.unmodifiableMap(new TreeMap<>(extra));
  }

  /** One event without anything else. */
  public static AuditEvent of(String name, Outcome outcome) {
    return new AuditEvent(name, outcome, null, null, null, null, null, null, null, 1, Map.of());
  }

  /** With a stable code. */
  public AuditEvent code(@Nullable String to) {
    return new AuditEvent(
        name, outcome, to, peer, operation, resource, rule, connection, correlation, count, extra);
  }

  /** With who it was. */
  public AuditEvent by(@Nullable AuditPeer who) {
    return new AuditEvent(
        name, outcome, code, who, operation, resource, rule, connection, correlation, count, extra);
  }

  /** With what was asked for, and of what. */
  public AuditEvent asked(@Nullable String op, @Nullable String of) {
    return new AuditEvent(
        name, outcome, code, peer, op, of, rule, connection, correlation, count, extra);
  }

  /** With what decided. */
  public AuditEvent rule(@Nullable String by) {
    return new AuditEvent(
        name, outcome, code, peer, operation, resource, by, connection, correlation, count, extra);
  }

  /** With the connection's id. */
  public AuditEvent connection(String id) {
    return new AuditEvent(
        name, outcome, code, peer, operation, resource, rule, id, correlation, count, extra);
  }

  /** With the request's id. */
  public AuditEvent correlation(@Nullable String id) {
    return new AuditEvent(
        name, outcome, code, peer, operation, resource, rule, connection, id, count, extra);
  }

  /** Standing for several. */
  public AuditEvent count(long of) {
    return new AuditEvent(
        name, outcome, code, peer, operation, resource, rule, connection, correlation, of, extra);
  }

  /** With more. */
  public AuditEvent extra(String key, String value) {
    Map<String, String> more = new TreeMap<>(extra);
    more.put(key, Objects.requireNonNull(value));
    return new AuditEvent(
        name, outcome, code, peer, operation, resource, rule, connection, correlation, count, more);
  }
}
