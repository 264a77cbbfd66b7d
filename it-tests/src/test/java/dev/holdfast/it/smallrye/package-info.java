/**
 * A client of its own: SmallRye Reactive Messaging, which wants Vert.x 4 and so a run of its own.
 */
@NullMarked
package dev.holdfast.it.smallrye;

import org.jspecify.annotations.NullMarked;
