package dev.holdfast.cli;

import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code help msg send}: the same as {@code msg send --help}. */
@Command(name = "help", description = "Show the help of a command.")
final class HelpWord implements Runnable {
  @Spec private CommandSpec spec = CommandSpec.create();

  @Parameters(arity = "0..*", paramLabel = "COMMAND", description = "The command's words.")
  private String[] words = new String[0];

  @Override
  public void run() {
    CommandLine line = spec.root().commandLine();
    for (String word : words) {
      CommandLine next = line.getSubcommands().get(word);
      if (next == null) {
        throw new ParameterException(spec.commandLine(), "there is no command '" + word + "'");
      }
      line = next;
    }
    line.usage(spec.commandLine().getOut());
  }
}
