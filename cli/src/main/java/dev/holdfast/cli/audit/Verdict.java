package dev.holdfast.cli.audit;

/**
 * What a verification has found.
 *
 * @param state the answer
 * @param file in which the first fault is; empty when there is none
 * @param line its number in the file, from 1
 * @param problem one sentence; empty when there is none
 * @param events how many were read
 * @param checkpoints whose signatures are good
 * @param unsigned events after the last of them
 * @param lastCheckpoint JSON of the last of them, to be kept as an anchor; empty when there is none
 */
public record Verdict(
    State state,
    String file,
    long line,
    String problem,
    long events,
    long checkpoints,
    long unsigned,
    String lastCheckpoint) {

  /** Answers. */
  public enum State {
    /** Nothing was changed, and what is not signed yet is not old. */
    INTACT,
    /** Something was changed, removed, inserted, reordered or cut off. */
    BROKEN,
    /** Nothing signed was changed, but the end has not been signed for more than 10 s. */
    UNSIGNED_TAIL
  }
}
