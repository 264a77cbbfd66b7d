/**
 * The filter set of a source (AMQP 1.0 part 3 §3.5.1 and §3.5.8): which filters are known, what
 * they mean to the domain, and how they are stored.
 */
@NullMarked
package dev.holdfast.broker.amqp.filter;

import org.jspecify.annotations.NullMarked;
