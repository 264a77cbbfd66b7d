/** The composition root: what a broker consists of, in which order it starts and stops. */
@NullMarked
package dev.holdfast.broker;

import org.jspecify.annotations.NullMarked;
