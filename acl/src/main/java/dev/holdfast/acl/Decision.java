package dev.holdfast.acl;

/**
 * The answer to "may they?".
 *
 * @param allowed the answer
 * @param why one sentence for the operator, never shown to the denied client
 */
public record Decision(boolean allowed, String why) {}
