package dev.holdfast.broker.amqp.terminus;

import dev.holdfast.broker.amqp.codec.Fault;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** Addresses as they come in; what they mean is the domain's business. */
final class Addresses {

  /** A topic's name, a subscription's, and what stands between and behind them. */
  private static final int MAX_BYTES = 600;

  private Addresses() {}

  /** The address; empty when there is none. */
  static String given(@Nullable String address) {
    if (address == null) {
      return "";
    }
    if (address.getBytes(StandardCharsets.UTF_8).length > MAX_BYTES) {
      throw new TerminusException(Fault.ADDRESS);
    }
    return address;
  }
}
