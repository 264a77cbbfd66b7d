package dev.holdfast.cli;

/** Ends a command: one line for the user, one stable word for scripts, one exit code. */
final class CommandFailure extends Exception {
  private static final long serialVersionUID = 1L;

  private final ExitCode exitCode;
  private final String code;

  CommandFailure(ExitCode exitCode, String code, String message) {
    super(message);
    this.exitCode = exitCode;
    this.code = code;
  }

  ExitCode exitCode() {
    return exitCode;
  }

  /** The error code of the API, or one of the same kind made here, for example {@code timeout}. */
  String code() {
    return code;
  }

  String reason() {
    return String.valueOf(getMessage());
  }
}
