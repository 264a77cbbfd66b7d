/** The {@code holdfast} command: inspection and operation of a broker from a shell. */
@NullMarked
package dev.holdfast.cli;

import org.jspecify.annotations.NullMarked;
