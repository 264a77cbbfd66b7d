/**
 * Which messages a consumer wants: JMS message selectors (SQL-92 conditions, Jakarta Messaging 3.1
 * §3.8.1) and the property filters of AMQP Filter Expressions 1.0 (CSD 01, §4.2.4 and §4.2.5).
 *
 * <p>A filter is made once, when a link attaches or a subscription is recovered, and is immutable
 * and thread-safe. It looks at a message through {@link
 * dev.holdfast.broker.selector.MessageFields}, which decodes only what is asked for. Knows nothing
 * of links, queues or the network.
 */
@NullMarked
package dev.holdfast.broker.selector;

import org.jspecify.annotations.NullMarked;
