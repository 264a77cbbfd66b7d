package dev.holdfast.cli;

import picocli.AutoComplete;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code completion}: a script that completes this command's words. */
@Command(
    name = "completion",
    description = "Print a completion script for bash, zsh or fish.",
    footer = {
      "",
      "Examples:",
      "  source <(holdfast completion bash)             this shell",
      "  holdfast completion bash > ~/.local/share/bash-completion/completions/holdfast",
      "  holdfast completion fish > ~/.config/fish/completions/holdfast.fish",
    })
final class CompletionCommand implements ApiCommand {
  private enum Shell {
    bash,
    zsh,
    fish
  }

  private final HoldfastCommand root;

  @Spec private CommandSpec spec = CommandSpec.create();

  @Parameters(paramLabel = "SHELL", arity = "0..1", description = "bash (default), zsh or fish.")
  private Shell shell = Shell.bash;

  CompletionCommand(HoldfastCommand root) {
    this.root = root;
  }

  @Override
  public ExitCode execute() {
    if (shell == Shell.fish) {
      root.output().text(FishCompletion.of(spec.root().commandLine()));
      return ExitCode.OK;
    }
    // One script serves both: it switches zsh to bash's way of completion by itself. The mark lets
    // zsh find it on its fpath.
    String mark = shell == Shell.zsh ? "#compdef holdfast\n" : "";
    root.output().text(mark + AutoComplete.bash("holdfast", spec.root().commandLine()) + '\n');
    return ExitCode.OK;
  }
}
