package dev.holdfast.cli;

import java.util.ArrayList;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code msg ...}: send, look at, find, take and move messages. */
@Command(name = "msg", description = "Send, look at, find, take and move messages.")
final class MessageCommands implements Runnable {
  @Spec private CommandSpec spec = CommandSpec.create();

  private MessageCommands() {}

  static CommandLine line(HoldfastCommand root) {
    return new CommandLine(new MessageCommands())
        .addSubcommand(new SendCommand(root))
        .addSubcommand(new PeekCommand(root))
        .addSubcommand(new GetCommand(root))
        .addSubcommand(new SearchCommands.Grep(root))
        .addSubcommand(new SearchCommands.Count(root))
        .addSubcommand(new TailCommand(root))
        .addSubcommand(new ReceiveCommand(root))
        .addSubcommand(new MessageTaskCommands.Move(root))
        .addSubcommand(new MessageTaskCommands.Copy(root))
        .addSubcommand(new MessageTaskCommands.Delete(root))
        .addSubcommand(new TransferCommands.Export(root))
        .addSubcommand(new TransferCommands.Import(root));
  }

  @Override
  public void run() {
    throw new ParameterException(
        spec.commandLine(),
        "msg needs one of: send, peek, get, grep, count, tail, recv, move, copy, delete, export,"
            + " import");
  }

  /** The message's path below the API with its query. */
  static String query(String path, String... namesAndValues) {
    ArrayList<String> pairs = new ArrayList<>();
    for (int i = 0; i < namesAndValues.length; i += 2) {
      pairs.add(namesAndValues[i] + '=' + namesAndValues[i + 1]);
    }
    return path + '?' + String.join("&", pairs);
  }

  static void checkLimit(int limit, int max) throws CommandFailure {
    if (limit < 1 || limit > max) {
      throw new CommandFailure(ExitCode.USAGE, "usage", "--limit takes 1 to " + max);
    }
  }
}
