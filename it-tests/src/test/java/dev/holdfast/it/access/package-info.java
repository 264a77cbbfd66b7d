/** Who may do what, generated and tried by clients: every rule against every way in. */
@NullMarked
package dev.holdfast.it.access;

import org.jspecify.annotations.NullMarked;
