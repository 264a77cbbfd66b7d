/** What holds for the whole code base: which package may know which. */
@NullMarked
package dev.holdfast.it;

import org.jspecify.annotations.NullMarked;
