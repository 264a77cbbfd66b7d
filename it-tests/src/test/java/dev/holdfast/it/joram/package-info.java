/** The JORAM JMS conformance suite against the real broker. */
@NullMarked
package dev.holdfast.it.joram;

import org.jspecify.annotations.NullMarked;
