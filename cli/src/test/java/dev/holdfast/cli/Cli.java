package dev.holdfast.cli;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;

/** Runs a command in this process as the launcher would in its own. */
record Cli(int exit, String out, String err) {

  static Cli run(FakeBroker broker, String... args) {
    return run(Map.of("HOLDFAST_URL", broker.url()), "", args);
  }

  static Cli runWithInput(FakeBroker broker, String input, String... args) {
    return run(Map.of("HOLDFAST_URL", broker.url()), input, args);
  }

  static Cli run(Map<String, String> environment, String input, String... args) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    Surroundings surroundings =
        new Surroundings(
            environment,
            Path.of("/nonexistent"),
            new ByteArrayInputStream(input.getBytes(StandardCharsets.UTF_8)),
            new PrintStream(out, true, StandardCharsets.UTF_8),
            new PrintStream(err, true, StandardCharsets.UTF_8),
            System::nanoTime);
    int exit = Main.run(surroundings, args);
    return new Cli(
        exit, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
  }
}
