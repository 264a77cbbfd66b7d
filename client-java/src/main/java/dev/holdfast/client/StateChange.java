package dev.holdfast.client;

import org.jspecify.annotations.Nullable;

/**
 * A change of the connection's state.
 *
 * @param state the state now
 * @param cause why, when something went wrong
 */
public record StateChange(ConnectionState state, @Nullable HoldfastException cause) {}
