/** The node {@code $management}: request and reply over AMQP, for clients without HTTP. */
@NullMarked
package dev.holdfast.broker.amqp.management;

import org.jspecify.annotations.NullMarked;
