package dev.holdfast.cli;

import picocli.AutoComplete;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code completion}: a script that completes this command's words. */
@Command(
    name = "completion",
    description = "Print a completion script for bash or zsh.",
    footer = {
      "",
      "Examples:",
      "  source <(holdfast completion bash)             this shell",
      "  holdfast completion bash > ~/.local/share/bash-completion/completions/holdfast",
    })
final class CompletionCommand implements ApiCommand {
  private enum Shell {
    bash,
    zsh
  }

  private final HoldfastCommand root;

  @Spec private CommandSpec spec = CommandSpec.create();

  @Parameters(paramLabel = "SHELL", arity = "0..1", description = "bash (default) or zsh.")
  private Shell shell = Shell.bash;

  CompletionCommand(HoldfastCommand root) {
    this.root = root;
  }

  @Override
  public ExitCode execute() {
    // One script serves both: it switches zsh to bash's way of completion by itself. The mark lets
    // zsh find it on its fpath.
    String mark = shell == Shell.zsh ? "#compdef holdfast\n" : "";
    root.output().text(mark + AutoComplete.bash("holdfast", spec.root().commandLine()) + '\n');
    return ExitCode.OK;
  }
}
