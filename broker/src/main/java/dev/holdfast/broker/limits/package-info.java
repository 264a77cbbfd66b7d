/** What each principal may use of the broker. Pure values; no I/O, no threads. */
@NullMarked
package dev.holdfast.broker.limits;

import org.jspecify.annotations.NullMarked;
