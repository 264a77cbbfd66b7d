/**
 * What the client needs below AMQP's verbs: the one event loop, the socket (TCP, TLS or Unix, with
 * its checks and its batching of writes) and the mapping of AMQP's values to the JDK's. Knows
 * nothing of the client's own types; nothing here is meant for applications.
 */
@NullMarked
package dev.holdfast.client.wire;

import org.jspecify.annotations.NullMarked;
