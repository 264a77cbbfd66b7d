/**
 * Queues and what happens to their messages: decisions of the owner thread.
 *
 * <p>Knows neither AMQP nor Vert.x. The edge talks to it through {@link
 * dev.holdfast.broker.domain.OwnerInbox} with commands, and hears back through {@link
 * dev.holdfast.broker.domain.EdgeLoop} with events: batches both ways.
 */
@NullMarked
package dev.holdfast.broker.domain;

import org.jspecify.annotations.NullMarked;
