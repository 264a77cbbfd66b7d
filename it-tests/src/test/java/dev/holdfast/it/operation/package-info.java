/** The command line, users and the documentation's commands, end to end. */
@NullMarked
package dev.holdfast.it.operation;

import org.jspecify.annotations.NullMarked;
