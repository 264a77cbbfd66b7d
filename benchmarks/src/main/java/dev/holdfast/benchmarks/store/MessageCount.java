package dev.holdfast.benchmarks.store;

import org.openjdk.jmh.annotations.AuxCounters;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/** Reports messages per second next to batches per second. */
@AuxCounters(AuxCounters.Type.OPERATIONS)
@State(Scope.Thread)
public class MessageCount {
  /** Messages that went through; read by JMH. */
  public long messages;
}
