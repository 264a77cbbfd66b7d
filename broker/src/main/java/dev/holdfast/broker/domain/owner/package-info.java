/**
 * The owner: the one thread that decides about every node, and what it keeps in memory.
 *
 * <p>Every class here belongs to the owner thread unless its comment says otherwise. {@link
 * dev.holdfast.broker.domain.owner.LoopBody} is the loop without the thread, so that a simulation
 * can run it step by step.
 */
@NullMarked
package dev.holdfast.broker.domain.owner;

import org.jspecify.annotations.NullMarked;
