/** Tokens: short-lived, scoped, issued by the broker itself, revocable. */
@NullMarked
package dev.holdfast.broker.identity.token;

import org.jspecify.annotations.NullMarked;
