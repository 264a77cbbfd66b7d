/**
 * What the broker counts, in the form that Prometheus reads. Depends on what is counted; only
 * management depends on it.
 */
@NullMarked
package dev.holdfast.broker.metrics;

import org.jspecify.annotations.NullMarked;
