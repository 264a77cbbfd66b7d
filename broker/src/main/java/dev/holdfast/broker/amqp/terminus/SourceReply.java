package dev.holdfast.broker.amqp.terminus;

import dev.holdfast.broker.amqp.filter.FilterSet;
import dev.holdfast.broker.domain.DynamicNode;
import dev.holdfast.broker.domain.NodeKind;
import dev.holdfast.broker.domain.OpenedSource;
import dev.holdfast.broker.domain.SourceRequest;
import dev.holdfast.broker.domain.SubscriptionRequest;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.qpid.proton.amqp.Symbol;
import org.apache.qpid.proton.amqp.UnsignedInteger;
import org.apache.qpid.proton.amqp.messaging.Accepted;
import org.apache.qpid.proton.amqp.messaging.Modified;
import org.apache.qpid.proton.amqp.messaging.Rejected;
import org.apache.qpid.proton.amqp.messaging.Released;
import org.apache.qpid.proton.amqp.messaging.Source;
import org.apache.qpid.proton.amqp.messaging.TerminusDurability;
import org.apache.qpid.proton.amqp.messaging.TerminusExpiryPolicy;
import org.apache.qpid.proton.amqp.transport.Attach;
import org.jspecify.annotations.Nullable;

/** What a receiving link is told that it really gets. */
public final class SourceReply {

  /** Property of a link: why its node delivers nothing. */
  public static final Symbol PAUSED = Symbol.getSymbol("holdfast:delivery-paused");

  private static final Symbol MOVE = Symbol.getSymbol("move");
  private static final Symbol[] OUTCOMES = {
    Accepted.DESCRIPTOR_SYMBOL,
    Rejected.DESCRIPTOR_SYMBOL,
    Released.DESCRIPTOR_SYMBOL,
    Modified.DESCRIPTOR_SYMBOL
  };

  private SourceReply() {}

  /**
   * Puts the source into the reply.
   *
   * @param reply has the source that was asked for, none for a lookup
   * @param asked what that was read as; null: a lookup
   */
  public static void fill(Attach reply, @Nullable AskedSource asked, OpenedSource opened) {
    SourceRequest request = asked == null ? null : asked.request();
    FilterSet filters = asked == null ? FilterSet.NONE : asked.filters();
    Source used = new Source();
    used.setFilter(filters.applied(opened));
    DynamicNode dynamic = request == null ? null : request.dynamic();
    used.setAddress(request == null || dynamic != null ? opened.address() : request.address());
    used.setOutcomes(OUTCOMES);
    durability(used, opened.subscription());
    boolean browsing =
        opened.kind() == NodeKind.QUEUE && request != null && request.selection().browse();
    used.setDistributionMode(
        opened.kind() == NodeKind.TOPIC || browsing ? SourceReader.COPY : MOVE);
    if (reply.getSource() instanceof Source given) {
      used.setDefaultOutcome(given.getDefaultOutcome());
    }
    if (dynamic != null) {
      used.setDynamic(true);
      used.setDynamicNodeProperties(Lifetimes.properties(dynamic));
    }
    used.setCapabilities(capabilities(opened, request));
    reply.setSource(used);
    if (request != null) {
      reply.setProperties(properties(request, opened));
    }
  }

  private static @Nullable Map<Symbol, Object> properties(
      SourceRequest request, OpenedSource opened) {
    Map<Symbol, Object> turn = Turns.properties(request.turn());
    String paused = opened.paused();
    if (paused == null) {
      return turn;
    }
    Map<Symbol, Object> all = turn == null ? new HashMap<>() : turn;
    all.put(PAUSED, paused);
    return all;
  }

  /**
   * A durable subscription is kept as such, and what was unsettled is delivered again: that is the
   * standard's {@code configuration} and not its {@code unsettled-state}.
   */
  private static void durability(Source used, @Nullable SubscriptionRequest subscription) {
    boolean durable = subscription != null && subscription.durable();
    used.setDurable(durable ? TerminusDurability.CONFIGURATION : TerminusDurability.NONE);
    long lingerMs = subscription == null ? 0 : subscription.lingerMs();
    used.setExpiryPolicy(
        durable && lingerMs == 0 ? TerminusExpiryPolicy.NEVER : TerminusExpiryPolicy.LINK_DETACH);
    used.setTimeout(UnsignedInteger.valueOf(lingerMs / 1_000));
  }

  private static Symbol[] capabilities(OpenedSource opened, @Nullable SourceRequest request) {
    List<Symbol> held = new ArrayList<>();
    held.add(Capabilities.of(opened.kind(), request != null && request.dynamic() != null));
    SubscriptionRequest subscription = opened.subscription();
    if (subscription != null && subscription.shared()) {
      held.add(Capabilities.SHARED);
    }
    if (subscription != null && subscription.global()) {
      held.add(Capabilities.GLOBAL);
    }
    if (request != null && request.turn().exclusive()) {
      held.add(Capabilities.EXCLUSIVE);
    }
    return held.toArray(new Symbol[0]);
  }
}
