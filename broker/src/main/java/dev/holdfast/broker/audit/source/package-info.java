/** Where records of the audit log come from: what stands before the parts that decide. */
@NullMarked
package dev.holdfast.broker.audit.source;

import org.jspecify.annotations.NullMarked;
