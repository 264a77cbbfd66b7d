/** Coverage-guided fuzzing (Jazzer) of everything that reads bytes or text of a stranger. */
@NullMarked
package dev.holdfast.broker.fuzz;

import org.jspecify.annotations.NullMarked;
