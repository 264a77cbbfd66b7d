package dev.holdfast.cli;

import dev.holdfast.cli.text.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Asks the broker's program of this installation something that needs no running broker. */
final class BrokerProgram {
  private BrokerProgram() {}

  /** Whether there is one. */
  static boolean isThere() {
    return Files.isExecutable(launcher());
  }

  private static Path launcher() {
    return Path.of(System.getProperty("holdfast.home", "/nonexistent"), "bin", "holdfast");
  }

  /** The document that {@code holdfast up} prints with these options. */
  static JsonObject ask(String... options) throws CommandFailure {
    if (!isThere()) {
      throw new CommandFailure(
          ExitCode.FAILED, "no-installation", launcher() + " is not there to be asked");
    }
    List<String> command = new ArrayList<>(List.of(launcher().toString(), "up"));
    command.addAll(List.of(options));
    ProcessBuilder builder =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT);
    builder.environment().put("HOLDFAST_JAVA_HOME", System.getProperty("java.home"));
    try {
      Process process = builder.start();
      process.getOutputStream().close();
      byte[] answer = process.getInputStream().readAllBytes();
      process.waitFor();
      return JsonObject.parse(answer);
    } catch (IOException e) {
      throw new CommandFailure(
          ExitCode.FAILED, "bad-answer", launcher() + " up did not answer: " + e.getMessage());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new CommandFailure(ExitCode.FAILED, "interrupted", "interrupted");
    }
  }
}
