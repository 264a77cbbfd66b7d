package dev.holdfast.cli;

import dev.holdfast.client.HoldfastException;
import java.io.IOException;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code bench}: how fast, and whether everything came. */
@Command(
    name = "bench",
    description = {
      "Measure a broker, and verify that nothing is lost, doubled or out of order.",
      "It works on nodes of its own, holdfast-bench.*, and deletes them whatever happens.",
      "  send     producers send, each message accepted after its fsync",
      "  recv     consumers take what was sent before",
      "  pipe     both at once",
      "  latency  both at once, one message at a time",
      "  fanout   a topic with as many subscriptions as there are --consumers",
      "Exit code 1: something was lost, doubled, out of order or refused."
    },
    footer = {
      "",
      "Examples:",
      "  holdfast bench pipe",
      "  holdfast bench send --messages 100000 --size 1024 --producers 4 -o json",
      "  holdfast bench fanout --consumers 10",
    })
final class BenchCommand implements ApiCommand {
  private static final int MOST_MESSAGES = 10_000_000;
  private static final int MOST_LINKS = 256;
  private static final int MOST_IN_FLIGHT = 10_000;

  private enum Kind {
    send,
    recv,
    pipe,
    latency,
    fanout
  }

  private final HoldfastCommand root;

  @Parameters(paramLabel = "KIND", description = "send, recv, pipe, latency or fanout.")
  private Kind kind = Kind.pipe;

  @Option(
      names = "--messages",
      paramLabel = "N",
      description = "Of each producer; default 10000, of latency 1000.")
  private int messages;

  @Option(names = "--size", paramLabel = "BYTES", description = "Of a body; default 1024.")
  private int size = 1024;

  @Option(
      names = "--producers",
      paramLabel = "N",
      description = "Connections that send; default 1.")
  private int producers = 1;

  @Option(
      names = "--consumers",
      paramLabel = "N",
      description = "Receiving links, or subscriptions of fanout; default 1.")
  private int consumers = 1;

  @Option(
      names = "--in-flight",
      paramLabel = "N",
      description = "Messages of a producer that are not accepted yet; default 100.")
  private int inFlight = 100;

  @Option(
      names = "--quiet",
      paramLabel = "TIME",
      description = "What has not come after nothing came for so long is lost; default 10s.")
  private String quiet = "10s";

  BenchCommand(HoldfastCommand root) {
    this.root = root;
  }

  @Override
  public ExitCode execute() throws CommandFailure, IOException {
    if (messages == 0) {
      messages = kind == Kind.latency ? 1_000 : 10_000;
    }
    check("--messages", messages, 1, MOST_MESSAGES / Math.max(1, producers));
    check("--size", size, BenchLedger.HEAD_BYTES, 1 << 20);
    check("--producers", producers, 1, MOST_LINKS);
    check("--consumers", consumers, 1, MOST_LINKS);
    check("--in-flight", inFlight, 1, MOST_IN_FLIGHT);
    BenchRun.Load load =
        new BenchRun.Load(messages, size, producers, consumers, inFlight, Units.millis(quiet));
    DemoCommand.quietLogs();
    BenchReport report = run(root.broker(), load);
    Output output = root.output();
    if (output.isTable()) {
      report.tell(output);
    } else {
      output.json(report.json());
    }
    return report.isRight() ? ExitCode.OK : ExitCode.FAILED;
  }

  private BenchReport run(BrokerApi api, BenchRun.Load load) throws CommandFailure, IOException {
    BenchReport report;
    try (BenchRun run = new BenchRun(api, load, root.surroundings().nanoTime())) {
      report =
          switch (kind) {
            case send -> run.send();
            case recv -> run.receive();
            case pipe -> run.pipe(false);
            case latency -> run.pipe(true);
            case fanout -> run.fanOut();
          };
    } catch (HoldfastException e) {
      throw new CommandFailure(
          ExitCode.FAILED, "bench", "the client reports " + e.reason() + ": " + e.getMessage());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new CommandFailure(ExitCode.FAILED, "interrupted", "interrupted");
    }
    return report.with(
        "load",
        Map.of("kind", kind.name(), "size", size, "producers", producers, "consumers", consumers));
  }

  private static void check(String option, int value, int least, int most) throws CommandFailure {
    if (value < least || value > most) {
      throw new CommandFailure(ExitCode.USAGE, "usage", option + " takes " + least + " to " + most);
    }
  }
}
