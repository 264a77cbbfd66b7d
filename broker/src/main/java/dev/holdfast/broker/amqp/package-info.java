/**
 * The AMQP 1.0 edge: listeners, connections, sessions and links; every object of a connection
 * belongs to one event loop for life.
 *
 * <p>The way in: socket read → {@code FrameInput} → {@code AmqpConnection} → {@code Session} → a
 * link → one batch of commands for the owner. The way back: one batch of events → links → one write
 * per touched connection.
 */
@NullMarked
package dev.holdfast.broker.amqp;

import org.jspecify.annotations.NullMarked;
