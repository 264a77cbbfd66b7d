/** Verifies the broker's audit log without the broker: needs its files and the root public key. */
@NullMarked
package dev.holdfast.cli.audit;

import org.jspecify.annotations.NullMarked;
