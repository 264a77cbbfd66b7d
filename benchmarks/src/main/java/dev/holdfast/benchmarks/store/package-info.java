/**
 * JMH: what sealing and committing cost, beside what the same disk and the same JDK can do without
 * a database. Compare ratios inside one run.
 */
@NullMarked
package dev.holdfast.benchmarks.store;

import org.jspecify.annotations.NullMarked;
