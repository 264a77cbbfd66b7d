/** Who is calling: peer credentials, users and SASL mechanisms, without any wire format. */
@NullMarked
package dev.holdfast.broker.identity;

import org.jspecify.annotations.NullMarked;
