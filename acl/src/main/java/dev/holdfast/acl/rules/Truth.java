package dev.holdfast.acl.rules;

/** What a condition says of a request. */
enum Truth {
  /** It holds. */
  TRUE,
  /** It does not. */
  FALSE,
  /** What it asks about is not known: it counts against the request. */
  UNKNOWN,
  /** It is about a message, and none has been sent yet. */
  PENDING;

  /** Both: the one that is further from true. */
  Truth and(Truth other) {
    if (this == FALSE || other == FALSE) {
      return FALSE;
    }
    if (this == UNKNOWN || other == UNKNOWN) {
      return UNKNOWN;
    }
    return this == PENDING ? PENDING : other;
  }
}
