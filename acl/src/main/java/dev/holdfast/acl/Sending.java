package dev.holdfast.acl;

/**
 * What rules may ask about a message that is being sent.
 *
 * @param bytes all of it
 */
public record Sending(long bytes) {}
