/** Messages as people and scripts see them: AMQP sections turned into JSON and back. */
@NullMarked
package dev.holdfast.broker.amqp.json;

import org.jspecify.annotations.NullMarked;
