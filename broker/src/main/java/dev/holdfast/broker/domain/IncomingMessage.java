package dev.holdfast.broker.domain;

/**
 * A message as the edge hands it in, its header already read and taken off.
 *
 * @param durable header durable; absent means true
 * @param priority 0 to 9
 * @param ttlMs header ttl, {@code -1} absent
 * @param expiryMs properties absolute-expiry-time in epoch milliseconds, {@code 0} absent
 * @param messageFormat of the transfer
 * @param body every section from the message annotations on (header and delivery annotations taken
 *     off), byte for byte as received; nobody changes the array afterwards
 */
public record IncomingMessage(
    boolean durable, byte priority, long ttlMs, long expiryMs, int messageFormat, byte[] body) {}
