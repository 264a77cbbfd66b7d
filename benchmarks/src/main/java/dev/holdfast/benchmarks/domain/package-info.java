/** JMH: what deciding costs, without network. */
@NullMarked
package dev.holdfast.benchmarks.domain;

import org.jspecify.annotations.NullMarked;
