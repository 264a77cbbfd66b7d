/** The access rules of the running broker: their file, its watch, and signals. */
@NullMarked
package dev.holdfast.broker.access;

import org.jspecify.annotations.NullMarked;
