/** Peers that break every rule: the broker answers as the standard says and stays up. */
@NullMarked
package dev.holdfast.it.hostile;

import org.jspecify.annotations.NullMarked;
