package dev.holdfast.broker.domain.owner;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The consumers that said {@code undeliverable-here} of one message. Immutable. */
final class Shunned {
  private final List<ConsumerTarget> consumers;

  private Shunned(List<ConsumerTarget> consumers) {
    this.consumers = consumers;
  }

  /** {@code before} and one more. */
  static Shunned with(@Nullable Shunned before, ConsumerTarget consumer) {
    List<ConsumerTarget> all = new ArrayList<>();
    if (before != null) {
      all.addAll(before.consumers);
    }
    all.add(consumer);
    return new Shunned(all);
  }

  boolean by(ConsumerTarget consumer) {
    return consumers.contains(consumer);
  }

  /** Without those whose link is gone; null when none is left. */
  @Nullable Shunned living() {
    List<ConsumerTarget> living = new ArrayList<>();
    for (ConsumerTarget consumer : consumers) {
      if (!consumer.closed) {
        living.add(consumer);
      }
    }
    return living.isEmpty() ? null : new Shunned(living);
  }
}
