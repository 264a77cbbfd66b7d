/**
 * A broker and a database that agree although neither knows the other: {@link
 * dev.holdfast.client.jdbc.IdempotentReceiver} applies each message's effect once, {@link
 * dev.holdfast.client.jdbc.JdbcOutbox} sends what a transaction wrote, and only that. Needs nothing
 * but {@code java.sql}; the driver is the application's.
 */
@NullMarked
package dev.holdfast.client.jdbc;

import org.jspecify.annotations.NullMarked;
