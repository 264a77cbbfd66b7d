/** WebSockets (RFC 6455) as a layer between a socket and what speaks AMQP on it. */
@NullMarked
package dev.holdfast.broker.websocket;

import org.jspecify.annotations.NullMarked;
