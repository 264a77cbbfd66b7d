package dev.holdfast.benchmarks.load;

import java.time.Duration;

/**
 * What one run does.
 *
 * @param mode which sides run
 * @param endpoint the broker
 * @param target the node to send to and receive from
 * @param bodyBytes size of each body, at least {@link Payload#MIN_BYTES}
 * @param messages how many are measured, over all producers; 0 in mode receive: until nothing comes
 *     for {@code idle}
 * @param warmup how many go first, unmeasured
 * @param producers sending connections
 * @param consumers receiving connections
 * @param inFlight unsettled messages each producer may have
 * @param credit what each consumer grants, topped up at half
 * @param says what each message says beside its body
 * @param rate messages per second over all producers, 0 as fast as the broker takes them
 * @param idle without any progress for so long the run fails, or ends when {@code messages} is 0
 * @param brokerPid the broker's process, for its costs; 0 unknown
 */
record LoadPlan(
    Mode mode,
    Endpoint endpoint,
    Target target,
    int bodyBytes,
    long messages,
    long warmup,
    int producers,
    int consumers,
    int inFlight,
    int credit,
    Payload.Says says,
    double rate,
    Duration idle,
    long brokerPid) {

  /**
   * A node.
   *
   * @param address its name
   * @param kind the capability that links ask for, {@code queue} or {@code topic}
   */
  record Target(String address, String kind) {}

  /** Which sides run. */
  enum Mode {
    SEND,
    RECEIVE,
    PIPE,
    LATENCY;

    boolean sends() {
      return this != RECEIVE;
    }

    boolean receives() {
      return this != SEND;
    }
  }

  /** Everything that goes through, measured or not. */
  long total() {
    return messages == 0 ? Long.MAX_VALUE : messages + warmup;
  }

  /** What producer {@code index} sends of {@link #total()}. */
  long quota(int index) {
    return total() / producers + (index < total() % producers ? 1 : 0);
  }

  /** Nanoseconds between two messages of one producer; 0 when there is no rate. */
  double intervalNanos() {
    return rate == 0 ? 0 : 1e9 * producers / rate;
  }
}
