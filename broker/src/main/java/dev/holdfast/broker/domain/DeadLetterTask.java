package dev.holdfast.broker.domain;

import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Work on many messages that goes on by itself, over a restart too: to redrive or drop dead
 * letters, or to move, copy or delete what is in a queue.
 *
 * @param id given by the broker, rising
 * @param order what is to be done
 * @param progress how far it has got
 */
public record DeadLetterTask(long id, Order order, Progress progress) {

  /** What is done to each message. */
  public enum Action {
    /** It goes back to where it came from, or to another node. */
    REDRIVE("redrive"),
    /** It is deleted. */
    DROP("drop"),
    /** Of a queue itself: it goes to another node. */
    MOVE("move"),
    /** Of a queue itself: another node gets a message like it. */
    COPY("copy"),
    /** Of a queue itself: it is deleted. */
    DELETE("delete");

    private final String code;

    Action(String code) {
      this.code = code;
    }

    /** The stable word that stored tasks and the API use. */
    public String code() {
      return code;
    }

    /** Whether it is about the messages of a queue itself, not about its dead letters. */
    public boolean ofQueue() {
      return this == MOVE || this == COPY || this == DELETE;
    }

    /** Whether something is stored by it. */
    public boolean stores() {
      return this == REDRIVE || this == MOVE || this == COPY;
    }

    /** The action with this code. */
    public static Optional<Action> of(String code) {
      return Arrays.stream(values()).filter(action -> action.code.equals(code)).findFirst();
    }
  }

  /** Where a task stands. */
  public enum State {
    /** It goes on. */
    RUNNING("running"),
    /** It waits for somebody to resume it. */
    PAUSED("paused"),
    /** It has seen every message that was there when it began. */
    DONE("done"),
    /** Somebody ended it. */
    CANCELLED("cancelled"),
    /** It cannot go on. */
    FAILED("failed");

    private final String code;

    State(String code) {
      this.code = code;
    }

    /** The stable word that stored tasks and the API use. */
    public String code() {
      return code;
    }

    /** Whether it goes on, or may. */
    public boolean open() {
      return this == RUNNING || this == PAUSED;
    }

    /** The state with this code. */
    public static Optional<State> of(String code) {
      for (State state : values()) {
        if (state.code.equals(code)) {
          return Optional.of(state);
        }
      }
      return Optional.empty();
    }
  }

  /**
   * What is to be done.
   *
   * @param action to each message
   * @param node the queue or subscription whose dead letters are meant, or the queue itself
   * @param filter which of them
   * @param to where they go; empty: to where each came from, or nowhere
   * @param perSecond most messages in a second; 0: as fast as it goes
   * @param maxHops a message that has died more often than this stays. Of a redrive only
   */
  public record Order(
      Action action, String node, DeadLetterFilter filter, String to, int perSecond, int maxHops) {

    /** The address of the queue that the messages are in. */
    public String source() {
      return action.ofQueue() ? node : node + NodeName.DEAD_LETTER_SUFFIX;
    }

    /** The same with another filter. */
    public Order with(DeadLetterFilter other) {
      return new Order(action, node, other, to, perSecond, maxHops);
    }
  }

  /** Why a message that was meant stays where it is. */
  public enum Skip {
    /** It has died too often to go back. */
    HOP_LIMIT("hop-limit"),
    /** It is out at a consumer. */
    UNSETTLED("unsettled"),
    /** The node that it is to go to is not there, or nobody reads it. */
    NO_ROUTE("no-route"),
    /** It is larger than that node takes. */
    TOO_LARGE("too-large"),
    /** Who asked may not send there. */
    DENIED("denied"),
    /** Its stored bytes do not verify. */
    UNREADABLE("unreadable");

    private final String code;

    Skip(String code) {
      this.code = code;
    }

    /** The stable word that stored tasks and the API use. */
    public String code() {
      return code;
    }
  }

  /**
   * How far a task has got.
   *
   * @param state where it stands
   * @param by the principal who began it
   * @param startedMs when, epoch milliseconds
   * @param changedMs when it last got on or was told something, epoch milliseconds
   * @param waiting messages in the dead-letter queue when it began
   * @param next the first sequence that it has not looked at
   * @param done messages redriven, or deleted
   * @param bytes their size
   * @param skipped messages that were meant and stay, by {@link Skip#code()}
   * @param error why it failed, or what a running one waits for; empty: it has not, and does not
   */
  public record Progress(
      State state,
      String by,
      long startedMs,
      long changedMs,
      long waiting,
      long next,
      long done,
      long bytes,
      Map<String, Long> skipped,
      String error) {

    /** Copies what is counted. */
    public Progress {
      skipped = Map.copyOf(new TreeMap<>(skipped));
    }

    /** The same in another state. */
    public Progress in(State other, String why, long nowMs) {
      return new Progress(other, by, startedMs, nowMs, waiting, next, done, bytes, skipped, why);
    }
  }
}
