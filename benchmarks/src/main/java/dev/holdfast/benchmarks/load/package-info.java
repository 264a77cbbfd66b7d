/**
 * End-to-end load on any AMQP 1.0 broker: how many messages go through, how late, at what cost to
 * the broker, and whether each arrived exactly once and in order.
 *
 * <p>Proton-j is driven directly over non-blocking sockets, so that the generator costs about a
 * microsecond per message and does not measure itself.
 */
@NullMarked
package dev.holdfast.benchmarks.load;

import org.jspecify.annotations.NullMarked;
