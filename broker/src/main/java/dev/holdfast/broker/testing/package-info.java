/**
 * A broker inside the process of a test: {@link dev.holdfast.broker.testing.TestBroker}, and for
 * JUnit 5 {@link dev.holdfast.broker.testing.TestBrokerExtension}. Not for production: what it
 * keeps is gone when it is closed.
 */
@NullMarked
package dev.holdfast.broker.testing;

import org.jspecify.annotations.NullMarked;
