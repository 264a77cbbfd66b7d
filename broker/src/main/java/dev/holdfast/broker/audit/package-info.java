/** The audit log: a chain of JSON lines with checkpoints signed by keys that evolve. */
@NullMarked
package dev.holdfast.broker.audit;

import org.jspecify.annotations.NullMarked;
