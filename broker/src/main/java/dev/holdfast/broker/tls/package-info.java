/** TLS of the broker's listeners: its files, who is who on either side, and what is revoked. */
@NullMarked
package dev.holdfast.broker.tls;

import org.jspecify.annotations.NullMarked;
