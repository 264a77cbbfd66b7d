package dev.holdfast.broker.domain.owner;

/** What a subscription does with messages whose time has run out. Owner thread. */
final class ExpiryPolicy {
  /** They are removed for good; otherwise they are dead-lettered. */
  boolean drops;

  /** How many there were since the broker started. */
  long expired;
}
