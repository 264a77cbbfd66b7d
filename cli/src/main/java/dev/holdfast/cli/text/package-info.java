/** JSON in and out, aligned columns, and the escaping of everything that others have named. */
@NullMarked
package dev.holdfast.cli.text;

import org.jspecify.annotations.NullMarked;
