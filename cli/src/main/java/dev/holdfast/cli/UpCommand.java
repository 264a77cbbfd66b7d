package dev.holdfast.cli;

import picocli.CommandLine.Command;
import picocli.CommandLine.Unmatched;

/**
 * {@code up} as help and completion show it. The launcher starts the broker's own main class for
 * it, so that this process never has two class paths.
 */
@Command(
    name = "up",
    description = "Run the broker in the foreground; see holdfast up --help.",
    footer = {"", "Example:", "  holdfast up --data ./data --listen 127.0.0.1:5672"})
final class UpCommand implements ApiCommand {
  @Unmatched private String[] words = new String[0];

  @Override
  public ExitCode execute() throws CommandFailure {
    throw new CommandFailure(
        ExitCode.USAGE,
        "usage",
        "'up' comes first, and through the launcher: holdfast up " + String.join(" ", words));
  }
}
