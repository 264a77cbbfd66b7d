/**
 * A thin client for Holdfast and any other AMQP 1.0 broker: {@link dev.holdfast.client.Holdfast}
 * connects, a {@link dev.holdfast.client.Producer} sends, a {@link dev.holdfast.client.Consumer}
 * receives. Types of the JDK only; blocking and asynchronous verbs; every failure is a {@link
 * dev.holdfast.client.HoldfastException} with a reason.
 *
 * <p>Threads: one event loop per connection owns the socket and all links. Applications never run
 * on it: handlers have threads of their own, completions of asynchronous sends and state listeners
 * share one callback thread per connection.
 */
@NullMarked
package dev.holdfast.client;

import org.jspecify.annotations.NullMarked;
