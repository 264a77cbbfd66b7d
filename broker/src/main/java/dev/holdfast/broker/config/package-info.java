/** What the operator chose: one table of keys, read once into one immutable tree of records. */
@NullMarked
package dev.holdfast.broker.config;

import org.jspecify.annotations.NullMarked;
