/** A small blocking AMQP peer, and a raw one that may say what no client would. */
@NullMarked
package dev.holdfast.it.wire;

import org.jspecify.annotations.NullMarked;
