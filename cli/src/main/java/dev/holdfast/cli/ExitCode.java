package dev.holdfast.cli;

/** What the process ends with; scripts rely on these numbers. */
enum ExitCode {
  OK(0),
  FAILED(1),
  USAGE(2),
  NOT_FOUND(3),
  DENIED(4),
  UNREACHABLE(5),
  CONFLICT(6),
  PARTIAL(7),
  UNHEALTHY(8);

  private final int number;

  ExitCode(int number) {
    this.number = number;
  }

  int number() {
    return number;
  }
}
