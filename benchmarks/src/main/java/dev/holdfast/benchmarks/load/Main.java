package dev.holdfast.benchmarks.load;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.PrintWriter;
import java.nio.charset.Charset;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/**
 * Load on any AMQP 1.0 broker: {@code send}, {@code receive}, {@code pipe} or {@code latency}.
 *
 * <p>Prints one JSON object. Exit code 0 when every message arrived once and in order, 1 when not
 * or when the broker refused or stopped, 2 for wrong options.
 */
@Command(
    name = "load",
    mixinStandardHelpOptions = true,
    description = {
      "Puts load on an AMQP 1.0 broker, prints one JSON object and checks every message.",
      "send: producers only. receive: consumers only. pipe: both, as fast as it goes.",
      "latency: both, at --rate, measured from the moment each message was due."
    })
public final class Main implements Callable<Integer> {
  @Parameters(index = "0", description = "${COMPLETION-CANDIDATES}")
  private LoadPlan.Mode mode = LoadPlan.Mode.PIPE;

  @Mixin private LoadOptions options = new LoadOptions();

  @Spec private CommandSpec spec = CommandSpec.create();

  private Main() {}

  /** Runs one load; see the class. */
  public static void main(String[] arguments) {
    System.exit(execute(arguments, new PrintWriter(System.out, true, Charset.defaultCharset())));
  }

  /** Runs one load in this process and returns the exit code. */
  static int execute(String[] arguments, PrintWriter out) {
    return new CommandLine(new Main())
        .setCaseInsensitiveEnumValuesAllowed(true)
        .setOut(out)
        .setExecutionExceptionHandler(
            (failure, command, parsed) -> {
              command.getErr().println("load: " + failure);
              return 1;
            })
        .execute(arguments);
  }

  @Override
  public Integer call() throws Exception {
    String mistake = options.mistake(mode);
    if (mistake != null) {
      throw new ParameterException(spec.commandLine(), mistake);
    }
    ObjectNode result = new LoadRun(options.plan(mode)).execute();
    ObjectMapper mapper = new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);
    spec.commandLine().getOut().println(mapper.writeValueAsString(result));
    return result.get("ok").booleanValue() ? 0 : 1;
  }
}
