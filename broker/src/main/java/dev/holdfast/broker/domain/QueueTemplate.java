package dev.holdfast.broker.domain;

/**
 * What queues are like whose names begin so, unless they are made otherwise. A queue takes from its
 * template when it is made; changing the template later changes no queue.
 *
 * @param prefix 1 to 255 bytes of UTF-8; of several that match, the longest counts
 * @param settings of such queues; the name means nothing
 * @param createOnAttach whether a client that attaches to a missing queue of such a name, and may
 *     create it, has it made
 */
public record QueueTemplate(String prefix, QueueDefinition settings, boolean createOnAttach) {}
