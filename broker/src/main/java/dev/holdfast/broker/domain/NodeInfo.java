package dev.holdfast.broker.domain;

/**
 * What an opened link has to know of its node.
 *
 * @param name of the node; empty for the anonymous terminus
 * @param maxMessageBytes largest message the node takes
 */
public record NodeInfo(String name, long maxMessageBytes) {}
