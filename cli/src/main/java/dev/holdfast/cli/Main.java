package dev.holdfast.cli;

import java.io.BufferedOutputStream;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import picocli.CommandLine;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.IExecutionExceptionHandler;
import picocli.CommandLine.IParameterExceptionHandler;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;

/** Entry point of the {@code holdfast} command. */
public final class Main {
  private static final int OUTPUT_BUFFER_BYTES = 64 * 1024;

  private Main() {}

  /** Runs one command and ends the process with its exit code (docs/cli.md). */
  public static void main(String[] args) {
    // Always UTF-8, whatever the locale: scripts and files get the same bytes everywhere.
    PrintStream out =
        new PrintStream(
            new BufferedOutputStream(new FileOutputStream(FileDescriptor.out), OUTPUT_BUFFER_BYTES),
            false,
            StandardCharsets.UTF_8);
    PrintStream err =
        new PrintStream(new FileOutputStream(FileDescriptor.err), true, StandardCharsets.UTF_8);
    Surroundings surroundings =
        Surroundings.of(
            System.getenv(),
            Path.of(System.getProperty("java.io.tmpdir", "/tmp")),
            System.in,
            out,
            err);
    int exitCode = run(surroundings, args);
    // A full disk or a closed pipe behind standard output must not look like success.
    boolean lost = out.checkError();
    System.exit(exitCode == 0 && lost ? ExitCode.FAILED.number() : exitCode);
  }

  /**
   * Runs one command. Reading the annotations of every command takes longer than most commands do,
   * so the first word that names a command decides which are looked at; whatever goes wrong that
   * way is judged again with all of them.
   */
  static int run(Surroundings surroundings, String... args) {
    for (String word : args) {
      HoldfastCommand root = new HoldfastCommand(surroundings);
      if (Commands.known(word)) {
        CommandLine one = configured(root, Commands.only(root, word));
        one.setParameterExceptionHandler(new AmongAll(surroundings));
        return one.execute(args);
      }
    }
    return runAmongAll(surroundings, args);
  }

  private static int runAmongAll(Surroundings surroundings, String... args) {
    HoldfastCommand root = new HoldfastCommand(surroundings);
    CommandLine all = configured(root, Commands.all(root));
    return all.setParameterExceptionHandler(new Misuse(root)).execute(args);
  }

  private static CommandLine configured(HoldfastCommand root, CommandLine line) {
    Surroundings surroundings = root.surroundings();
    return line
        // Colours carry nothing here, and asking whether there is a terminal is slow on new JDKs.
        .setColorScheme(CommandLine.Help.defaultColorScheme(Ansi.OFF))
        .setOut(new PrintWriter(surroundings.out(), true, StandardCharsets.UTF_8))
        .setErr(new PrintWriter(surroundings.err(), true, StandardCharsets.UTF_8))
        .setUsageHelpWidth(100)
        .setExecutionExceptionHandler(new Failure(root));
  }

  // Classes and not lambdas: those of an interface for Java 5 cannot be in the archive of classes,
  // and
  // making them at each start takes longer than the rest of this class.

  private record AmongAll(Surroundings surroundings) implements IParameterExceptionHandler {
    @Override
    public int handleParseException(ParameterException e, String[] args) {
      return runAmongAll(surroundings, args);
    }
  }

  private record Misuse(HoldfastCommand root) implements IParameterExceptionHandler {
    @Override
    public int handleParseException(ParameterException e, String[] args) {
      String command = e.getCommandLine().getCommandSpec().qualifiedName();
      String message = e.getMessage() + "; see " + command + " --help";
      root.output().failure(new CommandFailure(ExitCode.USAGE, "usage", message));
      return ExitCode.USAGE.number();
    }
  }

  private record Failure(HoldfastCommand root) implements IExecutionExceptionHandler {
    @Override
    public int handleExecutionException(Exception e, CommandLine line, ParseResult result) {
      CommandFailure failure =
          e instanceof CommandFailure known
              ? known
              : new CommandFailure(ExitCode.FAILED, "internal", "unexpected failure: " + e);
      root.output().failure(failure);
      return failure.exitCode().number();
    }
  }
}
