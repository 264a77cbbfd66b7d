package dev.holdfast.broker.domain;

/**
 * A topic at one moment.
 *
 * @param definition its settings
 * @param pause what is held back
 * @param subscriptions that read it, those by pattern included
 * @param publishers attached sending links
 * @param messages of the subscription, or of the retention, that has most of them
 * @param bytes of the one that has most bytes
 * @param firstSequence the oldest sequence that is kept; {@code nextSequence} when none is
 * @param nextSequence what the next message gets
 * @param published messages kept for somebody since the broker started; what comes while there is
 *     neither subscription nor retention is accepted and not counted
 */
public record TopicInfo(
    TopicDefinition definition,
    Pause pause,
    int subscriptions,
    int publishers,
    long messages,
    long bytes,
    long firstSequence,
    long nextSequence,
    long published) {}
