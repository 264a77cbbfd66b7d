/** Starts the shipped broker and the command line the way a user does, and cleans up after them. */
@NullMarked
package dev.holdfast.it.harness;

import org.jspecify.annotations.NullMarked;
