package dev.holdfast.cli;

import java.io.InputStream;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.Map;
import java.util.function.LongSupplier;

/**
 * What a command sees of the machine; tests bring their own.
 *
 * @param environment environment variables
 * @param temporary directory for temporary files
 * @param in standard input
 * @param out standard output: answers only
 * @param err standard error: errors and notes
 * @param nanoTime monotonic clock, in nanoseconds
 */
record Surroundings(
    Map<String, String> environment,
    Path temporary,
    InputStream in,
    PrintStream out,
    PrintStream err,
    LongSupplier nanoTime) {
  /** With the clock of this machine. */
  static Surroundings of(
      Map<String, String> environment,
      Path temporary,
      InputStream in,
      PrintStream out,
      PrintStream err) {
    return new Surroundings(environment, temporary, in, out, err, System::nanoTime);
  }
}
