/**
 * Durable logs, cursors, definitions, timers and idempotency rows: what a broker must not lose.
 *
 * <p>The store knows keys, records and batches; it knows nothing of AMQP, of queues' policies or of
 * who may do what. Callers see {@link dev.holdfast.storage.MessageStore} and its value types.
 */
@NullMarked
package dev.holdfast.storage;

import org.jspecify.annotations.NullMarked;
