/**
 * Bytes to frames and back: framing, the structural guard in front of every decoder, the hot
 * performatives by hand, the rest by proton-j's codec, and the sections of a message.
 *
 * <p>Knows nothing of connections or links. Everything here belongs to the event loop that uses it.
 */
@NullMarked
package dev.holdfast.broker.amqp.codec;

import org.jspecify.annotations.NullMarked;
