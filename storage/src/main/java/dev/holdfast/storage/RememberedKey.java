package dev.holdfast.storage;

/**
 * What the store keeps of an idempotency key.
 *
 * @param sequence of the message stored first under the key
 * @param bodyDigest first 8 bytes of the body's digest, to tell a retry from a mistake
 * @param storedMs epoch milliseconds of that message
 */
public record RememberedKey(long sequence, long bodyDigest, long storedMs) {}
