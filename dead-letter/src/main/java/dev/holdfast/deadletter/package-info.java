/**
 * What happens to a message whose delivery failed: pure decisions, without I/O, clock or threads.
 */
@NullMarked
package dev.holdfast.deadletter;

import org.jspecify.annotations.NullMarked;
