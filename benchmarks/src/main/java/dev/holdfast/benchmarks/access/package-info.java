/** What access rules cost. */
@NullMarked
package dev.holdfast.benchmarks.access;

import org.jspecify.annotations.NullMarked;
