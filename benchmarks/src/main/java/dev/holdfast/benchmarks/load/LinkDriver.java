package dev.holdfast.benchmarks.load;

import org.apache.qpid.proton.engine.Delivery;
import org.apache.qpid.proton.engine.Session;

/** One link of one connection. Every method belongs to the loop of its connection. */
sealed interface LinkDriver permits ProducerLink, ConsumerLink {

  /** Creates and opens the link on a new session. */
  void open(Session session);

  /** Whether the broker attached it (and, for a producer, granted credit). */
  boolean ready();

  /** A delivery changed. */
  void onDelivery(Delivery delivery);

  /** Does what may be done now: send what is due, top up credit. */
  void advance();

  /** When {@link #advance} has something to do without an event, as {@link NanoClock}. */
  long nextDueNanos();
}
