/**
 * Sources and targets (AMQP 1.0 part 3 §3.5): what an attach asks for in the words of the domain,
 * and what the domain gives in the words of the wire.
 */
@NullMarked
package dev.holdfast.broker.amqp.terminus;

import org.jspecify.annotations.NullMarked;
