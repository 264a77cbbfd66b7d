package dev.holdfast.storage;

/**
 * Something to be done at a time.
 *
 * @param dueMs epoch milliseconds
 * @param kind the caller's own
 * @param logId the log it concerns
 * @param sequence the message it concerns
 * @param value the caller's own encoding, may be empty
 */
public record StoredTimer(long dueMs, byte kind, int logId, long sequence, byte[] value) {}
