/**
 * What is stored, as positions and counts in memory: the one piece of code that changes them, for a
 * live batch and for recovery alike. Knows no disk and no bytes of a row.
 */
@NullMarked
package dev.holdfast.storage.index;

import org.jspecify.annotations.NullMarked;
