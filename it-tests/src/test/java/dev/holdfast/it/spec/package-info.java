/**
 * The AMQP 1.0 specification clause by clause, frame by frame, by the test driver of Qpid ProtonJ2;
 * methods begin with the number of their section. What is proven elsewhere is in
 * docs/amqp-clauses.md.
 */
@NullMarked
package dev.holdfast.it.spec;

import org.jspecify.annotations.NullMarked;
