package dev.holdfast.broker.domain;

import org.jspecify.annotations.Nullable;

/**
 * What a sending link asks for (AMQP 1.0 part 3 §3.5.4, target).
 *
 * @param address the node; empty: the anonymous terminus, or with {@code dynamic}
 * @param kind what the terminus capabilities say the node is; null: nothing
 * @param dynamic a node to be made; null: the node exists
 * @param duplicateReport a message whose idempotency key is known already is answered with {@code
 *     DUPLICATE} and the sequence of the first copy; otherwise it is accepted like that one
 */
public record TargetRequest(
    String address,
    @Nullable NodeKind kind,
    @Nullable DynamicNode dynamic,
    boolean duplicateReport) {

  /** One that wants no report of duplicates. */
  public TargetRequest(String address, @Nullable NodeKind kind, @Nullable DynamicNode dynamic) {
    this(address, kind, dynamic, false);
  }

  /** An existing node of either kind; empty: the anonymous terminus. */
  public static TargetRequest of(String address) {
    return new TargetRequest(address, null, null);
  }

  /** Whether every message names its own node. */
  public boolean anonymous() {
    return address.isEmpty() && dynamic == null;
  }
}
