package dev.holdfast.broker.selector;

/** Stands for a value that is there but that nothing can be compared with. */
enum Incomparable {
  /** A decimal, list, map, array or described value. */
  VALUE
}
