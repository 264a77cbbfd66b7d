package dev.holdfast.broker.domain;

/**
 * A subscription at one moment, counted exactly; only one with a filter that started in the past
 * counts what it has not looked at yet as if it passed.
 *
 * @param definition its settings
 * @param topics how many topics it reads
 * @param messages that wait, those out at consumers included
 * @param bytes their size
 * @param unsettled messages out at consumers
 * @param consumers attached receiving links
 * @param deadLetters messages in its dead-letter queue
 * @param delivered deliveries made since the broker started
 * @param acknowledged messages consumers were done with since the broker started
 * @param unreadable messages that are kept but cannot be delivered, for their stored bytes do not
 *     verify
 */
public record SubscriptionInfo(
    SubscriptionDefinition definition,
    int topics,
    long messages,
    long bytes,
    long unsettled,
    int consumers,
    long deadLetters,
    long delivered,
    long acknowledged,
    long unreadable) {}
