/** JMH: what reading one message at the edge costs. */
@NullMarked
package dev.holdfast.benchmarks.codec;

import org.jspecify.annotations.NullMarked;
