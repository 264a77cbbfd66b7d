package dev.holdfast.acl;

/**
 * The answer to "may they?".
 *
 * @param allowed the answer
 * @param why one sentence for the operator, never shown to the denied client
 * @param perMessage whether each message has to be asked about too: a rule speaks of what is sent
 * @param id by which the operator finds a denial; empty: it is recorded nowhere
 */
public record Decision(boolean allowed, String why, boolean perMessage, String id) {

  /** One that holds for every message. */
  public Decision(boolean allowed, String why) {
    this(allowed, why, false, "");
  }

  /** The same, to be found by this id. */
  public Decision withId(String recorded) {
    return new Decision(allowed, why, perMessage, recorded);
  }

  /** What is told to who was denied, so that an operator can look it up; empty without a number. */
  public String reference() {
    return id.isEmpty() ? "" : ", decision " + id;
  }
}
