package dev.holdfast.broker.amqp.terminus;

import dev.holdfast.broker.amqp.codec.ColdCodec;
import dev.holdfast.broker.amqp.codec.Fault;
import dev.holdfast.broker.amqp.filter.FilterException;
import dev.holdfast.broker.amqp.filter.FilterSet;
import dev.holdfast.broker.domain.DynamicNode;
import dev.holdfast.broker.domain.SourceRequest;
import dev.holdfast.broker.domain.SourceRequest.Selection;
import dev.holdfast.broker.domain.SubscriptionRequest;
import org.apache.qpid.proton.amqp.Symbol;
import org.apache.qpid.proton.amqp.messaging.Source;
import org.apache.qpid.proton.amqp.messaging.TerminusDurability;
import org.apache.qpid.proton.amqp.messaging.TerminusExpiryPolicy;
import org.apache.qpid.proton.amqp.transport.Attach;
import org.jspecify.annotations.Nullable;

/**
 * Reads what a receiving link asks for (part 3 §3.5.3), in the way JMS clients ask: a subscription
 * is named by its link, up to the first {@code |} of the link's name.
 */
public final class SourceReader {

  static final Symbol COPY = Symbol.getSymbol("copy");
  private static final String IN_ADDRESS = "::";

  private SourceReader() {}

  /**
   * The request that the attach makes.
   *
   * @param source its source
   * @throws TerminusException it makes none that could be fulfilled
   */
  public static AskedSource read(Attach attach, Source source, ColdCodec codec) {
    FilterSet filters = filters(source, codec);
    return new AskedSource(request(attach, source, filters), filters);
  }

  private static FilterSet filters(Source source, ColdCodec codec) {
    try {
      return FilterSet.read(source.getFilter(), codec);
    } catch (FilterException unusable) {
      throw new TerminusException(Fault.FILTER, unusable.sentence());
    }
  }

  private static SourceRequest request(Attach attach, Source source, FilterSet filters) {
    Selection selection =
        new Selection(
            COPY.equals(source.getDistributionMode()),
            filters.filter(),
            filters.noLocal(),
            filters.start());
    SourceRequest.Turn turn = Turns.read(attach, source);
    Symbol[] capabilities = source.getCapabilities();
    if (source.getDynamic()) {
      DynamicNode node = Lifetimes.node(capabilities, source.getDynamicNodeProperties());
      return new SourceRequest("", node.kind(), node, null, selection, turn);
    }
    String address = Addresses.given(source.getAddress());
    if (address.isEmpty()) {
      throw new TerminusException(Fault.NO_ADDRESS);
    }
    return new SourceRequest(
        address,
        Capabilities.kind(capabilities),
        null,
        address.contains(IN_ADDRESS) ? null : subscription(attach.getName(), source),
        selection,
        turn);
  }

  /** What the attach with a null source looks for. */
  public static SubscriptionRequest lookup(Attach attach) {
    Symbol[] desired = attach.getDesiredCapabilities();
    return new SubscriptionRequest(
        name(attach.getName()),
        true,
        Capabilities.has(desired, Capabilities.SHARED),
        Capabilities.has(desired, Capabilities.GLOBAL));
  }

  private static @Nullable SubscriptionRequest subscription(String link, Source source) {
    boolean never = source.getExpiryPolicy() == TerminusExpiryPolicy.NEVER;
    // However it expires, it does so for good only after its timeout.
    long lingerMs =
        never || source.getTimeout() == null ? 0 : source.getTimeout().longValue() * 1_000;
    boolean durable = (never || lingerMs > 0) && source.getDurable() != TerminusDurability.NONE;
    boolean shared = Capabilities.has(source.getCapabilities(), Capabilities.SHARED);
    boolean global = Capabilities.has(source.getCapabilities(), Capabilities.GLOBAL);
    return durable || shared
        ? new SubscriptionRequest(name(link), durable, shared, global, durable ? lingerMs : 0)
        : null;
  }

  private static String name(String link) {
    int bar = link.indexOf('|');
    String name = bar < 0 ? link : link.substring(0, bar);
    if (name.isEmpty()) {
      throw new TerminusException(Fault.SUBSCRIPTION_NAME);
    }
    return name;
  }
}
