/** AMQP clients that nobody here wrote, against the real broker. */
@NullMarked
package dev.holdfast.it.clients;

import org.jspecify.annotations.NullMarked;
