/** The rules file {@code acl.conf}: reading, deciding, explaining, comparing and editing it. */
@NullMarked
package dev.holdfast.acl.rules;

import org.jspecify.annotations.NullMarked;
