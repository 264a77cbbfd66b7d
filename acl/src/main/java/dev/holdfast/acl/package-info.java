/** Who may do what on which node: pure decisions, without I/O, clock or threads. */
@NullMarked
package dev.holdfast.acl;

import org.jspecify.annotations.NullMarked;
