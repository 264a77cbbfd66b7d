/**
 * The management API: HTTP/1.1 and JSON over a Unix socket, as docs/openapi.yaml describes it.
 *
 * <p>The caller is the uid the kernel reports. Every request is authorised where the work is done;
 * nothing here decides on its own.
 */
@NullMarked
package dev.holdfast.broker.management;

import org.jspecify.annotations.NullMarked;
