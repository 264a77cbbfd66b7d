package dev.holdfast.client.jdbc;

/**
 * A message of an outbox that the broker will not take. It stays in the table, out of the way.
 *
 * @param row its number in the table
 * @param address where it should have gone
 * @param reason what the broker, or the client, says about it
 */
public record RefusedMessage(long row, String address, String reason) {}
