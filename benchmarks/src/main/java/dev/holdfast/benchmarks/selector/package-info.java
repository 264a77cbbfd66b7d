/** JMH: what it costs to ask of one message whether a consumer wants it. */
@NullMarked
package dev.holdfast.benchmarks.selector;

import org.jspecify.annotations.NullMarked;
