package dev.holdfast.broker.domain;

/**
 * A queue at one moment, counted exactly.
 *
 * @param definition its settings
 * @param pause what is held back
 * @param messages in the queue, those out at consumers included
 * @param bytes their size
 * @param delayed messages that wait for their moment; not among {@code messages}
 * @param unsettled messages out at consumers
 * @param consumers attached receiving links
 * @param publishers attached sending links
 * @param deadLetters messages in its dead-letter queue
 * @param oldestMs epoch milliseconds of the oldest message, 0 when empty
 * @param nextSequence what the next message gets; of a prioritised queue, whose priorities count
 *     for themselves, one more than the messages ever taken
 * @param published messages taken since the broker started
 * @param delivered deliveries made since the broker started
 * @param acknowledged messages accepted by consumers since the broker started
 * @param displaced messages that made room for newer ones since the broker started
 * @param unreadable messages that are kept but cannot be delivered, for their stored bytes do not
 *     verify
 */
public record QueueInfo(
    QueueDefinition definition,
    Pause pause,
    long messages,
    long bytes,
    long delayed,
    long unsettled,
    int consumers,
    int publishers,
    long deadLetters,
    long oldestMs,
    long nextSequence,
    long published,
    long delivered,
    long acknowledged,
    long displaced,
    long unreadable) {}
