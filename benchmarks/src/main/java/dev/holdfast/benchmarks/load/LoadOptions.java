package dev.holdfast.benchmarks.load;

import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options of every mode. */
final class LoadOptions {
  @Option(names = "--host", defaultValue = "127.0.0.1", description = "Default ${DEFAULT-VALUE}.")
  private String host = "";

  @Option(names = "--port", defaultValue = "5672", description = "Default ${DEFAULT-VALUE}.")
  private int port;

  @Option(names = "--socket", description = "Unix socket instead of TCP.")
  private @Nullable Path socket;

  @Option(names = "--user", description = "For SASL PLAIN; without it EXTERNAL or ANONYMOUS.")
  private @Nullable String user;

  @Option(names = "--password", description = "For SASL PLAIN.")
  private @Nullable String password;

  @Option(names = "--address", required = true, description = "Node to send to and receive from.")
  private String address = "";

  @Option(
      names = "--kind",
      defaultValue = "queue",
      description = "queue or topic, what links say that the node is; ${DEFAULT-VALUE}.")
  private String kind = "";

  @Option(names = "--size", defaultValue = "1024", description = "Body bytes; ${DEFAULT-VALUE}.")
  private int size;

  @Option(
      names = "--messages",
      defaultValue = "200000",
      description = "How many are measured; ${DEFAULT-VALUE}. 0 with receive: until none comes.")
  private long messages;

  @Option(
      names = "--warm-up",
      defaultValue = "0",
      description = "How many go first, unmeasured; ${DEFAULT-VALUE}.")
  private long warmup;

  @Option(names = "--producers", defaultValue = "1", description = "Sending connections.")
  private int producers;

  @Option(names = "--consumers", defaultValue = "1", description = "Receiving connections.")
  private int consumers;

  @Option(
      names = "--in-flight",
      defaultValue = "1000",
      description = "Unsettled messages per producer; ${DEFAULT-VALUE}.")
  private int inFlight;

  @Option(
      names = "--credit",
      defaultValue = "1000",
      description = "What each consumer grants, topped up at half; ${DEFAULT-VALUE}.")
  private int credit;

  @Option(
      names = "--durable",
      arity = "1",
      defaultValue = "true",
      description = "The header's durable; ${DEFAULT-VALUE}.")
  private boolean durable;

  @Option(
      names = "--delay-ms",
      defaultValue = "0",
      description = "Sent with this delivery delay; ${DEFAULT-VALUE}: none.")
  private long delayMs;

  @Option(names = "--keyed", description = "Each message has an idempotency key of its own.")
  private boolean keyed;

  @Option(names = "--rate", description = "Messages per second over all producers; for latency.")
  private double rate;

  @Option(
      names = "--idle-seconds",
      defaultValue = "30",
      description = "Without progress for so long the run ends; ${DEFAULT-VALUE}.")
  private int idleSeconds;

  @Option(names = "--broker-pid", description = "Process whose CPU and memory are reported.")
  private long brokerPid;

  /** What is wrong with the options, or null. */
  @Nullable String mistake(LoadPlan.Mode mode) {
    if (size < Payload.MIN_BYTES) {
      return "--size must be at least " + Payload.MIN_BYTES + ", the marks need that";
    }
    if (producers < 1 || consumers < 1 || inFlight < 1 || credit < 1 || idleSeconds < 1) {
      return "--producers, --consumers, --in-flight, --credit and --idle-seconds must be positive";
    }
    if (messages < 0 || warmup < 0 || (messages == 0 && mode != LoadPlan.Mode.RECEIVE)) {
      return "--messages must be positive (0 only with receive), --warm-up not negative";
    }
    boolean latency = mode == LoadPlan.Mode.LATENCY;
    if (latency != rate > 0) {
      return latency ? "latency needs --rate" : "--rate is only for latency";
    }
    return null;
  }

  LoadPlan plan(LoadPlan.Mode mode) {
    return new LoadPlan(
        mode,
        new Endpoint(socket, host, port, user, password),
        new LoadPlan.Target(address, kind),
        size,
        messages,
        warmup,
        producers,
        consumers,
        inFlight,
        credit,
        new Payload.Says(durable, delayMs, keyed),
        rate,
        Duration.ofSeconds(idleSeconds),
        brokerPid);
  }
}
