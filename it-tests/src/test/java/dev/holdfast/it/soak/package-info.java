/** A backlog far above memory, built and drained. */
@NullMarked
package dev.holdfast.it.soak;

import org.jspecify.annotations.NullMarked;
