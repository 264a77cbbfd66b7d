package dev.holdfast.broker.amqp.terminus;

import dev.holdfast.broker.amqp.codec.Fault;
import dev.holdfast.broker.domain.NodeKind;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.qpid.proton.amqp.Symbol;
import org.jspecify.annotations.Nullable;

/**
 * The capabilities of sources, targets and links that mean something here. Others are left out of
 * the reply, which is how the standard lets a peer see that they do not hold (part 2 §2.7.3).
 */
public final class Capabilities {

  /** Of a link, as of a connection: {@code x-opt-delivery-time} and {@code -delay} are heeded. */
  public static final Symbol DELAYED_DELIVERY = Symbol.getSymbol("DELAYED_DELIVERY");

  /** Of a link, as of a connection: {@code shared} and {@code global} are heeded. */
  public static final Symbol SHARED_SUBS = Symbol.getSymbol("SHARED-SUBS");

  /** Of a sending link: duplicates are told apart from first copies. */
  static final Symbol DUPLICATE_REPORT = Symbol.getSymbol("holdfast:duplicate-report");

  static final Symbol SHARED = Symbol.getSymbol("shared");
  static final Symbol GLOBAL = Symbol.getSymbol("global");
  static final Symbol EXCLUSIVE = Symbol.getSymbol("exclusive");
  private static final Symbol QUEUE = Symbol.getSymbol("queue");
  private static final Symbol TOPIC = Symbol.getSymbol("topic");
  private static final Symbol TEMPORARY_QUEUE = Symbol.getSymbol("temporary-queue");
  private static final Symbol TEMPORARY_TOPIC = Symbol.getSymbol("temporary-topic");

  private Capabilities() {}

  /** Whether it is among them. */
  static boolean has(Symbol @Nullable [] wanted, Symbol capability) {
    return wanted != null && Arrays.asList(wanted).contains(capability);
  }

  /** What they say the node is; null: nothing. */
  static @Nullable NodeKind kind(Symbol @Nullable [] wanted) {
    boolean queue = has(wanted, QUEUE) || has(wanted, TEMPORARY_QUEUE);
    boolean topic = has(wanted, TOPIC) || has(wanted, TEMPORARY_TOPIC);
    if (queue && topic) {
      throw new TerminusException(Fault.TWO_KINDS);
    }
    return queue ? NodeKind.QUEUE : topic ? NodeKind.TOPIC : null;
  }

  /** The capability that says what a node is. */
  static Symbol of(NodeKind kind, boolean temporary) {
    return switch (kind) {
      case QUEUE -> temporary ? TEMPORARY_QUEUE : QUEUE;
      case TOPIC -> temporary ? TEMPORARY_TOPIC : TOPIC;
    };
  }

  /**
   * Those of the desired ones that hold; null when that is none of them.
   *
   * @param brokerSends the direction of the link
   */
  public static Symbol @Nullable [] offered(Symbol @Nullable [] desired, boolean brokerSends) {
    List<Symbol> offered = new ArrayList<>();
    List<Symbol> held =
        brokerSends ? List.of(SHARED_SUBS) : List.of(DELAYED_DELIVERY, DUPLICATE_REPORT);
    for (Symbol capability : held) {
      if (has(desired, capability)) {
        offered.add(capability);
      }
    }
    return offered.isEmpty() ? null : offered.toArray(new Symbol[0]);
  }
}
