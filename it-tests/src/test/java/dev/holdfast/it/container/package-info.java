/** The image, built from scratch and run by a Docker daemon of the tests' own. */
@NullMarked
package dev.holdfast.it.container;

import org.jspecify.annotations.NullMarked;
